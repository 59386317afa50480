"""Between the lines and the recogniser, on the event loop: who is transcribed, and what is shown before it is final.

A line that the recogniser has no room for is monitored for its conditions only: each of its segments is answered at
once as lost ("not_admitted"), and supervisors are told. The same happens to the lines that came last where the machine
gets too slow for those it has; they come back once there is room. Previews are made only while somebody watches, and
none while finals are late. A line that plays as fast as it is taken is in nobody's way: it waits for its answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.asr.admission import Admission
from monitor.asr.hypotheses import Previews
from monitor.asr.queue import OnAnswer
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.bus import Watch
from monitor.compliance.engine import Engine
from monitor.core.events import (
    AlertPending,
    AlertRaised,
    AlertWithdrawn,
    Body,
    CallAnswered,
    Envelope,
    Event,
    Hypothesis,
    NoticeCode,
    SpeechStarted,
    SystemNotice,
    Utterance,
    notice,
)
from monitor.core.types import CHANNELS, Answer, Segment
from monitor.lines import Lines

LOOK_EVERY_S = 0.1
MEASURE_EVERY_S = 1.0
PREVIEW_WITHIN_S = 1.0
"""A preview whose decode has not begun by then is none any more; how long the decode takes is the model's business."""
NOTICE_EVERY_S = 10.0
GONE_AFTER = 3
LOSSES = ("overload", "timeout", "engine_error")
AGENT_LEAD_S = 0.3
"""Where no rule reads the customer's words, an agent's segment goes first by this much."""

Publish = Callable[[Sequence[Envelope]], None]
Soon = Callable[[Callable[[], None]], object]


class Hearing:
    """publish: overlay on its way to the bus. soon: run something on the event loop, also from a worker's thread."""

    def __init__(
        self,
        lines: Lines,
        recogniser: Recogniser,
        settings: AsrSettings,
        admission: Admission | None,
        publish: Publish,
        soon: Soon,
    ) -> None:
        self.admission = admission
        self._lines = lines
        self._recogniser = recogniser
        self._settings = settings
        self._publish = publish
        self._soon = soon
        self._previews = Previews(settings)
        self._pending: dict[tuple[str, str], list[AlertRaised]] = {}
        self.not_admitted = 0
        self._held: deque[tuple[Segment, OnAnswer]] = deque()
        # in the order in which they were admitted; True: faster than real time, and in nobody's way
        self._transcribed: dict[str, bool] = {}
        self._let_go: dict[str, bool] = {}
        self._looked_s = self._measured_s = 0.0
        self._told_s = -NOTICE_EVERY_S
        self._lost = self._failed = 0
        self._why = ""

    @property
    def transcribed(self) -> int:
        """Lines whose words are transcribed now."""
        return len(self._transcribed)

    def admit(self, call_id: str, patient: bool = False) -> bool:
        """A line opens: True when its words will be transcribed. patient: it waits for its answers, and always is."""
        if patient or self.admission is None or (not self._let_go and self.admission.admits(len(self._live()))):
            self._transcribed[call_id] = patient
            return True
        self._tell(notice("call_not_admitted", float(len(self._transcribed)), call=call_id))
        return False

    def left(self, call_id: str) -> None:
        """The line is closed."""
        self._transcribed.pop(call_id, None)
        self._let_go.pop(call_id, None)
        self._previews.gone(call_id)
        for key in [key for key in self._pending if key[0] == call_id]:
            del self._pending[key]

    def submit(self, segment: Segment, on_answer: OnAnswer, patience_s: float | None) -> None:
        """A final: to the recogniser, or answered at once for a line that is not transcribed.

        patience_s None: of a line that is faster than real time and waits for its answers; it is held here for as long
        as the recogniser has no room, so that the event loop never waits.
        """
        self._previews.closed(segment)
        if segment.call_id not in self._transcribed:
            self.not_admitted += 1
            on_answer(segment, Answer(segment.segment_id, lost="not_admitted"))
        elif patience_s is None:
            self._transcribed[segment.call_id] = True
            self._held.append((segment, on_answer))
            self._release()
        else:
            self._send(segment, on_answer, patience_s)

    def _send(self, segment: Segment, on_answer: OnAnswer, patience_s: float | None) -> None:
        first = segment.channel == "agent" and self._lines.agent_alone(segment.call_id)
        lead_s = AGENT_LEAD_S if first else 0.0
        self._recogniser.submit(segment, on_answer, patience_s, self._lines.timed(segment), lead_s)

    def _release(self) -> None:
        while self._held and self._recogniser.has_room():
            self._send(*self._held.popleft(), None)

    def answered(self, segment: Segment, answer: Answer, envelopes: Sequence[Envelope], now_s: float = 0.0) -> None:
        """A final's answer and findings: what was pending and was not raised is withdrawn, losses are told."""
        self._count_loss(answer)
        self._tell_losses(now_s)
        raised = {envelope.body["alert_id"] for envelope in envelopes if envelope.type == AlertRaised.type}
        for body in self._pending.pop((segment.call_id, segment.segment_id), ()):
            if body.alert_id not in raised:
                self._show(segment.call_id, [Event(segment.end_ms, segment.channel, _as(AlertWithdrawn, body))])

    def _count_loss(self, answer: Answer) -> None:
        """Several engine errors and no text between them mean that the model is gone."""
        if answer.lost is None:
            self._failed = 0
        elif answer.lost in LOSSES:
            self._failed += answer.lost == "engine_error"
            self._lost, self._why = self._lost + 1, answer.lost

    def _tell_losses(self, now_s: float) -> None:
        """A notice at most every NOTICE_EVERY_S, of all since the last."""
        if not self._lost or now_s - self._told_s < NOTICE_EVERY_S:
            return
        if self._failed >= GONE_AFTER:
            self._tell(notice("recogniser_fails", float(self._lost), count=self._lost))
        else:
            self._tell(notice("segments_lost", float(self._lost), count=self._lost, reason=self._why))
        self._told_s, self._lost = now_s, 0

    def look(self, now_s: float, watched: Callable[[str], Watch]) -> None:
        """Called every turn of the loop: measure the recogniser, tell losses, ask for previews of what is being said.

        watched: what somebody sees of a call before it is final. For pending alerts alone only channels are previewed
        on which something must not be said.
        """
        if self.admission is not None and now_s - self._measured_s >= MEASURE_EVERY_S:
            self._measured_s = now_s
            self._observe(self.admission)
        self._release()
        self._tell_losses(now_s)
        late = self.admission is not None and self.admission.late
        if self._settings.hypotheses and not late and now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            for call_id in list(self._transcribed):
                if (seen := watched(call_id)) != "nothing":
                    self._ask(call_id, seen == "words")

    def _observe(self, admission: Admission) -> None:
        was_late = admission.late
        stats = self._recogniser.stats()
        admission.observe(stats)
        if admission.late and not was_late:
            self._tell(notice("segments_wait", stats.wait_p95_ms, wait_ms=round(stats.wait_p95_ms)))
        elif was_late and not admission.late:
            self._tell(notice("recogniser_back", stats.wait_p95_ms))
        live = self._live()
        if too_many := admission.excess(len(live)):
            self._move(live[-too_many:], self._transcribed, self._let_go)
        elif self._let_go and admission.admits(len(live)):
            room = admission.step(len(live))
            if admission.capacity is not None:
                room = min(room, admission.capacity - len(live))
            self._move(list(self._let_go)[:room], self._let_go, self._transcribed)

    def _live(self) -> list[str]:
        """Transcribed lines that cannot wait."""
        return [call_id for call_id, patient in self._transcribed.items() if not patient]

    def _move(self, call_ids: Sequence[str], here: dict[str, bool], there: dict[str, bool]) -> None:
        """Lines that are transcribed no longer, or again, from their next segment on."""
        if not call_ids:
            return
        there.update({call_id: here.pop(call_id) for call_id in call_ids})
        code: NoticeCode = "calls_let_go" if there is self._let_go else "calls_back"
        self._tell(notice(code, float(len(self._transcribed)), count=len(call_ids), calls=list(call_ids)))

    def _ask(self, call_id: str, words: bool) -> None:
        for channel in CHANNELS:
            if call_id not in self._lines or not (words or self._lines.forbids(call_id, channel)):
                continue
            spoken = self._lines.spoken(call_id, channel)
            if spoken is None or not self._previews.due(call_id, *spoken):
                continue
            draft = self._lines.draft(call_id, channel)
            if draft is not None:
                self._recogniser.submit(draft, self._from_worker, PREVIEW_WITHIN_S)

    def _from_worker(self, draft: Segment, answer: Answer) -> None:
        self._soon(lambda: self._heard(draft, answer))

    def _heard(self, draft: Segment, answer: Answer) -> None:
        if draft.call_id not in self._lines:
            return
        shown = self._previews.heard(draft, answer)
        if shown is None or not isinstance(shown.body, Hypothesis):
            return
        self._show(draft.call_id, [shown])
        key = (draft.call_id, draft.segment_id)
        known = self._pending.setdefault(key, [])
        stable = shown.body.text[: shown.body.stable_chars]
        for body in pending(self._lines, draft, stable) if stable else ():
            if body.alert_id not in {each.alert_id for each in known}:
                known.append(body)
                self._show(draft.call_id, [Event(shown.at_ms, draft.channel, _as(AlertPending, body))])

    def _show(self, call_id: str, events: Sequence[Event]) -> None:
        if call_id in self._lines:
            self._publish(self._lines.call(call_id).overlay(events))

    def _tell(self, body: SystemNotice) -> None:
        self._publish([Envelope.of(Event(0, None, body), None, None)])


def pending(lines: Lines, draft: Segment, stable: str) -> list[AlertRaised]:
    """What the rules would raise at once if the stable part of a preview were final; on an engine of its own."""
    engine = Engine(lines.rules_of(draft.call_id), replace(lines.call(draft.call_id).info, answered_ms=0))
    engine.push(Event(0, None, CallAnswered(inferred=True)))
    engine.push(Event(draft.start_ms, draft.channel, SpeechStarted(since_ms=draft.start_ms)))
    body = Utterance(
        segment_id=draft.segment_id, start_ms=draft.start_ms, end_ms=draft.end_ms, text=stable, confidence=0.9,
        voiced_ms=draft.voiced_ms,
    )  # fmt: skip
    found = engine.push(Event(draft.end_ms, draft.channel, body))
    return [event.body for event in found if isinstance(event.body, AlertRaised) and event.type == AlertRaised.type]


def _as(kind: type[AlertRaised], body: AlertRaised) -> Body:
    return kind.model_validate(body.model_dump())
