"""The configuration: one TOML file, composed of each room's own settings model.

`load` names every mistake with file, line and key. Paths in the file are relative to the file's folder; what is not
there is taken from what is shipped with the package.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from importlib import import_module
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from monitor import resources
from monitor.asr.settings import AsrSettings
from monitor.core.framing import FramingSettings
from monitor.core.mistakes import Mistake, dotted, mistakes, nearest
from monitor.core.toml import Document, TomlError, parse
from monitor.desk.settings import DeskSettings
from monitor.errors import ConfigError
from monitor.fault import FaultSettings
from monitor.signal.settings import SignalSettings
from monitor.sources import SOURCES
from monitor.speech.segmenter import SegmenterSettings
from monitor.store.settings import StoreSettings

if TYPE_CHECKING:
    from monitor.compliance.rulebook import Rulebook
    from monitor.lines import LineSettings
    from monitor.sources.base import Source

M = TypeVar("M", bound=BaseModel)


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(Section):
    """The process that hosts live calls."""

    max_lines: int = Field(1000, ge=1, le=100_000, description="calls that may run at once; one more is refused")


class RulesSettings(Section):
    """Rule packs and what is said to them."""

    packs: tuple[Path, ...] = Field((Path("rules"),), description="TOML files or folders of them, read in this order")
    presets: Mapping[str, str] = Field({}, description="which preset of a rule holds: rule id = name of the preset")
    min_confidence: float = Field(
        0.4, ge=0, le=1, description="with less confidence words prove no omission, and what is found is only probable"
    )
    min_separation: float = Field(
        0.75, ge=0.5, le=1, description="mono recordings: less certain who speaks, and rules that ask it do not judge"
    )
    fold_f_h: bool = Field(False, description="whether f and hu sound alike, for agents of the south-west")


class DemoSettings(Section):
    """What `linewatch demo` plays."""

    calls: Path = Field(Path("demo/calls"), description="folder of recordings with their sidecars")
    model: str = Field("demo-zh", description="recogniser model; the embedded one understands synthetic speech only")


class Settings(Section):
    """Everything an operator can set. folder: where the file lies; paths in it are already absolute."""

    server: ServerSettings = ServerSettings()
    asr: AsrSettings = AsrSettings()
    rules: RulesSettings = RulesSettings()
    signal: SignalSettings = SignalSettings()
    segmenter: SegmenterSettings = SegmenterSettings()
    framing: FramingSettings = FramingSettings()
    faults: FaultSettings = FaultSettings()
    store: StoreSettings = StoreSettings()
    desk: DeskSettings = DeskSettings()
    demo: DemoSettings = DemoSettings()
    sources: tuple[dict[str, Any], ...] = Field(
        (), description="Where calls come from, one table each; without one only the pages are served."
    )

    @model_validator(mode="after")
    def _rooms_agree(self) -> Settings:
        longest_ms = self.signal.vad.longest_gap_ms
        if self.segmenter.run_gap_ms < longest_ms:
            raise ValueError(
                f"segmenter.run_gap_ms must be {longest_ms} or more: pauses in speech get that long with "
                f"signal.vad.bridge_ms = {self.signal.vad.bridge_ms}"
            )
        return self

    _folder: Path = PrivateAttr(default_factory=Path.cwd)
    _chosen: list[tuple[type[Any], BaseModel]] = PrivateAttr(default_factory=list)

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def lines(self) -> LineSettings:
        """What the pure rooms need."""
        from monitor.lines import LineSettings

        return LineSettings(self.framing, self.signal, self.segmenter, customer_key=self.store.customer_key)

    def rule_files(self) -> list[tuple[str, str]]:
        """(name, text) of every rule pack, in order. Raises ConfigError for one that cannot be read."""
        return [(self._shown(path), read_text(path)) for path in self.rule_paths()]

    def rule_paths(self) -> list[Path]:
        """Where the rule packs lie, in order. Raises ConfigError for a folder without one."""
        paths: list[Path] = []
        for pack in self.rules.packs:
            inside = sorted(pack.glob("*.toml")) if pack.is_dir() else [pack]
            if not inside:
                raise ConfigError(str(pack), "holds no rule pack", "no file *.toml in it", "See [rules] packs")
            paths += inside
        return paths

    def rulebook(self) -> Rulebook:
        """Raises RuleError for a mistake in a pack."""
        from monitor.compliance.rulebook import Rulebook

        chosen = self.rules
        groups = tuple(self.signal.groups)
        return Rulebook.parse(
            self.rule_files(), chosen.presets, chosen.min_confidence, chosen.fold_f_h, groups, chosen.min_separation
        )

    def _shown(self, path: Path) -> str:
        """The same on every machine, since the rules' version is made of it."""
        return (
            path.relative_to(self._folder).as_posix()
            if path.is_relative_to(self._folder)
            else f"{path.parent.name}/{path.name}"
        )

    def make_sources(self) -> list[Source]:
        """A source for each table, in order."""
        return [source(settings) for source, settings in self._chosen]


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
    name, text = (
        (str(path), read_text(path, "`linewatch init DIR` makes a configuration")) if path else ("defaults", "")
    )
    try:
        document = parse(text)
    except TomlError as error:
        raise ConfigError(f"{name}:{error.line}", error.what, do="`linewatch init` writes a whole one") from None
    given = [_override(document.data, override) for override in overrides]
    settings = _checked(document, name, given)
    roots = _Roots(path.parent.resolve() if path else None)
    settings = roots.texts(roots.rooted(settings))
    settings._folder = roots.folder or Path.cwd()
    settings._chosen = [_source(roots, document, name, number) for number in range(len(settings.sources))]
    lost = [_absent(name, document, key, found) for key, found in roots.missing]
    if lost:
        raise MistakesError(lost)
    return settings


def read_text(path: Path, do: str = "") -> str:
    """A file an operator names. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(str(path), "is not there", do=do) from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "is not UTF-8 text", f"byte {error.object[error.start]:#04x}") from None
    except OSError as error:
        raise ConfigError(str(path), "cannot be read", error.strerror or type(error).__name__) from None


def _override(data: dict[str, Any], override: str) -> str:
    """Puts one --set into the data; returns its key."""
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
    return key.strip()


def _checked(document: Document, name: str, given: Sequence[str]) -> Settings:
    try:
        # JSON mode: no text is taken for a number, and a list may stand for a tuple
        return Settings.model_validate_json(json.dumps(document.data, default=str), strict=True)
    except ValidationError as error:
        found = mistakes(error, Settings, document)
        raise MistakesError([_error(_origin(name, mistake, given), mistake) for mistake in found]) from None


def _origin(name: str, mistake: Mistake, given: Sequence[str]) -> str:
    return "--set" if any(f"{mistake.key}.".startswith(f"{key}.") for key in given) else name


def _source(roots: _Roots, document: Document, name: str, number: int) -> tuple[type[Any], BaseModel]:
    """Class and settings of one [[sources]] table."""
    at = ("sources", number)
    table = {key: value for key, value in document.data["sources"][number].items() if key != "kind"}
    kind = document.data["sources"][number].get("kind")
    if kind not in SOURCES:
        meant = nearest(str(kind), list(SOURCES))
        what = f'there is no source of kind "{kind}"' if kind else 'the source says no "kind"'
        do = f'Did you mean "{meant}"' if kind and meant else f"Known: {', '.join(SOURCES)}"
        raise _error(name, Mistake(document.line((*at, "kind")), dotted(at), what, do=do))
    source = source_class(kind)
    try:
        settings = source.Settings.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        found = mistakes(error, source.Settings, document, at)
        raise MistakesError([_error(name, mistake) for mistake in found]) from None
    return source, roots.rooted(settings, at)


def source_class(kind: str) -> Any:
    """The class behind a name of `monitor.sources.SOURCES`."""
    module, _, name = SOURCES[kind].partition(":")
    return getattr(import_module(module), name)


def _error(name: str, mistake: Mistake) -> ConfigError:
    return ConfigError(name if name == "--set" else mistake.where(name), mistake.what, mistake.found, mistake.do)


def _absent(name: str, document: Document, key: tuple[str | int, ...], found: Path) -> ConfigError:
    return _error(name, Mistake(document.line(key), dotted(key), f'"{dotted(key)}": there is no such file', str(found)))


class _Roots:
    """Makes every Path of a model absolute: beside the file, else shipped; `missing` holds what is in neither place."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.missing: list[tuple[tuple[str | int, ...], Path]] = []

    def rooted(self, model: M, at: tuple[str | int, ...] = ()) -> M:
        changed = {}
        for name, field in type(model).model_fields.items():
            value = getattr(model, name)
            rooted = self._value(value, (*at, field.alias or name))
            if rooted is not value:
                changed[name] = rooted
        return model.model_copy(update=changed) if changed else model

    def texts(self, settings: Settings) -> Settings:
        """The settings that may be a path but need not."""
        here = self.folder or Path.cwd()
        asr, store = settings.asr, settings.store
        named = {name: value for name in ("model", "models_dir") if (value := getattr(asr, name))}
        changed = {name: str(here / os.path.expanduser(value)) for name, value in named.items()}
        if not Path(changed["model"]).is_dir():
            del changed["model"]
        file = store.url.removeprefix("sqlite:///")
        if file != store.url and file not in ("", ":memory:"):
            store = store.model_copy(update={"url": f"sqlite:///{here / file}"})
        return settings.model_copy(update={"asr": asr.model_copy(update=changed), "store": store})

    def _value(self, value: Any, at: tuple[str | int, ...]) -> Any:
        if isinstance(value, Path):
            path = self._path(value)
            if not path.exists():
                self.missing.append((at, value))
            return path
        if isinstance(value, BaseModel):
            return self.rooted(value, at)
        if isinstance(value, tuple):
            new = tuple(self._value(item, (*at, index)) for index, item in enumerate(value))
            return value if all(map(is_, new, value)) else new
        return value

    def _path(self, path: Path) -> Path:
        if path.is_absolute():
            return path
        try:
            return resources.locate(str(path), self.folder)
        except ConfigError:
            return (self.folder or Path.cwd()) / path
