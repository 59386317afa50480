"""The errors an operator or a remote party can cause, each one line: where, what is wrong, what was found, what to do.

An assertion is for our own caller's mistake; nothing here is raised for one. A message never holds the words of a
caller or a phone number.
"""

from __future__ import annotations


class LinewatchError(Exception):
    """An error worth one clear line and no stack trace.

    where: file, line, rule or remote party. what: what is wrong. found: what was there instead. do: the way out.
    """

    def __init__(self, where: str, what: str, found: str = "", do: str = "") -> None:
        self.where, self.what, self.found, self.do = where, what, found, do
        middle = f"{what}; found {found}" if found else what
        way_out = do if not do or do.endswith(("?", ".")) else f"{do}."
        super().__init__(f"{where}: {middle}. {way_out}".rstrip())


class ConfigError(LinewatchError):
    """The operator's configuration or arguments; stops at start (exit code 2)."""


class RuleError(LinewatchError):
    """A rule pack; stops at start, and on reload keeps the last good pack (exit code 2)."""


class ModelError(LinewatchError):
    """A recogniser model that is missing, damaged or of another kind (exit code 2)."""


class SourceError(LinewatchError):
    """Something a remote party or a recording did; ends that call only."""


class StoreError(LinewatchError):
    """The store cannot be opened, read or written."""
