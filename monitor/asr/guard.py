"""No words without a voice: which decoded text is believed, which is cut, which is suppressed, and why.

A recogniser trained on subtitles writes credits, farewells and loops into silence, noise and music. Evidence against a
voice is gathered first; what follows from it depends on what the text says. A farewell over half a second of clear
speech stays; subtitle credits never do. Nothing is dropped without a code, and the text stays in the answer.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from monitor.asr.invented import CREDITS, FAREWELLS
from monitor.asr.settings import GuardSettings
from monitor.core.types import Answer, Segment
from monitor.speech.normalise import fold, normalise

FAILED_DECODE = frozenset({"loop", "compression", "rate_high", "unfinished"})
"""Codes that speak against the decode rather than the voice; one more decode at full context may cure them."""

MAX_TEXT = 2000
COMPRESSION_FROM_BYTES = 48


def guard(segment: Segment, answer: Answer, settings: GuardSettings | None = None) -> Answer:
    """The answer with reason codes in `suppressed`, or with invented credits cut off its end (kept in `cut`).

    Codes: loop, compression, rate_high, unfinished (the decode went astray); credits; farewell and no_voice, both
    followed by the evidence: unvoiced, quiet, no_speech, rate_low. An answer that is lost, empty or already suppressed
    is returned as it is.
    """
    settings = settings or GuardSettings()
    if answer.lost is not None or answer.suppressed or not answer.text.strip():
        return answer
    answer = replace(answer, text=answer.text[:MAX_TEXT])
    plain = normalise(answer.text)
    folded = fold(plain)
    keep = _without_credits(folded.text, settings)
    if keep is None:
        return replace(answer, suppressed=("credits",))
    if keep < len(folded.text):
        at = folded.origin[keep]
        answer = replace(answer, text=plain[:at].rstrip("，。、,. "), cut=plain[at:])
    text = folded.text[:keep]
    failed = failures(text, segment, settings) + (("unfinished",) if answer.unfinished else ())
    if failed:
        return replace(answer, suppressed=failed)
    against = evidence(text, segment, answer, settings)
    if FAREWELLS.fullmatch(text) and len(against) >= settings.evidence_for_farewell:
        return replace(answer, suppressed=("farewell", *against))
    if len(against) >= settings.evidence_for_any:
        return replace(answer, suppressed=("no_voice", *against))
    return answer


def failures(text: str, segment: Segment, settings: GuardSettings) -> tuple[str, ...]:
    """Codes of a decode that went astray, from its folded text. Digits repeat lawfully and are left out of the loop."""
    codes = []
    if repeats(text) > settings.max_repeats:
        codes.append("loop")
    if compression(text) > settings.max_compression:
        codes.append("compression")
    if spoken(text) > max(8, settings.max_chars_per_s * segment.voiced_ms / 1000):
        codes.append("rate_high")
    return tuple(codes)


def evidence(text: str, segment: Segment, answer: Answer, settings: GuardSettings) -> tuple[str, ...]:
    """Codes that speak against a voice in the segment, whatever the text says."""
    codes = []
    if segment.voiced_ms < settings.min_voiced_ms:
        codes.append("unvoiced")
    if segment.level_dbov < segment.noise_dbov + settings.min_snr_db:
        codes.append("quiet")
    if (
        answer.no_speech_prob is not None
        and answer.mean_logprob is not None
        and answer.no_speech_prob > settings.no_speech_prob
        and answer.mean_logprob < settings.low_logprob
    ):
        codes.append("no_speech")
    if spoken(text) < settings.min_chars_per_s * segment.voiced_ms / 1000:
        codes.append("rate_low")
    return tuple(codes)


def spoken(text: str) -> float:
    """Characters as the tongue counts them: three Latin letters take about as long as one Chinese character."""
    latin = sum("a" <= char <= "z" for char in text)
    return len(text) - latin * 2 / 3


def repeats(text: str) -> int:
    """How often the most repeated run of 1 to 6 characters follows itself; 1 for text without a repeat."""
    most = 1
    for size in range(1, 7):
        for found in re.finditer(rf"(.{{{size}}})\1+", text):
            if not found[1].isdigit():
                most = max(most, len(found[0]) // size)
    return most


def compression(text: str) -> float:
    """UTF-8 bytes over zlib's bytes; 0 for texts too short to say anything. Long digit strings count once."""
    raw = re.sub(r"\d+", "0", text).encode()
    return len(raw) / len(zlib.compress(raw)) if len(raw) >= COMPRESSION_FROM_BYTES else 0.0


def _without_credits(text: str, settings: GuardSettings) -> int | None:
    """How many characters of folded text to keep; None where credits dominate."""
    found = [match.span() for match in CREDITS.finditer(text)]
    if found and sum(end - start for start, end in found) >= settings.credits_share * len(text):
        return None
    keep = len(text)
    for start, end in reversed(found):
        if end != keep:
            break
        keep = start
    return keep
