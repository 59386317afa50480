"""`linewatch rules`: check the packs, try them on text, and on stored calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor import config
from monitor.commands.common import MISTAKE, Config, Set, group, note, settings_of, stderr
from monitor.config import Settings
from monitor.errors import ConfigError

app = group("Rule packs: check them, try them on text, and on stored calls.")


def _with_packs(settings: Settings, packs: list[Path]) -> Settings:
    """The settings with these packs instead, and the presets of their rules."""
    from monitor.compliance.rulebook import read

    def given(presets: Mapping[str, str]) -> Settings:
        rules = settings.rules.model_copy(
            update={"packs": tuple(path.absolute() for path in packs), "presets": presets}
        )
        return settings.model_copy(update={"rules": rules})

    ids = read(given({}).rule_files(), {})[2]
    return given({rule_id: name for rule_id, name in settings.rules.presets.items() if rule_id in ids})


def _overlooked(settings: Settings) -> bool:
    """Whether the folder `rules` of this place is passed over: paths are looked for beside the configuration."""
    here = Path("rules").resolve()
    return any(here.glob("*.toml")) and here not in [pack.resolve() for pack in settings.rules.packs]


class Role(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"


@app.command("check")
def rules_check(
    packs: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Packs or folders of them; those of [rules] packs.")
    ] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Compile the packs and run every rule's examples; says which files it read."""
    from monitor.compliance.check import check
    from monitor.compliance.rulebook import read

    settings = settings_of(config_, set_)
    if packs:
        settings = _with_packs(settings, packs)
    elif _overlooked(settings):
        note(f"{Path('rules').absolute()} is not read: no config.toml here. `linewatch rules check rules` reads it.")
    files, paths = settings.rule_files(), settings.rule_paths()
    rules, mistakes, where = read(files, settings.rules.presets, tuple(settings.signal.groups))
    for (name, _), path in zip(files, paths, strict=True):
        note(f"{path}: {sum(place.rpartition(':')[0] == name for place in where.values())} rules")
    findings = [] if mistakes else check(settings.rulebook())
    errors = [*map(str, mistakes), *(str(one) for one in findings if one.level == "error")]
    for line in errors:
        stderr.print(line, style="red", markup=False, soft_wrap=True)
    for one in findings:
        if one.level == "warning":
            stderr.print(str(one), style="yellow", markup=False, soft_wrap=True)
    examples = sum(len(rule.passes) + len(rule.fires) for rule in rules)
    note(f"{len(rules)} rules, {examples} examples, {len(errors)} mistakes.")
    if errors:
        raise typer.Exit(MISTAKE)


@app.command("try")
def rules_try(
    text: Annotated[str, typer.Argument(help="One line of text.")] = "",
    role: Annotated[Role, typer.Option(help="Who says it.")] = Role.AGENT,
    tsv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with the columns dialog, turn, role, text.")
    ] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Try text against the packs; hits as JSON Lines on stdout. Timed rules are left out, and listed."""
    from monitor.compliance.trial import read_tsv, try_text

    if bool(text) == bool(tsv):
        raise ConfigError("linewatch rules try", "wants one line of text, or else --tsv FILE")
    rulebook = settings_of(config_, set_).rulebook()
    turns = read_tsv(str(tsv), config.read_text(tsv)) if tsv else [("1", "1", role.value, text)]
    skipped, hits = try_text(rulebook, turns)
    for hit in hits:
        print(json.dumps(hit, ensure_ascii=False))
    if skipped:
        note("Needs time or sound, not tried: " + ", ".join(skipped))


@app.command("test")
def rules_test(
    ids: Annotated[list[str] | None, typer.Argument(metavar="CALL...", help="Stored calls; all without one.")] = None,
    recordings: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Recordings or folders of them, named by call id: how to play the five."),
    ] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """What the present rules find in stored calls, against what was found then: JSON Lines of the differences.

    On stderr: how many hits came and went, and five places to listen to.
    """
    from monitor import audit as room
    from monitor import whatif
    from monitor.sources.recording import find
    from monitor.store.store import Store

    settings = settings_of(config_, set_)
    calls = new = gone = 0
    differing = []
    for difference in room.differences(settings, ids or []):
        calls += 1
        if difference.new or difference.gone:
            differing.append(difference)
            new, gone = new + len(difference.new), gone + len(difference.gone)
            print(json.dumps(asdict(difference), ensure_ascii=False))
    note(f"{calls} calls judged again, {len(differing)} of them differ: {new} hits added, {gone} removed.")
    files = {file.stem: file for file in find(recordings or [])}
    chosen = whatif.places(differing)
    if chosen:
        note(f"{len(chosen)} to listen to:")
    store = Store(settings.store.url)
    try:
        for place in chosen:
            at = f"{place.start_ms // 60_000:02}:{place.start_ms // 1000 % 60:02}"
            note(f"{place.change:4} {place.rule_id}  {place.call_id} at {at}  {place.channel or ''}")
            note(f"     {whatif.words_at(place, store.events(place.call_id)) or '(nothing was said)'}")
            note(f"     {whatif.play_command(place, files)}")
    finally:
        store.close()


@app.command("schema")
def rules_schema() -> None:
    """JSON Schema of a rule pack, for editors."""
    from monitor.compliance.schema import schema

    print(json.dumps(schema(), ensure_ascii=False, indent=1))
