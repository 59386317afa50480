"""What lines get that no call should hold: idle and broken codecs, gaps, packets out of order, clocks that drift.

Everything comes in as it does live or in an audit: bytes of a codec through a recording, or packets through framing.
Nothing of it raises, and every condition that is said is one that the contract asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.compliance.rulebook import Rulebook
from monitor.core.events import ConditionEnded, Envelope
from monitor.core.framing import FramingSettings
from monitor.core.pcm import encode_alaw, encode_ulaw
from monitor.core.types import CHANNELS, Absent, Answer, CallInfo, MediaChunk, Pcm
from monitor.lines import Lines, LineSettings
from monitor.resources import locate
from monitor.sources.recording import read
from tests import tapes
from tests.sources.wavs import wav

RATE, PACKET, PACKET_MS = 8000, 160, 20
ALAW, ULAW = 6, 7
Spans = tuple[tuple[int, int], ...]
Found = tuple[str, str, int, int, str | None]
"""condition, channel, since_ms, end_ms, cause."""
AGENT_SPEAKS: Spans = ((1000, 5000), (11_000, 15_000), (21_000, 25_000))
CUSTOMER_SPEAKS: Spans = ((6000, 10_000), (16_000, 20_000), (26_000, 30_000))


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook.parse([("line.toml", (locate("rules") / "line.toml").read_text("utf-8"))])


def heard(
    rulebook: Rulebook, media: Iterable[MediaChunk], rate_hz: int = RATE, framing: FramingSettings | None = None
) -> list[Envelope]:
    """All that is said of a call; every number in it is one."""
    lines = Lines(LineSettings(framing=framing or FramingSettings(), meters=True), rulebook)
    out = lines.open(CallInfo("call", "test", rate_hz))
    segments = []
    for number, chunk in enumerate(media):
        lines.push("call", chunk)
        if number % 50 == 0:
            step = lines.step()
            out, segments = out + step.envelopes, segments + step.segments
    for step in (lines.step(), lines.hang_up("call", "end")):
        out, segments = out + step.envelopes, segments + step.segments
    for segment in segments:
        out += lines.answer(segment, Answer(segment.segment_id, lost="stopped"))
    assert out[-1].type == "call.closed"
    for envelope in out:
        json.dumps(envelope.wire(), allow_nan=False)
    return out


def conditions(envelopes: Iterable[Envelope]) -> list[Found]:
    """A change of level is one condition."""
    out: list[Found] = []
    for envelope in envelopes:
        if isinstance(body := envelope.event().body, ConditionEnded):
            found = (body.condition, str(envelope.channel), body.since_ms, body.end_ms, body.cause)
            last = next((k for k, f in enumerate(out) if f[:2] == found[:2] and f[3] == found[2] and body.level), None)
            if last is None:
                out.append(found)
            else:
                out[last] = (*found[:2], out[last][2], found[3], found[4])
    return out


def apart(found: Iterable[Found]) -> list[Found]:
    """All but silences."""
    return sorted(each for each in found if each[0] != "silence")


def silences(found: Iterable[Found], channel: str) -> list[tuple[int, int]]:
    return [(since, end) for name, who, since, end, _ in found if name == "silence" and who == channel]


def leg(spans: Spans, ms: int, voice_hz: float, rate_hz: int = RATE, offset: float = 0.0) -> Pcm:
    """An idle line on which somebody speaks."""
    out = tapes.white(ms, -66, rate_hz, int(voice_hz)) + offset
    for since, end in (span for span in spans if span[1] <= ms):
        at = since * rate_hz // 1000
        out[at : at + (end - since) * rate_hz // 1000] += tapes.speech(end - since, -24, rate_hz, since, voice_hz)
    return tapes.pcm(out)


def legs(ms: int, rate_hz: int = RATE, offset: float = 0.0) -> tuple[Pcm, Pcm]:
    return leg(AGENT_SPEAKS, ms, 120.0, rate_hz, offset), leg(CUSTOMER_SPEAKS, ms, 200.0, rate_hz, offset)


def without(spans: Spans, gap: tuple[int, int]) -> Spans:
    """What is left of what somebody says; gaps under 300 ms are none."""
    if gap[1] - gap[0] < 300:
        return spans
    cut = [part for a, b in spans for part in ((a, min(b, gap[0])), (max(a, gap[1]), b))]
    return tuple((a, b) for a, b in cut if b > a)


def silent(spans: Iterable[tuple[int, int]], ms: int) -> list[tuple[int, int]]:
    """Where nobody speaks for two seconds."""
    out, last = [], 0
    for since, end in [*sorted(spans), (ms, ms)]:
        if since - last >= 2000:
            out.append((last, since))
        last = max(last, end)
    return out


def as_expected(found: list[Found], agent: Spans, customer: Spans, ms: int) -> None:
    for channel, spans in (("agent", agent), ("customer", customer), ("both", agent + customer)):
        expected = silent(spans, ms)
        said = silences(found, channel)
        assert len(said) == len(expected), (channel, said, expected)
        for mine, right in zip(said, expected, strict=True):
            assert mine == pytest.approx(right, abs=100), channel


def packets(side: int, samples: Pcm, stamp: int = PACKET) -> list[MediaChunk]:
    cut = range(0, len(samples), PACKET)
    return [MediaChunk(CHANNELS[side], samples[at : at + PACKET], at // PACKET * stamp) for at in cut]


def in_turn(*sent: list[MediaChunk]) -> Iterator[MediaChunk]:
    """As they arrive: packets of the same instant, the agent's first."""
    return iter(
        sorted((chunk for each in sent for chunk in each), key=lambda chunk: (chunk.at_sample or 0, chunk.channel))
    )


CODES = {
    "mu-law, all 0xff": (ULAW, b"\xff"),
    "mu-law, all 0x7f, the other zero": (ULAW, b"\x7f"),
    "mu-law, idle as it dithers": (ULAW, b"\xff\x7f\xfe\xff\x7e\x7f\xff\xff"),
    "mu-law, all 0x00, the lowest sample": (ULAW, b"\x00"),
    "mu-law, all 0x80, the highest sample": (ULAW, b"\x80"),
    "A-law, all 0xd5": (ALAW, b"\xd5"),
    "A-law, idle as it dithers": (ALAW, b"\xd5\x55"),
    "A-law, all 0x00": (ALAW, b"\x00"),
    "A-law, all 0xff": (ALAW, b"\xff"),
}


def recorded(path: Path, tag: int, agent: bytes, customer: bytes, rate_hz: int = RATE) -> Iterator[MediaChunk]:
    """Codec bytes of two legs, by way of a recording."""
    both = np.stack((np.frombuffer(agent, np.uint8), np.frombuffer(customer, np.uint8)), axis=1)
    path.write_bytes(wav(both.tobytes(), rate_hz, 2, 8, tag))
    recording = read(path)
    assert recording.rate_hz == rate_hz
    for blocks in recording.blocks():
        for channel, samples in zip(CHANNELS, blocks, strict=True):
            yield MediaChunk(channel, samples)


@pytest.mark.parametrize("name", CODES)
def test_a_codec_that_sends_nothing_is_silent_and_nothing_else(rulebook: Rulebook, tmp_path: Path, name: str) -> None:
    tag, codes = CODES[name]
    idle = codes * (12 * RATE // len(codes))
    found = conditions(heard(rulebook, recorded(tmp_path / "idle.wav", tag, idle, idle)))
    assert found == [("silence", who, 0, 12_000, None) for who in ("agent", "customer", "both")]


@pytest.mark.parametrize("name", CODES)
def test_it_is_a_dead_leg_once_the_other_party_speaks_into_it(rulebook: Rulebook, tmp_path: Path, name: str) -> None:
    tag, codes = CODES[name]
    idle = codes * (12 * RATE // len(codes))
    voice = leg(((1000, 5000), (6000, 10_000)), 12_000, 120.0)
    spoken = (encode_alaw if tag == ALAW else encode_ulaw)(voice)
    found = conditions(heard(rulebook, recorded(tmp_path / "dead.wav", tag, spoken, idle)))
    assert apart(found) == [("one_way", "customer", 0, 12_000, None)]
    as_expected(found, ((1000, 5000), (6000, 10_000)), (), 12_000)


FULL_SCALE = {"mu-law": (ULAW, b"\x00\x80"), "A-law": (ALAW, b"\x2a\xaa")}


@pytest.mark.parametrize("rate_hz", [8000, 16_000])
@pytest.mark.parametrize("law", FULL_SCALE)
def test_alternating_full_scale_is_noise_of_no_kind(rulebook: Rulebook, tmp_path: Path, law: str, rate_hz: int) -> None:
    """A square wave at half the sampling rate, 0 dBov. Nobody speaks, so both are silent; clipping is a share of the
    speech samples, and there are none; it is louder by 26 dB than the speech assumed before any was heard, so it is
    noise, an alarm. No kind of noise consists of one line at the upper end of the band."""
    tag, codes = FULL_SCALE[law]
    loud = codes * (6 * rate_hz)
    told = heard(rulebook, recorded(tmp_path / "loud.wav", tag, loud, loud, rate_hz), rate_hz)
    found = conditions(told)
    assert [each for each in found if each[0] == "silence"] == [
        ("silence", who, 0, 12_000, None) for who in ("agent", "customer", "both")
    ]
    assert [each[:2] for each in apart(found)] == [("noise", "agent"), ("noise", "customer")]
    bodies = [each.body for each in told if each.type == "condition.started" and each.body["condition"] == "noise"]
    assert [(body["level"], body["kind"]) for body in bodies] == [("alarm", None)] * 2


def test_alternating_full_scale_between_the_words_is_noise_while_it_lasts(rulebook: Rulebook) -> None:
    agent, customer = legs(32_000)
    loud = slice(10 * RATE + RATE // 2, 15 * RATE + RATE // 2)
    customer[loud] = np.where(np.arange(5 * RATE) % 2, 32_124, -32_124)
    found = conditions(heard(rulebook, in_turn(packets(0, agent), packets(1, customer))))
    ((name, who, since, end, _),) = apart(found)
    assert (name, who) == ("noise", "customer")
    assert since == pytest.approx(10_500, abs=500)
    assert 15_500 <= end <= 24_000
    as_expected(found, AGENT_SPEAKS, CUSTOMER_SPEAKS, 32_000)


@pytest.mark.parametrize("rate_hz", [8000, 16_000])
@pytest.mark.parametrize("offset", [9000.0, -6000.0])
def test_a_dc_offset_changes_nothing(rulebook: Rulebook, offset: float, rate_hz: int) -> None:
    found = []
    for each in (0.0, offset):
        both = legs(20_000, rate_hz, each)
        found.append(
            conditions(heard(rulebook, (MediaChunk(c, s) for c, s in zip(CHANNELS, both, strict=True)), rate_hz))
        )
    assert apart(found[1]) == apart(found[0]) == []
    as_expected(found[1], AGENT_SPEAKS[:2], CUSTOMER_SPEAKS[:2], 20_000)


@pytest.mark.parametrize("gap_ms", [20, 40, 60, 100, 500, 1300, 2500, 6000, 20_000, 60_000])
@pytest.mark.parametrize("why", [Absent.LOST, Absent.UNKNOWN])
def test_a_gap_in_a_leg_is_a_dropout_and_a_dead_leg_where_the_other_speaks_into_it(
    rulebook: Rulebook, gap_ms: int, why: Absent
) -> None:
    """From 8 s on; a jitter buffer conceals what is shorter than 60 ms."""
    ms, gap = 32_000 + gap_ms, (8000, 8000 + gap_ms)
    agent, customer = leg(AGENT_SPEAKS, ms, 120.0), leg(CUSTOMER_SPEAKS, ms, 200.0)
    sent = packets(1, customer)
    after = sent[gap[1] // PACKET_MS]
    sent[gap[1] // PACKET_MS] = MediaChunk("customer", after.samples, after.at_sample, why)
    del sent[gap[0] // PACKET_MS : gap[1] // PACKET_MS]
    found = conditions(heard(rulebook, in_turn(packets(0, agent), sent)))
    expected: list[Found] = [("dropout", "customer", *gap, None)] if gap_ms >= 60 else []
    spoken_ms = sum(max(0, min(b, gap[1]) - max(a, gap[0])) for a, b in AGENT_SPEAKS)
    if gap_ms >= 5000 and spoken_ms >= 2000:
        expected.append(("one_way", "customer", *gap, "no_media"))
    assert apart(found) == expected
    as_expected(found, AGENT_SPEAKS, without(CUSTOMER_SPEAKS, gap), ms)
    for name, who, since, end, cause in found:
        if name == "silence" and who == "customer":
            missing = max(0, min(end, gap[1]) - max(since, gap[0]))
            assert cause == ("no_media" if 2 * missing >= end - since else None)


@pytest.mark.parametrize("gap_ms", [40, 2500, 20_000, 60_000])
def test_a_gap_in_both_legs_is_a_dropout_of_both(rulebook: Rulebook, gap_ms: int) -> None:
    """The network is gone: nothing comes, then both clocks have moved on."""
    ms, gap = 32_000 + gap_ms, (8000, 8000 + gap_ms)
    first, last = gap[0] // PACKET_MS, gap[1] // PACKET_MS
    sent = [packets(0, leg(AGENT_SPEAKS, ms, 120.0)), packets(1, leg(CUSTOMER_SPEAKS, ms, 200.0))]
    for each in sent:
        del each[first:last]
    found = conditions(heard(rulebook, in_turn(*sent)))
    assert apart(found) == ([("dropout", who, *gap, None) for who in CHANNELS] if gap_ms >= 60 else [])
    as_expected(found, without(AGENT_SPEAKS, gap), without(CUSTOMER_SPEAKS, gap), ms)


@pytest.mark.parametrize("gap_ms", [500, 1500])
def test_a_gap_of_dtx_is_no_loss(rulebook: Rulebook, gap_ms: int) -> None:
    """The packet after it says so; a leg that is behind by more than two seconds is taken for lost before."""
    ms, gap = 32_000 + gap_ms, (10_000, 10_000 + gap_ms)
    speaks = tuple((a + gap_ms, b + gap_ms) if a >= gap[0] else (a, b) for a, b in CUSTOMER_SPEAKS)
    sent = packets(1, leg(speaks, ms, 200.0))
    after = sent[gap[1] // PACKET_MS]
    sent[gap[1] // PACKET_MS] = MediaChunk("customer", after.samples, after.at_sample, Absent.DTX)
    del sent[gap[0] // PACKET_MS : gap[1] // PACKET_MS]
    found = conditions(heard(rulebook, in_turn(packets(0, leg(AGENT_SPEAKS, ms, 120.0)), sent)))
    assert apart(found) == []
    assert {cause for *_, cause in found} == {None}
    as_expected(found, AGENT_SPEAKS, speaks, ms)


def test_media_that_never_comes_back_is_missing_until_the_hang_up(rulebook: Rulebook) -> None:
    agent, customer = legs(32_000)
    found = conditions(heard(rulebook, in_turn(packets(0, agent), packets(1, customer)[:500])))
    assert apart(found) == [
        ("dropout", "customer", 10_000, 32_000, None), ("one_way", "customer", 10_000, 32_000, "no_media")
    ]  # fmt: skip
    assert [each for each in found if each[:2] == ("silence", "customer")][-1] == (
        "silence", "customer", 10_000, 32_000, "no_media"
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_packets_out_of_order_within_the_jitter_are_the_same_call(rulebook: Rulebook, seed: int) -> None:
    random = np.random.default_rng(seed)
    sent = [packets(side, samples) for side, samples in enumerate(legs(20_000))]
    late = [(number + random.uniform(0, 1.9), chunk) for each in sent for number, chunk in enumerate(each)]
    mixed = [chunk for _, chunk in sorted(late, key=lambda each: each[0])]
    assert [c.at_sample for c in mixed if c.channel == "agent"] != [c.at_sample for c in sent[0]]
    told, plain = heard(rulebook, mixed), heard(rulebook, in_turn(*sent))
    assert [each.wire() for each in told] == [each.wire() for each in plain]


def test_packets_that_come_twice_or_far_too_late_are_no_fault_but_missing(rulebook: Rulebook) -> None:
    """Every fifth packet twice, every fiftieth 300 ms late: a loss of 20 ms now and then, which is concealed; then ten
    in a row 600 ms late."""
    sent = [packets(side, samples) for side, samples in enumerate(legs(20_000))]
    order = []
    for each in sent:
        for number, chunk in enumerate(each):
            burst = chunk.channel == "customer" and 850 <= number < 860
            late = 30 if burst else 15 if number % 50 == 17 and not 840 <= number < 900 else 0
            order.append((number + late, chunk))
            if number % 5 == 0:
                order.append((number + 2, chunk))
    # a packet that comes twice comes in time once, unless it is one of those that are late
    order = [
        (at, c)
        for at, c in order
        if not (c.channel == "customer" and 850 <= (c.at_sample or 0) // PACKET < 860 and at < 880)
    ]
    found = conditions(heard(rulebook, (chunk for _, chunk in sorted(order, key=lambda each: each[0]))))
    assert apart(found) == [("dropout", "customer", 17_000, 17_200, None)]
    as_expected(found, AGENT_SPEAKS[:2], CUSTOMER_SPEAKS[:2], 20_000)


@pytest.mark.parametrize(("ppm", "seconds"), [(100, 300), (-100, 300), (1000, 60), (-1000, 60)])
def test_clocks_that_drift_apart_are_no_fault_of_the_line(rulebook: Rulebook, ppm: int, seconds: int) -> None:
    """Each side sends packets of 20 ms by a clock of its own, and stamps them by it. At 100 ppm they are 30 ms apart
    after five minutes, and the customer's leg has slipped by a frame; here from 20 ms on."""
    ms = seconds * 1000
    speaks: list[Spans] = [
        tuple((at, at + 4000) for at in range(1000 + 5000 * side, ms - 5000, 10_000)) for side in (0, 1)
    ]
    sent = [packets(side, leg(spans, ms, (120.0, 200.0)[side])) for side, spans in enumerate(speaks)]
    arrives = [
        (number * (1 - side * ppm * 1e-6), side, chunk) for side in (0, 1) for number, chunk in enumerate(sent[side])
    ]
    hang_up = len(sent[0]) - 10
    media = [chunk for at, *_, chunk in sorted(arrives, key=lambda each: each[:2]) if at < hang_up]
    found = conditions(heard(rulebook, media, framing=FramingSettings(drift_ms=20)))
    assert apart(found) == []
    as_expected(found, speaks[0], speaks[1], ms - 200)
