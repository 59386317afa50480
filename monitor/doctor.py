"""`linewatch doctor`: what is there, what is missing, and the command that mends it. Looks only; changes nothing."""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import platform
import re
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import ctranslate2

from monitor import __version__, resources
from monitor.asr import checksums, origin, registry
from monitor.asr import load as loading
from monitor.asr.languages import check_language, tells, vocabulary
from monitor.asr.load import chosen_model, cores
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import CUBLAS, LIBRARIES, Placement, place
from monitor.config import Settings
from monitor.core.events import ChannelCoverage
from monitor.core.types import CHANNELS
from monitor.errors import ConfigError, LinewatchError
from monitor.sinks.report.sheet import read
from monitor.sinks.report.words import DEMO_MODEL
from monitor.sources import SOURCES
from monitor.sources.soundcard import devices
from monitor.store.store import Store

State = Literal["ok", "note", "missing"]
DISK_LOW_BYTES = 2 * 2**30
ENDPOINT_WAIT_S = 3.0
TELLS = {
    "nothing": "this model writes its one language whatever it hears: a dialect (rules A8, A9) shows by wording only",
    "languages": "this model tells other languages, but takes Cantonese and every other dialect for Mandarin: they "
    "show by wording only",
    "cantonese": "this model tells other languages, and Cantonese from Mandarin; no other dialect",
}
DEMO_SAYS = (
    "the embedded demonstration model: it understands synthetic speech only. Silence, volume and noise are real "
    "findings; every word it makes of a real call, and every finding that rests on words, means nothing"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. missing: something configured cannot work. do: the way out, a command where one helps."""

    what: str
    state: State
    found: str
    do: str = ""


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which to mend."""
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _python, _packages, _recogniser, _speech, _rules, _groups, _sound, _sources, _store, _ports, _tokens
    )  # fmt: skip
    return [check for look in looks for check in _guarded(look, settings)]


def _guarded(look: Callable[[Settings], Iterator[Check]], settings: Settings) -> Iterator[Check]:
    try:
        yield from look(settings)
    except LinewatchError as error:
        found = f"{error.where}: {error.what}" + (f"; {error.found}" if error.found else "")
        yield Check(look.__name__.strip("_"), "missing", found, error.do)


def examine_call(settings: Settings, call_id: str) -> list[Check]:
    """Whether both legs of a stored call arrived, and what became of their speech."""
    store = Store(settings.store.url)
    try:
        sheet = read(store.events(call_id))
    finally:
        store.close()
    if sheet.started is None:
        raise ConfigError(f"call {call_id}", "is not in the store", do="linewatch calls list")
    checks = [
        Check("call", "ok" if sheet.closed else "note", f"{sheet.duration_ms / 1000:.1f} s, {sheet.started.source}")
    ]
    if sheet.coverage is None:
        return [*checks, Check("legs", "note", "no figures yet; they come every 10 s of a call")]
    for channel in CHANNELS:
        leg: ChannelCoverage = getattr(sheet.coverage, channel)
        found = (
            f"{leg.heard_ms / 1000:.1f} s of media, {leg.speech_ms / 1000:.1f} s of speech: "
            f"{leg.transcribed_ms / 1000:.1f} s transcribed, {leg.suppressed_ms / 1000:.1f} s suppressed, "
            f"{leg.lost_ms / 1000:.1f} s lost"
        )
        silent = "No media arrived on this leg; look at the source" if not leg.heard_ms else ""
        checks.append(Check(channel, "ok" if leg.heard_ms else "missing", found, silent))
    return checks


def _python(settings: Settings) -> Iterator[Check]:
    version = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    do = "" if fits else "Use Python 3.11, 3.12 or 3.13"
    yield Check("linewatch", "ok", f"{__version__} from {resources.PACKAGE}")
    yield Check("python", "ok" if fits else "missing", f"{version} on {platform.system()} {platform.machine()}", do)


def _packages(settings: Settings) -> Iterator[Check]:
    """Every package the distribution asks for, by what is installed."""
    try:
        wanted = importlib.metadata.requires("linewatch") or []
    except importlib.metadata.PackageNotFoundError:
        yield Check("packages", "note", "linewatch itself is not installed", "pip install -e .")
        return
    names = [match[0] for line in wanted if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))]
    missing = [name for name in names if not _installed(name)]
    if missing:
        yield Check("packages", "missing", " ".join(missing), f"pip install {' '.join(missing)}")
    else:
        versions = [f"{name} {importlib.metadata.version(name)}" for name in ("faster-whisper", "ctranslate2", "av")]
        yield Check("packages", "ok", f"all {len(names)}, among them {', '.join(versions)}")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _recogniser(settings: Settings) -> Iterator[Check]:
    if settings.asr.engine == "openai":
        yield _endpoint(settings.asr)
        return
    placement = place(settings.asr, cores())
    yield _device(settings.asr, placement)
    models = Path(settings.asr.models_dir) if settings.asr.models_dir else None
    name = chosen_model(settings.asr, placement)
    folder = registry.locate(name, models)
    sums = checksums.told(checksums.compare(folder, registry.again(registry.known(name), folder)))
    came = origin.read(folder)
    whence = f"; {came}" if came else ""
    yield Check("model", "ok", f"{folder}; {sums}{whence}")
    check_language(settings.asr.language, vocabulary(folder))
    yield Check("languages", "ok" if tells(folder) == "cantonese" else "note", TELLS[tells(folder)])
    if folder.name == DEMO_MODEL:
        yield Check("model", "note", DEMO_SAYS, 'linewatch models fetch small; then [asr] model = "small"')


def _device(asr: AsrSettings, placement: Placement) -> Check:
    why = "no GPU that CTranslate2 can use" if placement.device == "cpu" else "CTranslate2 found a GPU"
    chosen = f"{placement.device} ({'set' if asr.device != 'auto' else why}), {placement.compute_type}"
    try:
        able = ctranslate2.get_supported_compute_types(placement.device)
    except (RuntimeError, ValueError) as error:  # the driver's own words, or a CTranslate2 without CUDA
        return Check(
            "device", "missing", f"{placement.device}: {str(error).splitlines()[0]}", 'Set [asr] device = "auto"'
        )
    if placement.compute_type not in able | {"default"}:
        return Check(
            "device", "missing", f"{chosen}, which it cannot", f"[asr] compute_type: auto, {', '.join(sorted(able))}"
        )
    if placement.device == "cuda" and not _loads(CUBLAS):
        return Check("device", "missing", f"{chosen}, but the system finds no {CUBLAS}", LIBRARIES)
    return Check("device", "ok", f"{chosen}; {placement.workers} decodes at a time")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _endpoint(asr: AsrSettings) -> Check:
    """Whether anybody listens there; nothing is sent."""
    named, parts = loading.name(asr), urlsplit(asr.openai.url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), ENDPOINT_WAIT_S).close()
    except (OSError, ValueError) as error:
        return Check(
            "recogniser", "missing", f"{named} does not answer: {error}", "Look at [asr.openai] url and the endpoint"
        )
    return Check("recogniser", "ok", named)


def _speech(settings: Settings) -> Iterator[Check]:
    url = settings.asr.openai.url
    if settings.asr.engine == "openai":
        yield Check(
            "speech", "note", f"LEAVES this machine: every segment is sent to {url}", 'Set [asr] engine = "whisper"'
        )
    else:
        yield Check("speech", "ok", "stays on this machine")


def _rules(settings: Settings) -> Iterator[Check]:
    book = settings.rulebook()
    state: State = "ok" if book.rules else "note"
    packs = ", ".join(str(pack) for pack in settings.rules.packs)
    yield Check("rules", state, f"{len(book.rules)} rules, version {book.version}, from {packs}")


def _groups(settings: Settings) -> Iterator[Check]:
    """Groups of lines: which stored calls they would take. One that takes none may be misspelt."""
    groups = settings.signal.groups
    if not groups:
        return
    seen = _lines_seen(_database(settings.store.url))
    found = {name: [pair for pair in seen if settings.signal.group_of(*pair) == name] for name in groups}
    for name, pairs in found.items():
        lines = ", ".join(sorted({pair[0] or pair[1] or "" for pair in pairs})[:5])
        if pairs:
            yield Check(f"group {name}", "ok", f"stored calls came in on {lines}")
        else:
            known = ", ".join(sorted({pair[0] for pair in seen if pair[0]})[:5]) or "no stored call says its line"
            yield Check(f"group {name}", "note", f"takes no stored call; lines there are: {known}")


def _lines_seen(file: Path | None) -> list[tuple[str | None, str | None]]:
    """(line, trunk) of the stored calls; nothing where there is no store yet."""
    if file is None or not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)) as base:
            return list(base.execute("SELECT DISTINCT line, trunk FROM calls"))
    except sqlite3.Error:  # what is wrong with the store is told by its own check
        return []


def _sound(settings: Settings) -> Iterator[Check]:
    """PyAV carries FFmpeg; PortAudio is a system library that only sound devices need."""
    import av

    versions = ", ".join(
        f"{name} {'.'.join(map(str, av.library_versions[name]))}" for name in ("libavcodec", "libavformat")
    )
    yield Check("recordings", "ok", f"PyAV {av.__version__} with FFmpeg's {versions}")
    wanted = any(table.get("kind") == "device" for table in settings.sources)
    try:
        inputs = len(devices())
    except ConfigError as error:
        yield Check("sound devices", "missing" if wanted else "note", error.what, error.do)
        return
    state: State = "ok" if inputs or not wanted else "missing"
    yield Check("sound devices", state, f"PortAudio, {inputs} inputs", "" if inputs else "linewatch devices")


def _sources(settings: Settings) -> Iterator[Check]:
    if not settings.sources:
        known = ", ".join(sorted(SOURCES))
        yield Check("sources", "note", "none; serve would only show pages", f"Add [[sources]]; kinds: {known}")
    for number, table in enumerate(settings.sources):
        rest = ", ".join(f"{key} = {value}" for key, value in table.items() if key != "kind")
        yield Check(f"source {number + 1}", "ok", f"{table['kind']}: {rest}")


def _store(settings: Settings) -> Iterator[Check]:
    file = _database(settings.store.url)
    if file is None:
        yield Check("store", "ok", re.sub(r"//[^@/]*@", "//…@", settings.store.url))
        return
    folder = file.parent
    if not folder.is_dir():
        yield Check("store", "missing", f"{folder} is not there", f"mkdir -p {folder}")
        return
    try:
        _try_writing(file)
    except (OSError, sqlite3.Error) as error:
        yield Check("store", "missing", f"{file} cannot be written: {error}", f"Make {folder} writable for this user")
        return
    yield Check("store", "ok", f"{file}{'' if file.exists() else ', made at the first start'}")
    free = shutil.disk_usage(folder).free
    state: State = "ok" if free > DISK_LOW_BYTES else "note"
    yield Check(
        "disk", state, f"{free / 2**30:.1f} GiB free in {folder}", "" if state == "ok" else "linewatch calls erase"
    )


def _database(url: str) -> Path | None:
    """The file of a SQLite URL."""
    name = url.removeprefix("sqlite:///")
    return Path(name) if name != url and name not in ("", ":memory:") else None


def _try_writing(file: Path) -> None:
    if file.exists():
        with sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=1) as base:
            base.execute("BEGIN IMMEDIATE")
            base.rollback()
        return
    probe = file.parent / f".{file.name}.doctor"
    probe.touch()
    probe.unlink()


def _ports(settings: Settings) -> Iterator[Check]:
    host, port = settings.desk.host, settings.desk.port
    if port == 0:
        yield Check("port", "ok", f"any free one on {host}")
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            yield Check("port", "missing", f"{host}:{port} cannot be used: {error.strerror}", "Set another [desk] port")
            return
    safe = settings.desk.tls_cert is not None or host in ("127.0.0.1", "::1", "localhost")
    found = f"{host}:{port} is free" + ("" if safe else "; tokens and words would cross the network in the clear")
    yield Check("port", "ok" if safe else "note", found, "" if safe else "Set [desk] tls_cert and tls_key")


def _tokens(settings: Settings) -> Iterator[Check]:
    tokens = settings.desk.tokens
    if not tokens:
        yield Check("tokens", "note", "none; nobody can sign in", "linewatch init makes the first administrator")
    else:
        roles = ", ".join(
            f"{sum(one.role == role for one in tokens)} {role}" for role in ("admin", "supervisor", "agent")
        )
        yield Check("tokens", "ok", roles)
