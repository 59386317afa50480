"""A real desk on a real port, over a real store, with calls told by `Story`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from monitor.bus import Bus
from monitor.core.events import AlertAcknowledged, Envelope
from monitor.desk.server import Server
from monitor.desk.settings import DeskSettings, TokenSettings
from monitor.desk.state import Desk, Status
from monitor.store.settings import StoreSettings
from monitor.store.store import Store
from monitor.store.writer import Writer
from tests.story import Story

BOSS, NORTH, AGENT, ADMIN = "boss-token-0001", "north-token-0001", "agent-token-0001", "admin-token-0001"
TOKENS = (
    TokenSettings(token=BOSS, role="supervisor", name="王主管"),
    TokenSettings(token=NORTH, role="supervisor", name="李班长", teams=("north",)),
    TokenSettings(token=AGENT, role="agent", name="张晓", agent_id="1024"),
    TokenSettings(token=ADMIN, role="admin", name="admin"),
)


class Stage:
    """What a test sees of the machine: `play` stores and publishes, `join` opens a socket."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.store = Store(f"sqlite:///{folder / 'linewatch.db'}")
        self.bus = Bus()
        self.writer = Writer(self.store, self.bus.publish, StoreSettings(stall_ms=60_000))
        self.stories: dict[str, Story] = {}
        self.status = Status(lines=1, capacity=10, model="demo-zh", figures={"asr_queue": 3})
        options: dict[str, Any] = {"port": 0, "tokens": TOKENS}
        desk_settings = DeskSettings(**(options | settings))
        self.desk = Desk(self.bus, self.store, desk_settings, self.acknowledge, lambda: self.status)
        self.server = Server(self.desk)

    async def play(self, *envelopes: Envelope) -> None:
        await self.writer.put(envelopes)

    def story(self, *args: Any, **kwargs: Any) -> Story:
        story = Story(*args, **kwargs)
        self.stories[story.call_id] = story
        return story

    async def acknowledge(self, alert_id: str, actor: str, note: str) -> Envelope:
        """As the live shell does it: a running call gives the seq, for any other the store does."""
        view = next((each for each in self.bus.wall() if alert_id in each.alerts and not each.closed), None)
        if view is None:
            return await self.writer.acknowledge(alert_id, actor, note)
        body = AlertAcknowledged(alert_id=alert_id, actor=actor, note=note, acted_at_utc="2026-11-22T03:00:00Z")
        envelope = self.stories[view.call_id].tell(view.heard_ms, body)
        await self.play(envelope)
        return envelope

    @asynccontextmanager
    async def join(self, token: str = BOSS, path: str = "supervisor", **hello: Any) -> AsyncIterator[Client]:
        """A signed-in client; what the hello brought (hello, snapshot) is in `client.first`."""
        async with connect(f"{self.ws}/ws/{path}", max_size=None) as socket:
            client = Client(socket)
            await client.say(type="hello", token=token, **hello)
            client.first = [await client.hear(), await client.hear()]
            yield client

    @property
    def ws(self) -> str:
        return self.server.url.replace("http", "ws")


class Client:
    """A socket that speaks JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.first: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        return dict(json.loads(await self.socket.recv()))

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Everything up to and including the first message of this type."""
        heard = [await self.hear()]
        while heard[-1]["type"] != kind:
            heard.append(await self.hear())
        return heard


@asynccontextmanager
async def staged(folder: Path, **settings: Any) -> AsyncIterator[Stage]:
    stage = Stage(folder, **settings)
    stage.writer.start()
    await stage.server.start()
    try:
        yield stage
    finally:
        await stage.server.stop()
        await stage.writer.stop()
        stage.store.close()


async def until(holds: Callable[[], bool]) -> None:
    """Returns once it holds; the test's own timeout is the limit."""
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
