"""The configuration: one TOML file, composed of each room's own settings model.

`load` names every mistake with file, line and key. Paths in the file are relative to the file's folder; what is not
there is taken from what is shipped with the package.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from operator import is_
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from monitor import resources
from monitor.core.framing import FramingSettings
from monitor.core.mistakes import Mistake, dotted, mistakes
from monitor.core.toml import Document, TomlError, parse
from monitor.errors import ConfigError

M = TypeVar("M", bound=BaseModel)
MUST_EXIST: dict[str, Any] = {"must_exist": True}


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(Section):
    """The one port of pages, API and sockets."""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for every interface")
    port: int = Field(8765, ge=0, le=65535, description="0 takes any free port and prints it")
    tls_certificate: Path | None = Field(
        None, json_schema_extra=MUST_EXIST, description="PEM file; with tls_key the port speaks TLS only"
    )
    tls_key: Path | None = Field(None, json_schema_extra=MUST_EXIST, description="PEM file of the private key")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together; only one of them is set")
        return self


class RulesSettings(Section):
    """Rule packs and what is said to them."""

    packs: tuple[Path, ...] = Field(
        (Path("rules"),), json_schema_extra=MUST_EXIST, description="TOML files or folders of them, read in this order"
    )
    presets: Mapping[str, str] = Field({}, description="which preset of a rule holds: rule id = name of the preset")
    company: str = Field("", description="how agents name the company in the greeting; empty: any name will do")


class DemoSettings(Section):
    """What `linewatch demo` plays."""

    calls: Path = Field(
        Path("demo/calls"), json_schema_extra=MUST_EXIST, description="folder of recordings with their sidecars"
    )
    model: str = Field("demo-zh", description="recogniser model; the embedded one understands synthetic speech only")


class Settings(Section):
    """Everything an operator can set. folder: where the file lies; paths in it are already absolute."""

    server: ServerSettings = ServerSettings()
    framing: FramingSettings = FramingSettings()
    rules: RulesSettings = RulesSettings()
    demo: DemoSettings = DemoSettings()
    sources: tuple[dict[str, Any], ...] = Field((), description="where calls come from; without one: only pages")

    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def folder(self) -> Path:
        return self._folder


class MistakesError(ConfigError):
    """All mistakes of one file, a line each."""

    def __init__(self, errors: Sequence[ConfigError]) -> None:
        first = errors[0]
        super().__init__(first.where, first.what, first.found, first.do)
        self.errors = tuple(errors)
        self.args = ("\n".join(map(str, errors)),)


def load(path: Path | None = None, overrides: Sequence[str] = ()) -> Settings:
    """The settings of a file, or the defaults without one. overrides: "section.key=value", the value as TOML or text.

    Raises ConfigError: one line for each mistake.
    """
    name, text = (str(path), _read(path)) if path else ("defaults", "")
    try:
        document = parse(text)
    except TomlError as error:
        raise ConfigError(f"{name}:{error.line}", error.what, do="`linewatch init` writes a whole one") from None
    for override in overrides:
        _override(document.data, override)
    settings = _checked(document, name)
    roots = _Roots(path.parent.resolve() if path else None)
    settings = roots.rooted(settings)
    settings._folder = roots.folder or Path.cwd()
    lost = [_absent(name, document, key, found) for key, found in roots.missing]
    if lost:
        raise MistakesError(lost)
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(str(path), "is not there", do="linewatch init DIR makes a configuration") from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "is not UTF-8 text", f"byte {error.object[error.start]:#04x}") from None
    except OSError as error:
        raise ConfigError(str(path), "cannot be read", error.strerror or type(error).__name__) from None


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError("--set", "wants section.key=value", override)
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *tables, last = key.strip().split(".")
    for table in tables:
        data = data.setdefault(table, {})
        if not isinstance(data, dict):
            raise ConfigError("--set", "cannot reach into a list", override, "Set it in the file")
    data[last] = value


def _checked(document: Document, name: str) -> Settings:
    try:
        # JSON mode: no text is taken for a number, and a list may stand for a tuple
        return Settings.model_validate_json(json.dumps(document.data, default=str), strict=True)
    except ValidationError as error:
        raise MistakesError([_error(name, mistake) for mistake in mistakes(error, Settings, document)]) from None


def _error(name: str, mistake: Mistake) -> ConfigError:
    return ConfigError(mistake.where(name), mistake.what, mistake.found, mistake.do)


def _absent(name: str, document: Document, key: tuple[str | int, ...], found: Path) -> ConfigError:
    return _error(name, Mistake(document.line(key), dotted(key), f'"{dotted(key)}": there is no such file', str(found)))


class _Roots:
    """Makes every Path of a model absolute: beside the file, else shipped, else (to be written) beside the file."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.missing: list[tuple[tuple[str | int, ...], Path]] = []

    def rooted(self, model: M, at: tuple[str | int, ...] = ()) -> M:
        changed = {}
        for name, field in type(model).model_fields.items():
            needed = isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("must_exist"))
            value = getattr(model, name)
            rooted = self._value(value, (*at, name), needed)
            if rooted is not value:
                changed[name] = rooted
        return model.model_copy(update=changed) if changed else model

    def _value(self, value: Any, at: tuple[str | int, ...], needed: bool) -> Any:
        if isinstance(value, Path):
            path = self._path(value)
            if needed and not path.exists():
                self.missing.append((at, value))
            return path
        if isinstance(value, BaseModel):
            return self.rooted(value, at)
        if isinstance(value, tuple):
            new = tuple(self._value(item, (*at, index), needed) for index, item in enumerate(value))
            return value if all(map(is_, new, value)) else new
        return value

    def _path(self, path: Path) -> Path:
        if path.is_absolute():
            return path
        try:
            return resources.locate(str(path), self.folder)
        except ConfigError:
            return (self.folder or Path.cwd()) / path
