"""`linewatch init`: a folder to work in, with everything in it that one edits."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from monitor import resources
from monitor.errors import ConfigError
from monitor.template import render

ADMINISTRATOR = """
# The administrator that `linewatch init` made. The token itself is nowhere in this file.
[[desk.tokens]]
token = "sha256:{}"
role = "admin"
name = "administrator"
"""


@dataclass(frozen=True, slots=True)
class Made:
    """config: the new config.toml. token: the administrator's, in clear; only its hash is in the file."""

    config: Path
    token: str


def make(folder: Path) -> Made:
    """Writes config.toml and rules/ into `folder`. Overwrites nothing: raises ConfigError and changes nothing."""
    config = folder / "config.toml"
    for path in (config, folder / "rules"):
        if path.exists():
            raise ConfigError(str(path), "is already there", do="Choose an empty folder; nothing was changed")
    token = secrets.token_urlsafe(24)
    digest = hashlib.sha256(token.encode()).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(resources.locate("rules"), folder / "rules", ignore=shutil.ignore_patterns("__pycache__"))
        text = render().replace('customer_key = ""', f'customer_key = "{secrets.token_urlsafe(24)}"')
        config.write_text(text + ADMINISTRATOR.format(digest), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(folder), "cannot be written", error.strerror or type(error).__name__) from None
    return Made(config, token)
