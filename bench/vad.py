"""How often the VAD is wrong, beside WebRTC's alone and Silero: one table, and by what rule the default was chosen.

Wrong frames depend on how much of a set is speech (three quarters of the labelled clips are; who always says "speech"
is wrong in a quarter of them, and a leg of a call is speech for two fifths), so missed speech and false speech stand
beside them, and their mean, `balanced`, is what engines are compared by. Sets: synthetic speech; the hand-labelled
clips of LINEWATCH_DATA/vad, for measuring only; mixtures of voices and noises that no weight was fitted on, labelled by
how they were put together; what is not speech, alone; and voices at -45 dBov.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from bench import detection
from bench.rows import Row, row
from monitor.core.events import Event, SpeechEnded
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings, VadSettings
from tests import tapes
from tests.tapes import Signal

RATE = 8000
SNRS_DB = (None, 20, 10, 5, 0)
Labels = NDArray[np.bool_]
Pairs = list[tuple[Signal, Labels]]


def synthetic_set() -> Iterator[tuple[Signal, Labels]]:
    for seed in range(6):
        random, legs, labels = np.random.default_rng(seed), [], []
        for k in range(8):
            ms = int(random.integers(40, 120)) * 20
            legs.append(tapes.speech(ms, -26, RATE, seed * 50 + k, 110.0 + 20 * seed) if k % 2 else np.zeros(ms * 8))
            labels.append(np.full(ms // 20, bool(k % 2)))
        yield np.concatenate(legs) + tapes.white(sum(map(len, legs)) // 8, -66), np.concatenate(labels)


def labelled_set() -> Iterator[tuple[Signal, Labels]]:
    for path in sorted((detection.DATA / "vad" / "ten-vad").glob("*.flac")):
        signal = tapes.recorded(path, RATE)
        cells = path.with_suffix(".scv").read_text().strip().split(",")[1:]
        labels = np.zeros(len(signal) // 160, np.bool_)
        for start, end, speech in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
            if speech == "1":
                labels[round(float(start) * 50) : round(float(end) * 50)] = True
        yield signal, labels


def mixed_set(clips: int = 16) -> Iterator[tuple[Signal, Labels]]:
    """Three stretches of speech without a pause of 0.3 s, between pauses of one to three seconds."""
    shelf, random = detection.shelf(detection.PARTS["held_out"]), np.random.default_rng(7)
    for _ in range(clips):
        sound, labels = [], []
        for _ in range(3):
            gap, voice = int(random.integers(50, 150)), shelf.voice(random)
            voice = tapes.at_level(voice[: len(voice) // 160 * 160], -26)
            sound += [np.zeros(gap * 160), voice]
            labels += [np.zeros(gap, np.bool_), np.ones(len(voice) // 160, np.bool_)]
        sound.append(np.zeros(16_000))
        labels.append(np.zeros(100, np.bool_))
        signal = np.concatenate(sound)
        yield signal + tapes.white(len(signal) // 8, -66), np.concatenate(labels)


def noisy(signal: Signal, labels: Labels, snr_db: float, seed: int) -> Signal:
    """Over pink noise."""
    noise = tapes.pink(len(signal) * 1000 // RATE + 1, -30, RATE, seed)[: len(signal)]
    return signal + tapes.at_level(noise, _spoken(signal, labels) - snr_db)


def mixed(signal: Signal, labels: Labels, snr_db: float, seed: int) -> Signal:
    """Over the last quarter of a recorded noise, or a made one."""
    part = detection.PARTS["held_out"]
    name = part.noises[seed % len(part.noises)]
    noise = detection.shelf(part).noise(name, len(signal) * 1000 // RATE + 1, np.random.default_rng(seed))
    return signal + tapes.at_level(noise[: len(signal)], _spoken(signal, labels) - snr_db)


def _spoken(signal: Signal, labels: Labels) -> float:
    spoken = np.repeat(labels, 160)[: len(signal)]
    return tapes.level(signal[: len(spoken)][spoken])


def bank_speech(signals: list[Signal], engine: Literal["webrtc", "silero"], runs: bool) -> list[Labels]:
    bank = Bank(RATE, SignalSettings(vad=VadSettings(engine=engine)))
    feeds = [tapes.line(signal, signal * 0, RATE).columns() for signal in signals]
    out = [np.zeros(len(pcm), np.bool_) for pcm, _ in feeds]
    numbers = [bank.open() for _ in feeds]
    for k in range(max(map(len, out))):
        going = [n for n in numbers if k < len(out[n])]
        pcm, absent = (np.stack([feeds[n][part][k] for n in going]) for part in (0, 1))
        step = bank.step(np.array(going), pcm, absent)
        for place, n in enumerate(going):
            out[n][k] = step.readings.speech[place, 0] and not runs
        _mark(out, step.events, runs)
    for n in numbers:
        _mark(out, [(n, event) for event in bank.finish(n)], runs)
    return out


def _mark(out: list[Labels], events: list[tuple[int, Event]], runs: bool) -> None:
    for line, event in events:
        if runs and isinstance(event.body, SpeechEnded) and event.channel == "agent":
            out[line][event.body.since_ms // 20 : event.body.end_ms // 20] = True


def webrtc_speech(signals: list[Signal]) -> list[Labels]:
    out = []
    for signal in signals:
        detector, frames = webrtcvad.Vad(1), tapes.pcm(signal[: len(signal) // 160 * 160]).reshape(-1, 160)
        out.append(np.array([detector.is_speech(frame.tobytes(), RATE) for frame in frames]))
    return out


ENGINES: dict[str, Callable[[list[Signal]], list[Labels]]] = {
    "runs": lambda signals: bank_speech(signals, "webrtc", True),
    "frames": lambda signals: bank_speech(signals, "webrtc", False),
    "webrtcvad": webrtc_speech,
    "silero_frames": lambda signals: bank_speech(signals, "silero", False),
    "silero_runs": lambda signals: bank_speech(signals, "silero", True),
}
NOT_SPEECH: dict[str, Callable[[float], Signal]] = {
    "white": lambda dbov: tapes.white(10_000, dbov),
    "hiss": lambda dbov: tapes.hiss(10_000, dbov),
    "near_zero": lambda dbov: tapes.white(10_000, dbov - 45),
    "ring_back": lambda dbov: tapes.ring_back(10_000, dbov),
    "dtmf": lambda dbov: tapes.dtmf("0123456789*#" * 5, dbov)[:80_000],
    "music": lambda dbov: tapes.music(10_000, dbov),
    "hum": lambda dbov: tapes.hum(10_000, dbov),
}


def _rates(found: list[Labels], truth: list[Labels]) -> tuple[float, float, float]:
    """Percent of frames wrong, of speech missed, of the rest called speech."""
    cut = [min(len(said), len(true)) for said, true in zip(found, truth, strict=True)]
    said = np.concatenate([each[:n] for each, n in zip(found, cut, strict=True)])
    true = np.concatenate([each[:n] for each, n in zip(truth, cut, strict=True)])
    return 100 * float((said != true).mean()), 100 * float((~said[true]).mean()), 100 * float(said[~true].mean())


def _compared(what: str, signals: list[Signal], truth: list[Labels]) -> list[Row]:
    out, frames = [], sum(map(len, truth))
    found = {name: _rates(engine(signals), truth) for name, engine in ENGINES.items()}
    for name, (wrong, missed, false) in found.items():
        others = [other for other in ("webrtcvad", "silero_runs") if name == "runs"]
        balanced = (missed + false) / 2
        for other in others:
            theirs = (found[other][1] + found[other][2]) / 2
            out.append(
                row("signal", f"vad_balanced_{what}", balanced, "%", frames, other, balanced / max(theirs, 0.01))
            )
        for kind, value in (("wrong", wrong), ("missed", missed), ("false", false), ("balanced", balanced)):
            out.append(row("signal", f"vad_{kind}_{what}_{name}", value, "%", frames))
    return out


def accuracy() -> list[Row]:
    """The whole table."""
    out, sets = [], {"synthetic": (list(synthetic_set()), noisy)}
    if (detection.DATA / "vad" / "ten-vad").exists():
        sets |= {"labelled": (list(labelled_set()), noisy), "mixed": (list(mixed_set()), mixed)}
    for name, (pairs, over) in sets.items():
        for snr_db in SNRS_DB:
            signals = [s if snr_db is None else over(s, y, snr_db, k) for k, (s, y) in enumerate(pairs)]
            out += _compared(f"{name}_{'clean' if snr_db is None else f'{snr_db}_db'}", signals, [y for _, y in pairs])
    return out + not_speech() + quiet()


def not_speech() -> list[Row]:
    """Share of the frames said to be speech, at -20, -35 and -50 dBov over an idle line."""
    out = []
    for what, make in NOT_SPEECH.items():
        sounds = [make(dbov) for dbov in (-20.0, -35.0, -50.0)]
        signals = [np.pad(s, (12_000, 0)) + tapes.white(len(s) // 8 + 1500, -66)[: len(s) + 12_000] for s in sounds]
        for name, engine in ENGINES.items():
            said = np.concatenate(engine(signals))
            out.append(row("signal", f"vad_false_{what}_{name}", 100 * float(said.mean()), "%", len(said)))
    return out


def quiet() -> list[Row]:
    """Share of the speech missed at -45 dBov: synthetic voices, and those of the mixtures where they are."""
    source = mixed_set() if detection.DATA.exists() else synthetic_set()
    pairs = [(tapes.at_level(s, _whole(s, y)), y) for s, y in source]
    signals = [s + tapes.white(len(s) // 8 + 1, -66)[: len(s)] for s, _ in pairs]
    out = []
    for name, engine in ENGINES.items():
        _, missed, _ = _rates(engine(signals), [y for _, y in pairs])
        out.append(row("signal", f"vad_missed_minus_45_dbov_{name}", missed, "%", sum(len(y) for _, y in pairs)))
    return out


def _whole(signal: Signal, labels: Labels) -> float:
    """The level of all of it at which its speech is at -45 dBov."""
    return tapes.level(signal) - 45.0 - _spoken(signal, labels)
