"""What the live commands do: the service with their sources and their ending."""

from __future__ import annotations

import asyncio
import secrets
import socket
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from rich.console import Console

from monitor.audit import titles
from monitor.bus import Want
from monitor.config import Settings
from monitor.core.events import Envelope
from monitor.desk.settings import DeskSettings, TokenSettings
from monitor.errors import ConfigError, LinewatchError
from monitor.service import Service
from monitor.sinks.phrasing import say
from monitor.sinks.report.folder import Folder
from monitor.sinks.report.words import Lang, warning
from monitor.sinks.summary import summary
from monitor.sinks.terminal import TerminalSink
from monitor.sources.base import Host, Source
from monitor.sources.files import FilesSettings, FilesSource
from monitor.sources.recording import find, read

Speed = float | Literal["max"]
Report = Callable[[Sequence[Envelope], Mapping[str, str]], None]
"""Takes the stored envelopes, and what rules and their steps are called."""
KEPT_ENVELOPES = 100_000
KEPT = {"zh": "页面保持打开，按 Ctrl-C 结束。", "en": "The pages stay up; Ctrl-C ends."}


async def serve(settings: Settings) -> None:
    """The configured sources until they end or the process is told to stop; the pages stay up to the end."""
    console = Console(stderr=True)
    sources = settings.make_sources()
    async with Service(settings) as service:
        console.print(f"linewatch serves {service.server.url}  model {service.recogniser.name}", highlight=False)
        _warn(service, console, "en")
        if not settings.desk.tokens:
            nobody = "Nobody can sign in: [[desk.tokens]] is empty; `linewatch init` makes one"
            console.print(nobody, style="yellow", markup=False)
        if not sources:
            nothing = "No line will come in: [[sources]] is empty. The pages and the API are up."
            console.print(nothing, style="yellow", markup=False)
        await service.run([*sources, Forever()])


async def demo(settings: Settings, speed: Speed, keep: bool, out: Path | None, lang: Lang) -> None:
    """The shipped calls as live lines through everything: sockets, store, pages, terminal; then a summary."""
    paths = (settings.demo.calls,)
    with tempfile.TemporaryDirectory(prefix="linewatch-") as scratch:
        recordings = find(list(paths))
        agents = {agent_id for path in recordings if (agent_id := read(path).sidecar.agent_id)}
        settings = offline(settings, Path(scratch), sorted(agents))
        source = FilesSource(FilesSettings(paths=paths, speed=speed, lines=len(recordings), stagger_ms=1500))

        def report(envelopes: Sequence[Envelope], rule_titles: Mapping[str, str]) -> None:
            if out is not None:
                write_report(envelopes, out, rule_titles, lang)

        await watch(settings, [source], keep, lang, speed == 1, report)


async def replay(settings: Settings, file: Path, speed: Speed, to: str | None, lang: Lang = "zh") -> None:
    """One recording as a live line in this process."""
    if to:
        raise ConfigError("replay --to", "needs a telephony source in the running server, which is not there yet", to,
                          "Leave --to away, or name the recording in the server's [[sources]]")  # fmt: skip
    settings = _with_visitor(settings)
    await watch(settings, [FilesSource(FilesSettings(paths=(file,), speed=speed))], False, lang, speed == 1)


async def listen(settings: Settings, agent: str, customer: str, agent_id: str, lang: Lang = "zh") -> None:
    """This machine's sound devices as one line."""
    from monitor.sources.device import DeviceSettings, DeviceSource

    chosen = {"agent": agent, "customer": customer, "agent_id": agent_id}
    source = DeviceSource(DeviceSettings(**{name: value for name, value in chosen.items() if value}))
    await watch(_with_visitor(settings), [source], False, lang)


async def watch(
    settings: Settings,
    sources: Sequence[Source],
    keep: bool,
    lang: Lang,
    real_time: bool = True,
    report: Report = lambda envelopes, titles: None,
) -> None:
    """Run the sources with the events in the terminal; `report` gets the stored envelopes, as they were published.

    real_time: call audio goes by as fast as time does. Raises what a source could not go on for, once everything else
    has come to its end.
    """
    kept: deque[Envelope] = deque(maxlen=KEPT_ENVELOPES)
    console = Console(highlight=False)
    watched = [Watched(source) for source in sources]
    async with Service(settings) as service:
        _greet(service, settings, console, lang)
        rule_titles = titles(service.live.lines.rulebook, lang)
        async with _shown(service, TerminalSink(console, lang, rule_titles), kept):
            await service.run(watched)
        if kept:
            console.print(summary(list(kept), lang, real_time))
            report(list(kept), rule_titles)
        for each in watched:
            if each.error is not None:
                raise each.error
        if keep:
            console.print(KEPT[lang])
            await service.run([Forever()])


def _greet(service: Service, settings: Settings, console: Console, lang: Lang) -> None:
    """Where the pages are, and what the model can hear."""
    for token, link in _links(service, settings):
        who = " ".join((say(token.role, lang), token.agent_id or ""))
        console.print(f"[bold]{who:<11}[/bold] {link}", soft_wrap=True)
    _warn(service, console, lang)


def _warn(service: Service, console: Console, lang: Lang) -> None:
    if limits := warning(service.recogniser.name, lang):
        console.print(f"{limits} linewatch models fetch small", style="yellow", soft_wrap=True)


class Watched:
    """A source whose end by an error is the command's own."""

    def __init__(self, source: Source) -> None:
        self.name, self.Settings = source.name, source.Settings
        self.error: LinewatchError | None = None
        self._run = source.run

    async def run(self, host: Host) -> None:
        try:
            await self._run(host)
        except LinewatchError as error:
            self.error = error


class Forever:
    """A source that never has a call: what keeps a service up until it is told to stop."""

    name = "forever"
    Settings = FilesSettings

    async def run(self, host: Host) -> None:
        await asyncio.Event().wait()


@asynccontextmanager
async def _shown(service: Service, terminal: TerminalSink, kept: deque[Envelope]) -> AsyncIterator[None]:
    subscription = service.bus.subscribe(Want(), KEPT_ENVELOPES)

    async def show() -> None:
        async for item in subscription:
            if isinstance(item, Envelope):
                if item.seq is not None:
                    kept.append(item)
                terminal.write(item)

    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        subscription.close("done")
        await showing
        service.bus.unsubscribe(subscription)
        terminal.close()


def offline(settings: Settings, folder: Path, agents: Sequence[str] = ()) -> Settings:
    """The settings with a store of its own in folder, the demo model, and visitors' tokens."""
    store = settings.store.model_copy(update={"url": f"sqlite:///{folder / 'demo.db'}"})
    asr = settings.asr.model_copy(update={"model": settings.demo.model, "engine": "whisper"})
    return _with_visitor(settings.model_copy(update={"store": store, "asr": asr}), agents)


def _with_visitor(settings: Settings, agents: Sequence[str] = ()) -> Settings:
    """With a supervisor's and the agents' tokens made for this run, where the port is open to this machine only."""
    if settings.desk.tokens:
        return settings
    tokens = [TokenSettings(token=secrets.token_urlsafe(12), role="supervisor", name="demo")]
    tokens += [
        TokenSettings(token=secrets.token_urlsafe(12), role="agent", name=each, agent_id=each) for each in agents
    ]
    local = {"tokens": tuple(tokens), "host": "127.0.0.1", "port": _free_port(settings.desk)}
    desk = settings.desk.model_copy(update=local)
    return settings.model_copy(update={"desk": desk})


def _links(service: Service, settings: Settings) -> list[tuple[TokenSettings, str]]:
    """(token, address that signs in) for the tokens that are not stored as a hash."""
    url = service.server.url
    return [
        (token, f"{url}/{'agent' if token.role == 'agent' else 'supervisor'}#token={token.token}")
        for token in settings.desk.tokens
        if not token.token.startswith("sha256:")
    ]


def write_report(envelopes: Sequence[Envelope], out: Path, rule_titles: Mapping[str, str], lang: Lang) -> None:
    """What `audit` writes, of calls that ran live."""
    folder = Folder(out, lang, "", rule_titles)
    for number, call_id in enumerate(dict.fromkeys(e.call_id for e in envelopes if e.call_id)):
        with folder.open(call_id) as file:
            file.writelines(f"{e.to_json()}\n" for e in envelopes if e.call_id == call_id)
        folder.close(call_id, file, None, number)
    folder.finish(())


def _free_port(desk: DeskSettings) -> int:
    """The configured port; any free one where something listens there already."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", desk.port))
        except OSError:
            return 0
    return desk.port
