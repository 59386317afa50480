"""Does this model stand a short encoder context? Both contexts on the user's own recordings: agreement, CER, speed.

Most do with enough silence after the speech; some break (text from nowhere, loops). The report says what to set. The
recordings are cut by the line's own voice activity detection, and decoded with the user's own settings, so that both
contexts hear what a live line would send.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from faster_whisper import decode_audio
from rapidfuzz.distance import Levenshtein

from monitor.asr.folder import check_folder
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import Placement, WhisperEngine, place
from monitor.core.types import FRAME_MS, Absent, Pcm, Segment
from monitor.errors import ModelError
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.speech.normalise import fold, normalise
from monitor.speech.segmenter import Segmenter

RATE_HZ = 16_000
FRAME = RATE_HZ * FRAME_MS // 1000
AGREE_PERCENT = 95.0
WORSE_POINTS = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording: its text in both contexts, and the truth where there is one (all folded: characters only)."""

    path: Path
    full: str
    short: str
    truth: str | None


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """agreement: characters both contexts have in common, per cent. cer_*: per cent, None without truths.

    speed_up: time in 30 s contexts over time in short ones; clock says whose time. setup: what was measured. context:
    what to set as [asr] context.
    """

    heard: tuple[Heard, ...]
    agreement: float
    cer_full: float | None
    cer_short: float | None
    speed_up: float
    clock: str
    setup: str
    context: str
    reason: str


def verify(
    model: Path, wavs: Sequence[Path], truths: dict[str, str] | None = None, settings: AsrSettings | None = None
) -> VerifyReport:
    """`truths`: file name -> what was said. settings: the user's own, but for the context.

    Raises ModelError for the model, where there is nothing to listen to, and where no word is heard: no advice then.
    """
    check_folder(model)
    if not wavs:
        raise ModelError(
            "models verify", "has nothing to listen to", "no recording", "Name recordings or a folder of them"
        )
    settings = (settings or AsrSettings()).model_copy(update={"context": "fit"})
    placement = replace(place(settings, 1), workers=1, batch=1)
    both = _Both(WhisperEngine(model, settings, placement), placement.device)
    heard: list[Heard] = []
    spoken = False
    for path in wavs:
        cuts = segments(path)
        spoken = spoken or bool(cuts)
        full, short = both.texts(cuts)
        truth = (truths or {}).get(path.name)
        heard.append(Heard(path, full, short, None if truth is None else _plain(truth)))
    if not any(one.full or one.short for one in heard):
        what = "the model hears no words" if spoken else "nobody speaks"
        do = "Name another model" if spoken else "Name recordings in which people speak"
        one_or_more = "recording" if len(heard) == 1 else "recordings"
        raise ModelError("models verify", f"{what} in {len(heard)} {one_or_more}", do=do)
    return _report(tuple(heard), both, _setup(settings, placement))


def _setup(settings: AsrSettings, placement: Placement) -> str:
    threads = f"{placement.threads} thread{'s' if placement.threads > 1 else ''}"
    where = placement.device + (f", {threads}" if placement.device == "cpu" else "")
    return f"{where}, {placement.compute_type}, language {settings.language}, margin {settings.margin_ms} ms"


class _Both:
    """Decodes each segment in both contexts, each context first in turn, and counts the time of each.

    CPU time of this process where a CPU decodes, since other work on the machine does not count into it; else the wall
    clock's. The first segment is decoded once before, in both, which counts for neither.
    """

    def __init__(self, engine: WhisperEngine, device: str) -> None:
        self.clock, self._now = ("CPU time", time.process_time) if device == "cpu" else ("time", time.perf_counter)
        self._engine = engine
        self._spent = {True: 0.0, False: 0.0}
        self._decodes = 0

    @property
    def speed_up(self) -> float:
        return self._spent[True] / self._spent[False] if self._spent[False] else 1.0

    def texts(self, cuts: Sequence[Segment]) -> tuple[str, str]:
        """(full, short), folded."""
        said: dict[bool, list[str]] = {True: [], False: []}
        if cuts and not self._decodes:
            for full in said:
                self._engine.decode([cuts[0]], full)
        for cut in cuts:
            self._decodes += 1
            for full in (True, False) if self._decodes % 2 else (False, True):
                began = self._now()
                said[full].append(self._engine.decode([cut], full)[0].text)
                self._spent[full] += self._now() - began
        return _plain("".join(said[True])), _plain("".join(said[False]))


def _plain(text: str) -> str:
    return fold(normalise(text)).text


def segments(path: Path) -> list[Segment]:
    """What a line would send to the recogniser of this recording: cut where voices pause, channel by channel.

    Two channels are heard as the two legs, one as the agent's. Raises ModelError for what is no audio.
    """
    pcm = _decoded(path)
    bank, segmenter = Bank(RATE_HZ, SignalSettings()), Segmenter(RATE_HZ)
    line, number = np.array([bank.open()]), segmenter.open(path.name)
    absent = np.zeros((1, 2), np.uint8)
    absent[0, len(pcm) :] = Absent.UNKNOWN
    legs = np.zeros((2, -(-pcm.shape[1] // FRAME) * FRAME), np.int16)
    legs[: len(pcm), : pcm.shape[1]] = pcm
    out: list[Segment] = []
    for frame in np.ascontiguousarray(legs.reshape(2, -1, FRAME).swapaxes(0, 1)):
        step = bank.step(line, frame[None], absent)
        out += [segment for _, segment in segmenter.step(line, frame[None], step.readings, step.events)]
    out += segmenter.finish(number, bank.finish(int(line[0])))
    return sorted(out, key=lambda segment: (segment.start_ms, segment.channel))


def _decoded(path: Path) -> Pcm:
    """int16[1 or 2, samples] at RATE_HZ."""
    try:
        with av.open(str(path)) as file:
            stereo = file.streams.audio[0].codec_context.layout.nb_channels == 2
        sides = decode_audio(str(path), sampling_rate=RATE_HZ, split_stereo=stereo)
    except Exception as error:  # PyAV raises its own kinds, by the demuxer; a file without sound has no stream 0
        raise ModelError(str(path), "cannot be read as audio", str(error), "Leave it out") from error
    pcm: Pcm = (np.clip(np.atleast_2d(np.asarray(sides)), -1, 1) * 32767).astype(np.int16)
    return pcm


def _report(heard: tuple[Heard, ...], both: _Both, setup: str) -> VerifyReport:
    agreement = 100 - _errors([(h.full, h.short) for h in heard])
    known = [(h, h.truth) for h in heard if h.truth is not None]
    full = _errors([(truth, h.full) for h, truth in known]) if known else None
    short = _errors([(truth, h.short) for h, truth in known]) if known else None
    context, reason = _advice(agreement, full, short)
    return VerifyReport(heard, agreement, full, short, both.speed_up, both.clock, setup, context, reason)


def _advice(agreement: float, full: float | None, short: float | None) -> tuple[str, str]:
    """What to set and why: errors decide where there is truth, else agreement."""
    if full is not None and short is not None:
        good = short <= full + WORSE_POINTS
        reason = f"character errors {short:.1f} % short, {full:.1f} % full"
    else:
        good = agreement >= AGREE_PERCENT
        reason = f"the contexts agree in {agreement:.1f} % of the characters"
    return "fit" if good else "full", reason


def _errors(pairs: Sequence[tuple[str, str]]) -> float:
    """Edit distance in per cent of the first text's characters."""
    said = sum(len(truth) for truth, _ in pairs)
    wrong = sum(Levenshtein.distance(truth, text) for truth, text in pairs)
    return 100 * wrong / said if said else (0.0 if not wrong else 100.0)
