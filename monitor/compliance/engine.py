"""Runs a rulebook over one call: facts in, findings out, in two lanes (see monitor/compliance/runner.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.compliance.matcher import Hit
from monitor.compliance.phrases import Heard, listen
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.runner import NEVER_MS, CallMemory, Found, Lane, Runner
from monitor.compliance.scorecard import score
from monitor.compliance.words import CERTAIN_AFTER_MS, ChannelClock, Unheard, Words, spans
from monitor.core.events import (
    ConditionEnded,
    ConditionStarted,
    Event,
    Evidence,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from monitor.core.types import CHANNELS, CallInfo, Channel

FACTS = frozenset((
    "call.started", "call.answered", "call.data", "call.ended", "speech.started", "speech.ended", "condition.started",
    "condition.ended", "utterance",
))  # fmt: skip
JOIN_MS = 1500
"""Longest pause inside a phrase that the segmenter may have cut in two."""


class Engine:
    """One call. Facts come in the order they were stored; audio time comes with `advance`."""

    def __init__(self, rulebook: Rulebook, info: CallInfo) -> None:
        self._book = rulebook
        self._memory = CallMemory(info, company=rulebook.company, surname=info.customer_surname or "")
        unheard = {channel: Unheard() for channel in CHANNELS}
        self._unheard = unheard
        self._signal = Lane(self._memory, unheard, ordered=False)
        self._words = Lane(self._memory, unheard, ordered=True)
        self._clocks: dict[Channel, ChannelClock] = {channel: ChannelClock() for channel in CHANNELS}
        self._tails: dict[Channel, Words] = {}
        self._heard_ms = 0
        self._rules = rulebook.rules_for(info)
        self._following: dict[str, Sequence[Runner]] = {}
        sure = info.legs == "recorded" or (info.separation or 0.0) >= rulebook.min_separation
        self._out_of_reach = frozenset(rule.id for rule in self._rules.all if rule.asks_who and not sure)
        self._memory.not_judged |= self._out_of_reach
        for rule in self._rules.eager:
            self._follow(rule)

    def _follow(self, rule: Rule) -> Sequence[Runner]:
        if rule.id not in self._following:
            out_of_reach = rule.id in self._out_of_reach
            self._following[rule.id] = () if out_of_reach else rule.runners(self._signal, self._words)
        return self._following[rule.id]

    @property
    def due_ms(self) -> int:
        """No `advance` to a time before this has anything to say."""
        words_ms = self._words.next_ms
        if words_ms < NEVER_MS:
            stuck = any(clock.oldest_ms <= words_ms for clock in self._clocks.values())
            words_ms = NEVER_MS if stuck else words_ms + CERTAIN_AFTER_MS + 1
        return min(self._signal.next_ms, words_ms)

    def quotes(self, channel: Channel, text: str) -> bool:
        """Whether an alert of this call's rules may quote some of a normalised text. Any thread."""
        return bool(text) and self._book.quotes(channel, listen(text, self._book.fold_f_h), self._rules.ids)

    def push(self, event: Event) -> list[Event]:
        """Any fact; the texts of utterances are normalised. Findings and anything else are passed over."""
        if event.type not in FACTS:
            return []
        body, channel = event.body, event.channel
        if isinstance(body, Utterance):
            assert channel in ("agent", "customer"), channel
            self._utterance(body, channel)
        else:
            if event.type != "call.answered":
                self._heard_ms = max(self._heard_ms, event.at_ms)
            if channel in self._clocks:
                if isinstance(body, SpeechStarted):
                    self._clocks[channel].started(body.since_ms)
                elif isinstance(body, SpeechEnded):
                    self._clocks[channel].ended(body.since_ms, body.end_ms)
                elif isinstance(body, ConditionStarted) and body.condition == "dropout":
                    self._media(channel, event.at_ms, body)
            self._signal.take(event)
            self._words.take(event)
        self._run_words()
        return self._taken()

    def _media(self, channel: Channel, at_ms: int, body: ConditionStarted) -> None:
        if isinstance(body, ConditionEnded):
            self._unheard[channel].media_back(body.end_ms)
        else:
            self._unheard[channel].media_gone(body.since_ms, at_ms)

    def advance(self, heard_ms: int) -> list[Event]:
        """Audio time has reached heard_ms: what is due until then, stamped with its deadline."""
        self._heard_ms = max(self._heard_ms, heard_ms)
        if self.due_ms > self._heard_ms and not self._memory.out:
            return []
        self._signal.run(self._heard_ms + 1)
        self._run_words()
        return self._taken()

    def finish(self, end_ms: int) -> list[Event]:
        """After call.ended and the last utterance: the last verdicts and the score."""
        self._heard_ms = max(self._heard_ms, end_ms)
        self._signal.run(end_ms + 1)
        for channel, clock in self._clocks.items():
            for start_ms, stop_ms in clock.uncovered(end_ms):
                self._words.take_words(Words(channel, start_ms, stop_ms, "", stop_ms - start_ms, None, None))
        self._words.run(end_ms + 1, self._hear)
        self._signal.finish(end_ms)
        self._words.finish(end_ms)
        self._memory.emit(end_ms, None, score(self._rules.all, self._memory))
        return self._taken()

    def _taken(self) -> list[Event]:
        if not self._memory.out:
            return []
        out, self._memory.out = self._memory.out, []
        return out

    def _run_words(self) -> None:
        if self._words.next_ms == NEVER_MS:
            return
        mark_ms = min(clock.mark_ms(self._heard_ms) for clock in self._clocks.values())
        if self._words.next_ms < mark_ms:
            self._words.run(mark_ms, self._hear)

    def _utterance(self, body: Utterance, channel: Channel) -> None:
        heard = listen(body.text, self._book.fold_f_h) if body.heard and body.text else None
        if heard is not None and not self._surely(body):
            hits = self._book.find(channel, heard)
            self._memory.not_judged |= {self._book.owner(hit.owner)[0] for hit in hits} & self._rules.ids
            heard = None
        words = Words(
            channel, body.start_ms, body.end_ms, body.segment_id, body.voiced_ms, body.confidence, heard, body.text,
            body.language, body.language_prob, body.level_dbov, body.pitch_hz,
            body.pitch_range_st, spans(body.words or ()),
        )  # fmt: skip
        self._clocks[channel].answered(body.start_ms, body.end_ms)
        if heard is not None:
            self._tell_lazy(words, self._found(words, heard))
        self._words.take_words(words)

    def _surely(self, body: Utterance) -> bool:
        """Whether it is known who said it."""
        return body.speaker_certainty is None or body.speaker_certainty >= self._book.min_separation

    def _hear(self, words: Words) -> None:
        """An utterance whose turn has come in the words lane."""
        if words.heard is None or self._doubtful(words):
            self._unheard[words.channel].add(words.start_ms, words.end_ms)
        found: dict[str, list[Found]] = {}
        if words.heard is not None:
            across = self._across(words)
            self._tell_lazy(words, across)
            found = self._found(words, words.heard)
            for rule_id, ones in across.items():
                found.setdefault(rule_id, []).extend(ones)
        for runner in self._words.hearing:
            mine = found.get(runner.rule_id)
            if runner.awake or mine:
                runner.words(words, mine or ())
        if words.heard is not None or words.voiced_ms >= CERTAIN_AFTER_MS:
            self._tails[words.channel] = words

    def _tell_lazy(self, words: Words, found: dict[str, list[Found]]) -> None:
        for rule_id, ones in found.items():
            rule = self._rules.lazy.get(rule_id)
            if rule is not None:
                for runner in self._follow(rule):
                    runner.words(words, ones)

    def _found(self, words: Words, heard: Heard) -> dict[str, list[Found]]:
        hits = self._book.find(words.channel, heard)
        return self._sorted(hits, lambda hit: self._evidence(words, heard, hit, hit.start, hit.end))

    def _across(self, words: Words) -> dict[str, list[Found]]:
        """Phrases that begin in the utterance before and end in this one."""
        before = self._tails.get(words.channel)
        if before is None or before.heard is None or words.heard is None or words.start_ms - before.end_ms > JOIN_MS:
            return {}
        reach = self._book.longest(words.channel) + 2
        tail, head = before.heard, words.heard
        border = min(reach, len(tail.chars))
        joined = _joined(tail, head, reach)
        hits = [hit for hit in self._book.find(words.channel, joined) if hit.start < border < hit.end]
        skipped = len(tail.chars) - border

        def evidence(hit: Hit) -> Evidence:
            left = self._evidence(before, tail, hit, hit.start + skipped, len(tail.chars))
            right = self._evidence(words, head, hit, 0, hit.end - border)
            update = {"quote": left.quote + right.quote, "end_ms": right.end_ms}
            if right.certainty == "probable":
                update["certainty"] = "probable"
            return left.model_copy(update=update)

        return self._sorted(hits, evidence)

    def _sorted(self, hits: Sequence[Hit], evidence: Callable[[Hit], Evidence]) -> dict[str, list[Found]]:
        out: dict[str, list[Found]] = {}
        for hit in hits:
            rule_id, key = self._book.owner(hit.owner)
            if rule_id in self._rules.ids:
                out.setdefault(rule_id, []).append(Found(key, hit, evidence(hit)))
        return out

    def _evidence(self, words: Words, heard: Heard, hit: Hit, start: int, end: int) -> Evidence:
        start_ms, end_ms = words.span(start, end)
        certainty = "probable" if self._doubtful(words) else hit.certainty
        return Evidence(quote=heard.quote(start, end), start_ms=start_ms, end_ms=end_ms, certainty=certainty)

    def _doubtful(self, words: Words) -> bool:
        return words.confidence is not None and words.confidence < self._book.min_confidence


def _joined(tail: Heard, head: Heard, reach: int) -> Heard:
    first = len(tail.chars) - min(reach, len(tail.chars))
    last = min(reach, len(head.chars))
    return Heard(
        text="",
        chars=tail.chars[first:] + head.chars[:last],
        origin=(),
        sounds=tail.sounds[first:] + head.sounds[:last],
        codes=tail.codes[first:] + head.codes[:last],
    )
