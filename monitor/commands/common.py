"""What the commands share: options, exit codes, and where things are said.

Data goes to stdout, everything else to stderr. Exit codes: 0 done; 1 findings the user asked to fail on; 2 the
operator's mistake; 3 some inputs could not be judged.
"""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from monitor import config
from monitor.config import Settings
from monitor.errors import ConfigError

FINDINGS, MISTAKE, NOT_JUDGED, INTERRUPTED = 1, 2, 3, 130
stderr = Console(stderr=True, highlight=False)
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


class SeverityName(StrEnum):
    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE",
                 help="Configuration file; ./config.toml where there is one, else the defaults."),
]  # fmt: skip
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting for this run: section.key=value; again for another."),
]
LangOption = Annotated[Lang, typer.Option(metavar="zh|en", help="Language of what is shown.")]
Speed = Annotated[
    str,
    typer.Option(metavar="FACTOR", help='"1" is real time, "2" twice as fast, "max" as fast as this machine can.'),
]
Team = Annotated[str | None, typer.Option(metavar="TEAM", help="Only calls of this team.")]
Since = Annotated[datetime | None, typer.Option(metavar="TIME", help="Stored at this time or later (local time).")]
Until = Annotated[datetime | None, typer.Option(metavar="TIME", help="Stored before this time (local time).")]


def group(text: str) -> typer.Typer:
    """A command of commands."""
    return typer.Typer(help=text, no_args_is_help=True, pretty_exceptions_enable=False)


def settings_of(path: Path | None, overrides: list[str] | None) -> Settings:
    """What the command runs with; from here on the rooms may log."""
    _log_to_stderr()
    here = Path("config.toml")
    return config.load(path or (here if here.is_file() else None), overrides or [])


def speed_of(text: str) -> float | Literal["max"]:
    """Times real time."""
    if text == "max":
        return "max"
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0
    if not 0 < speed <= 1000:
        raise ConfigError("--speed", 'wants a number above 0, or "max"', text)
    return speed


def _log_to_stderr() -> None:
    import structlog  # takes a tenth of a second, which a `--help` need not wait for

    # plain: where rich is installed structlog would print the values of variables, which are what callers said
    plain = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*structlog.get_config()["processors"][:-1], plain],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def note(text: str) -> None:
    stderr.print(text, markup=False, soft_wrap=True)
