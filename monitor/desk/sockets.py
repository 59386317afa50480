"""`/ws/supervisor` and `/ws/agent`: hello, snapshot, stream, and what clients ask for in between.

Close codes: 4401 no valid token, 4403 not allowed, 4408 no hello in time, 1003 not text, 1007 not a message we know,
1013 too slow or too many clients (may come again and resume), 1001 the server stops. Text beyond the size limit is
closed by the WebSocket layer with 1009.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from monitor import __version__
from monitor.bus import Item, Snapshot, Subscription
from monitor.core.events import Envelope
from monitor.desk.access import Grant
from monitor.desk.folding import Folding
from monitor.desk.messages import (
    AcknowledgedMessage,
    AcknowledgeMessage,
    ClientMessage,
    ErrorMessage,
    HelloMessage,
    HelloReply,
    PingMessage,
    PongMessage,
    ResumedMessage,
    ResumeMessage,
    SnapshotMessage,
    SubscribeMessage,
    parse,
)
from monitor.desk.settings import Role
from monitor.desk.state import Desk
from monitor.errors import StoreError

REPLAY_PAGE = 500


class RefusedError(Exception):
    """The conversation ends here, with one error message and a close code."""

    def __init__(self, close: int, code: str, message: str) -> None:
        super().__init__(message)
        self.error = ErrorMessage(code=code, message=message, close=close)
        self.close = close


def endpoint(desk: Desk, roles: frozenset[Role]) -> Callable[[WebSocket], Awaitable[None]]:
    """The ASGI endpoint of a socket that these roles may open."""

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        client = Client(desk, socket, roles)
        desk.sockets += 1
        try:
            await client.run()
        except RefusedError as refused:
            await client.leave(refused)
        except WebSocketDisconnect:
            pass
        finally:
            desk.sockets -= 1

    return serve


class Client:
    """One socket from hello to close."""

    def __init__(self, desk: Desk, socket: WebSocket, roles: frozenset[Role]) -> None:
        self._desk, self._socket, self._roles = desk, socket, roles
        self._sent: dict[str, int] = {}
        self._base: dict[str, int] = {}
        self._folding: Folding | None = None
        self._grant: Grant
        self._subscription: Subscription

    async def run(self) -> None:
        """Raises RefusedError when the client must go, WebSocketDisconnect when it has gone."""
        hello = await self._hello()
        settings = self._desk.settings
        self._subscription = self._desk.bus.subscribe(self._grant.want(), settings.max_queue)
        try:
            await self._converse(hello)
        finally:
            self._desk.bus.unsubscribe(self._subscription)

    async def leave(self, refused: RefusedError) -> None:
        """Say why and close; a client that does not read has a little time to."""
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._desk.settings.close_timeout_s):
                await self._send(refused.error)
                await self._socket.close(refused.close, refused.error.code)

    async def _hello(self) -> HelloMessage:
        if self._desk.sockets > self._desk.settings.max_clients:
            raise RefusedError(
                1013, "too_many_clients", "This server has as many clients as it takes. Come again later."
            )
        hello = HelloMessage(type="hello", token=self._socket.query_params.get("token", "")[:256])
        if not hello.token:
            hello = await self._first_message()
        grant = self._desk.access.grant(hello.token)
        if grant is None:
            raise RefusedError(4401, "token", "This token is not known here. Ask your administrator for one.")
        if grant.role not in self._roles:
            raise RefusedError(4403, "role", f"A token with the role {grant.role} does not open this socket.")
        self._grant = grant
        self._folding = None if grant.role == "agent" else Folding(self._desk.settings.alerts)
        return hello

    async def _first_message(self) -> HelloMessage:
        limit_s = self._desk.settings.hello_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                message = await self._receive()
        except TimeoutError:
            raise RefusedError(4408, "hello_timeout", f"No hello with a token came within {limit_s:g} s.") from None
        if not isinstance(message, HelloMessage):
            raise RefusedError(4401, "hello", 'The first message has to be {"type": "hello", "token": "…"}.')
        return message

    async def _converse(self, hello: HelloMessage) -> None:
        grant = self._grant
        teams = None if grant.teams is None else sorted(grant.teams)
        await self._send(
            HelloReply(
                role=grant.role,
                name=grant.name,
                teams=teams,
                agent_id=grant.agent_id,
                version=__version__,
                model=self._desk.status().model,
                rules=list(self._desk.rules()),
            )
        )
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._write(hello))
        closing = asyncio.create_task(self._subscription.wait_closed())
        tasks = (reading, writing, closing)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._subscription.closed == "stopping":
                await asyncio.wait([writing], timeout=self._desk.settings.close_timeout_s)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
        self._refuse_closed()

    def _refuse_closed(self) -> None:
        if self._subscription.closed == "slow":
            raise RefusedError(1013, "slow", "This client reads too slowly. Connect again and resume.")
        raise RefusedError(1001, "stopping", "The server stops.")

    async def _write(self, hello: HelloMessage) -> None:
        await self._send_item(self._subscription.snapshot)
        await self._resume(hello.resume)
        async for item in self._subscription:
            await self._send_item(item)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            match message:
                case PingMessage():
                    await self._send(PongMessage(id=message.id))
                case SubscribeMessage():
                    self._subscribe(message)
                case ResumeMessage():
                    await self._resume(message.resume)
                case AcknowledgeMessage():
                    await self._acknowledge(message)
                case HelloMessage():
                    # signed in by its address already
                    await self._resume(message.resume)

    async def _receive(self) -> ClientMessage:
        raw = await self._socket.receive()
        if raw["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(raw.get("code", 1005))
        text = raw.get("text")
        if text is None:
            raise RefusedError(1003, "not_text", "Messages here are JSON text.")
        try:
            return parse(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "message"
            raise RefusedError(1007, "message", f"{where[:80]}: {first['msg'][:200]}") from None

    async def _send(self, message: BaseModel) -> None:
        await self._socket.send_text(message.model_dump_json())

    async def _send_item(self, item: Item) -> None:
        if isinstance(item, Snapshot):
            for view in item.calls:
                self._sent[view.call_id] = self._base[view.call_id] = view.seq
            calls = self._folded_in([self._subscription.want.show(view) for view in item.calls])
            await self._send(SnapshotMessage(whole=item.whole, calls=calls))
            return
        if item.seq is not None and item.call_id is not None:
            if item.seq <= self._sent.get(item.call_id, 0):
                return
            self._sent[item.call_id] = item.seq
            self._base.setdefault(item.call_id, item.seq - 1)
        await self._socket.send_text(self._marked(item).to_json())

    def _marked(self, envelope: Envelope) -> Envelope:
        """An alert that is too much for this client says so."""
        if self._folding is None or envelope.call_id is None or not envelope.type.startswith("alert."):
            return envelope
        alert = {"at_ms": envelope.at_ms, "published_at_utc": envelope.published_at_utc, **envelope.body}
        match envelope.type:
            case "alert.raised":
                before = self._folding.count
                folded = self._folding.take(envelope.call_id, alert)
                self._desk.folded += self._folding.count - before
            case "alert.pending":
                folded = self._folding.repeats(envelope.call_id, alert)
            case _:
                folded = self._folding.known(alert["alert_id"])
        return envelope.model_copy(update={"folded": folded}) if folded else envelope

    def _folded_in(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self._folding is None:
            return calls
        self._folding.all((call["call_id"], alert) for call in calls for alert in call["alerts"])
        return [call | {"alerts": [self._as_shown(alert) for alert in call["alerts"]]} for call in calls]

    def _as_shown(self, alert: dict[str, Any]) -> dict[str, Any]:
        folded = self._folding and self._folding.known(alert["alert_id"])
        return alert | {"folded": folded.model_dump()} if folded else alert

    def _subscribe(self, message: SubscribeMessage) -> None:
        allowed = self._grant.want().allowed_teams
        if message.teams is not None and allowed is not None and not set(message.teams) <= allowed:
            raise RefusedError(4403, "team", "This token may not see all of these teams.")
        for call_id in message.calls or ():
            self._check_call(call_id)
        calls, teams, types = (
            None if names is None else frozenset(names) for names in (message.calls, message.teams, message.types)
        )
        self._desk.bus.refilter(self._subscription, calls, teams, types)

    def _check_call(self, call_id: str) -> None:
        view = self._desk.bus.view(call_id)
        if view is not None and not self._grant.want().may_see(view.agent_id, view.team):
            raise RefusedError(4403, "call", "This token may not see that call.")

    async def _resume(self, resume: dict[str, int]) -> None:
        for call_id, after_seq in resume.items():
            await self._replay(call_id, after_seq)

    async def _replay(self, call_id: str, after_seq: int) -> None:
        """Send what the store holds after `after_seq` up to where this client's stream of the call began."""
        self._check_call(call_id)
        if self._desk.bus.view(call_id) is None and not await self._may_see_stored(call_id):
            await self._send(ErrorMessage(code="no_call", message="There is no such call.", call_id=call_id))
            return
        start, last = self._base.get(call_id), after_seq
        while start is None or last < start:
            page = await asyncio.to_thread(self._desk.store.events, call_id, last, REPLAY_PAGE)
            if start is not None:
                page = [each for each in page if each.seq is not None and each.seq <= start]
            if not page:
                break
            for envelope in page:
                before, last = last, envelope.seq or last
                if self._subscription.want.admits_type(envelope):
                    filtered = self._subscription.want.filtered
                    shown = envelope.model_copy(update={"prev_seq": before}) if filtered else envelope
                    folded = self._folding and self._folding.known(envelope.body.get("alert_id", ""))
                    shown = shown.model_copy(update={"folded": folded}) if folded else shown
                    await self._socket.send_text(shown.to_json())
        self._sent[call_id] = max(self._sent.get(call_id, 0), last)
        if start is not None and last < start:
            text = "Some envelopes of this call are not stored yet. Resume again later."
            await self._send(ErrorMessage(code="not_stored_yet", message=text, call_id=call_id))
        await self._send(ResumedMessage(call_id=call_id, after_seq=after_seq, to_seq=last))

    async def _may_see_stored(self, call_id: str) -> bool:
        row = await asyncio.to_thread(self._desk.store.call, call_id)
        if row is None:
            return False
        if not self._grant.want().may_see(row.agent_id, row.team):
            raise RefusedError(4403, "call", "This token may not see that call.")
        return True

    async def _acknowledge(self, message: AcknowledgeMessage) -> None:
        refusal = await self._refusal(message.alert_id)
        if refusal is not None:
            await self._send(refusal)
            return
        try:
            envelope = await self._desk.acknowledge(message.alert_id, self._grant.name, message.note)
        except StoreError as error:
            await self._send(ErrorMessage(code="store", message=str(error)))
            return
        await self._send(
            AcknowledgedMessage(alert_id=message.alert_id, call_id=envelope.call_id or "", seq=envelope.seq or 0)
        )

    async def _refusal(self, alert_id: str) -> ErrorMessage | None:
        if self._grant.role == "agent":
            return ErrorMessage(code="role", message="An agent does not acknowledge alerts.")
        view = next((each for each in self._desk.bus.wall() if alert_id in each.alerts), None)
        agent_id, team = (view.agent_id, view.team) if view is not None else (None, None)
        if view is None:
            call_id = await asyncio.to_thread(self._desk.store.call_of_alert, alert_id)
            row = await asyncio.to_thread(self._desk.store.call, call_id) if call_id else None
            if row is None:
                return ErrorMessage(code="no_alert", message="There is no such alert.")
            agent_id, team = row.agent_id, row.team
        if not self._grant.want().may_see(agent_id, team):
            return ErrorMessage(code="no_alert", message="There is no such alert.")
        return None
