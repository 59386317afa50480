"""The signal bank: 20 ms of every running call in one step, as columns; a single call is the case of one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallAnswered, CallData, Event
from monitor.core.types import FRAME_MS, RATES_HZ, Absent, Pcm
from monitor.signal import DETECTORS
from monitor.signal.columns import MOST_FRAMES, START_LINES, FloatArray, IntArray, State, selection
from monitor.signal.level import FLOOR_DBOV, NoiseFloor, SpeechLevel, dbov, frame_power, snr_db
from monitor.signal.mask import voice_share
from monitor.signal.moment import Block, Detector
from monitor.signal.music import Music
from monitor.signal.noise_level import NoiseLevel
from monitor.signal.runs import SpeechRuns
from monitor.signal.settings import SignalSettings
from monitor.signal.totals import Totals
from monitor.signal.vad import Vad
from monitor.signal.voiced import Voiced

_REFERENCE_UNTIL_MS = 500
# words that the VAD has missed are no noise; of less than a second of it nobody can tell
_KNOWN_FRAMES = 50
# of less only what is steady is taken for it, which has so much over its floor
_OVER_FLOOR_DB = 3.0
# hundredths of log-odds of speech from where on what is not called speech may be a voice still
_DOUBTFUL = -200.0
_COUNT = np.arange(1, MOST_FRAMES + 1)[:, None]
_SIDES = np.arange(2)


@dataclass(frozen=True, slots=True)
class Readings:
    """Meters of one frame, [n, 2] in the order of the lines stepped; agent, customer.

    float32 in dBov or dB, nan = not known: level_dbov of the frame, speech_level_dbov (active, the noise under it taken
    out) and noise_dbov over their last seconds, snr_db: the one over the other. speech: bool.
    """

    level_dbov: NDArray[np.float32]
    speech_level_dbov: NDArray[np.float32]
    noise_dbov: NDArray[np.float32]
    snr_db: NDArray[np.float32]
    speech: NDArray[np.bool_]

    def frames(self) -> Iterator[Readings]:
        """One for each frame of a block, whose arrays are [t, n, 2]."""
        return map(Readings, self.level_dbov, self.speech_level_dbov, self.noise_dbov, self.snr_db, self.speech)


@dataclass(frozen=True, slots=True)
class Step:
    """events: (line number, event) in the order of emission."""

    readings: Readings
    events: list[tuple[int, Event]]


class Bank:
    """All lines of one sample rate. A row's results depend on that row's line alone."""

    def __init__(self, rate_hz: int, settings: SignalSettings) -> None:
        assert rate_hz in RATES_HZ, rate_hz
        self._samples, self._settings, noise = rate_hz // 50, settings, settings.noise
        self._state = State()
        self._frames = self._state.column(np.int64, 0, ())
        self._groups = self._state.column(np.int64, 0, ())
        self._held = self._state.column(np.int8, 0, ())
        self._muted = self._state.column(np.bool_, 0)
        self._floor = NoiseFloor(self._samples)
        self._vad = Vad(settings, rate_hz)
        self._voiced = Voiced(settings)
        self._runs = SpeechRuns(settings)
        self._speech = SpeechLevel(self._samples, settings)
        self._noise = NoiseLevel(self._samples, noise.window_ms, noise.guard_ms)
        self._reference_dbov = np.array([each.noise.reference_dbov for each in settings.variants()])
        # as `Moment.power` has it
        self._reference_power = 10.0 ** (self._reference_dbov / 10.0) * (self._samples * 32768.0) ** 2
        self._totals = Totals(self._samples)
        names = DETECTORS if settings.detectors is None else [name for name in DETECTORS if name in settings.detectors]
        self.detectors: dict[str, Detector] = {name: _build(DETECTORS[name], settings, rate_hz) for name in names}
        music = self.detectors.get("music")
        self._music = music if isinstance(music, Music) else None
        self._early = [detector for detector in self.detectors.values() if detector.early]
        self._late = [detector for detector in self.detectors.values() if not detector.early]
        self._most = min(MOST_FRAMES, self._speech.longest, self._noise.longest)
        self._free: list[int] = []
        self._capacity, self._next = START_LINES, 0

    def open(self, group: str | None = None) -> int:
        """A fresh line (two rows) with the thresholds of its group: the lowest number that is free."""
        if self._free:
            line = heappop(self._free)
        else:
            line = self._next
            self._next += 1
            if line >= self._capacity:
                self._capacity *= 2
                for part in self._parts():
                    part.grow(self._capacity)
        self._vad.open(line)
        self._groups.array[line] = self._settings.number_of(group)
        return line

    def close(self, line: int) -> None:
        """Forgets a line."""
        self._vad.close(line)
        for part in self._parts():
            part.reset(line)
        heappush(self._free, line)

    def step(self, lines: IntArray, pcm: Pcm, absent: NDArray[np.uint8]) -> Step:
        """lines int64[n], each at most once; pcm int16[n, 2, rate_hz // 50], absent uint8[n, 2] (`Absent`)."""
        return self.steps(lines, pcm[None], absent[None])[0]

    def steps(self, lines: IntArray, pcm: Pcm, absent: NDArray[np.uint8]) -> list[Step]:
        """Several frames of these lines, between which the platform says nothing: pcm int16[t, n, 2, rate_hz // 50],
        absent uint8[t, n, 2]. The same as `step` with each of them in turn, and cheaper."""
        assert pcm.shape[1:] == (len(lines), 2, self._samples), pcm.shape
        if not len(lines):
            none = np.empty((0, 2))
            return [Step(_readings(none, none, none, none, none.astype(np.bool_)), []) for _ in pcm]
        out: list[Step] = []
        for at in range(0, len(pcm), self._most):
            out += self._steps(self._block(lines, pcm[at : at + self._most], absent[at : at + self._most]))
        return out

    def _steps(self, block: Block) -> list[Step]:
        floor, trusted = self._floor.step(block)
        block.tell(floor_dbov=np.where(np.isnan(floor), FLOOR_DBOV, floor))
        look = self._vad.look(block, trusted)
        music_events = self._listen_for_music(block)
        maybe, back_ms = self._vad.judge(block, look)
        held = self._voiced.step(block)
        block.tell(voiced=held & block.speech)
        self._runs.step(block, maybe, back_ms)
        for detector in self._early:
            if detector is not self._music:
                detector.steps(block)
                continue
            for now, events in zip(block.frames, music_events, strict=True):
                now.events += events
        music = block.all("music")
        # what is held as a voice is and may be one, a long vowel, is no noise of the line
        doubtful = held & ~block.speech & (look.score > _DOUBTFUL)
        others = block.all("tone") | music | block.all("music_likely") | doubtful
        noise = self._noise.step(block, others, music & ~block.music_before)
        known = np.where(noise.frames >= _KNOWN_FRAMES, noise.dbov, np.nan)
        steady = np.minimum(noise.dbov, block.floor_dbov + _OVER_FLOOR_DB)
        self._tell_voice(block, look.own, np.where(np.isnan(known), steady, known))
        speech_power = self._speech.step(block, known)
        heard = np.where(block.speech_ms >= _REFERENCE_UNTIL_MS, block.speech_ms // FRAME_MS, 0)
        reference = self._reference_power[block.groups][:, None]
        snr = snr_db(speech_power, heard, noise.steady_power, noise.steady_frames, reference)
        newest = snr_db(speech_power, heard, noise.newest_power, np.minimum(noise.steady_frames, 1), reference)
        block.tell(noise_ms=noise.steady_frames * FRAME_MS, snr_db=snr, newest_snr_db=newest, no_word=noise.steady)
        for detector in self._late:
            detector.steps(block)
        self._totals.step(block)
        shown = np.where(np.isnan(noise.dbov), floor, noise.dbov)
        # what the meters show agrees
        spoken_dbov = np.where(heard > 0, block.speech_dbov, self._reference_dbov[block.groups][:, None])
        readings = _readings(block.level_dbov, block.speech_dbov, shown, spoken_dbov - noise.dbov, block.speech)
        return [Step(each, now.events) for each, now in zip(readings.frames(), block.frames, strict=True)]

    def _tell_voice(self, block: Block, own: FloatArray, noise_dbov: FloatArray) -> None:
        """Tells voice_power and voice_dbov. own: what `Look` has."""
        share = voice_share(own, block.level_dbov, noise_dbov, block.floor_dbov)
        power = np.rint(block.power * share).astype(np.int64)
        block.tell(voice_power=power, voice_dbov=dbov(power, 1, self._samples))

    def _listen_for_music(self, block: Block) -> list[list[tuple[int, Event]]]:
        """The VAD asks where music was playing before a frame, so music, which asks nothing of what is speech, goes
        first; what it has to say is said in its turn."""
        if self._music is None:
            return []
        said = []
        for now, before in zip(block.frames, block.music_before, strict=True):
            before[:] = self._music.holding(now)
            self._music.step(now)
            said.append(now.events)
            now.events = []
        return said

    def call_data(self, line: int, body: CallAnswered | CallData) -> list[Event]:
        """What the platform says of the call, between two frames."""
        at_ms = self.at_ms(line)
        if isinstance(body, CallData) and body.kind == "hold":
            self._held.array[line] = body.on is not False
        if isinstance(body, CallData) and body.kind == "mute":
            self._muted.array[line, 0] = body.on is not False
        return [event for detector in self.detectors.values() for event in detector.call_data(line, at_ms, body)]

    def finish(self, line: int) -> list[Event]:
        """Hang-up: ends what is open at the line's current time. The line is not stepped again before `close`."""
        at_ms = self.at_ms(line)
        events = self._runs.finish(line, at_ms)
        return events + [event for detector in self.detectors.values() for event in detector.finish(line, at_ms)]

    def quality(self, line: int) -> list[Event]:
        """What its channels were like since it was opened."""
        return self._totals.events(line, self.at_ms(line), self._speech, self._noise)

    def at_ms(self, line: int) -> int:
        """Audio time a line has reached."""
        return int(self._frames.array[line]) * FRAME_MS

    def line_bytes(self) -> int:
        """Bytes of state for one line, without the two WebRTC detectors."""
        return sum(part.line_bytes() for part in self._parts())

    def _block(self, lines: IntArray, pcm: Pcm, absent: NDArray[np.uint8]) -> Block:
        sel = selection(lines)
        frames = self._frames[sel] + _COUNT[: len(pcm)]
        self._frames[sel] = frames[-1]
        power = frame_power(pcm)
        block = Block(
            lines=lines,
            rows=2 * lines[:, None] + _SIDES,
            sel=sel,
            groups=self._groups[sel],
            held=self._held[sel],
            muted=self._muted[sel],
            at_ms=frames * FRAME_MS,
            present=absent == Absent.PRESENT,
            missing=absent >= Absent.LOST,
            power=power,
            pcm=pcm,
            level_dbov=dbov(power, 1, self._samples),
            music_before=np.zeros(absent.shape, np.bool_),
            music_since_ms=np.full(absent.shape, -1),
            music_last_ms=np.full(absent.shape, -1),
        )
        block.part()
        return block

    def _parts(self) -> list[State | Detector]:
        own = (self._floor, self._vad, self._runs, self._speech, self._noise, self._totals)
        return [self._state, *(part.state for part in own), *self.detectors.values()]


def _build(path: str, settings: SignalSettings, rate_hz: int) -> Detector:
    module, name = path.split(":")
    made: Detector = getattr(import_module(module), name)(settings, rate_hz)
    return made


def _readings(
    level: NDArray[np.float64],
    speech_level: NDArray[np.float64],
    noise: NDArray[np.float64],
    snr: NDArray[np.float64],
    speech: NDArray[np.bool_],
) -> Readings:
    small = [column.astype(np.float32) for column in (level, speech_level, noise, snr)]
    return Readings(small[0], small[1], small[2], small[3], speech)
