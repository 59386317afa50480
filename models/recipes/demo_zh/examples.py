"""One training example: a line with speech (or none) on it, as log-mel, tokens and the places the decoder should look.

Every draw is new: clip, gain, band, codec, noise, edges, what follows the speech. 50 encoder frames a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.recipes.demo_zh import lines, sounds, tokens
from models.recipes.demo_zh.clips import Clip, Clips, classes

RATE_HZ, FRAME = 16_000, 320  # samples per encoder frame
FULL = 1500
NO_WINDOW = (-1, -1)
EARLY, LATE = 0.3, 0.75  # of the training: the noise grows up to the first, long contexts count from the second on


@dataclass
class Example:
    mel: np.ndarray | None  # float32 [80, 2 * frames]; None for a text without sound
    frames: int
    ids: list[int]  # prompt + targets, the end of text included
    prompt: int  # how many of them are prompt
    windows: list[tuple[int, int]]  # per id: encoder frames it is spoken in, or NO_WINDOW
    labels: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.int64))  # [frames, 3]
    speech: bool = True


class Mel:
    """faster-whisper's log-mel (its own filters), clamped 8 below the clip's maximum as it does."""

    def __init__(self) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self.filters = FeatureExtractor().mel_filters.astype(np.float32)
        self.window = np.hanning(401)[:-1].astype(np.float32)

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """float32 [80, len(audio) // 160 + 1]."""
        padded = np.pad(np.pad(audio, (0, 160)), 200, mode="reflect")
        view = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160][: len(audio) // 160 + 1]
        power = np.abs(np.fft.rfft(view * self.window, axis=1)) ** 2
        log = np.log10(np.maximum(self.filters @ power.T.astype(np.float32), 1e-10))
        return np.asarray((np.maximum(log, log.max() - 8.0) + 4.0) / 4.0, np.float32)


class Maker:
    """Draws examples; `noise` holds long strips of every kind, cropped at random."""

    def __init__(self, clips: Clips, seed: int) -> None:
        self.clips, self.rng, self.mel = clips, np.random.default_rng(seed), Mel()
        self.progress = 0.0  # of the training
        self.strips = [self.strip(kind) for kind in range(36)]

    def strip(self, kind: int) -> np.ndarray:
        """30 s of one background, as float16 at RMS 1."""
        rng, n = self.rng, 30 * RATE_HZ
        makers = (
            lambda: sounds.coloured(rng, n, 0), lambda: sounds.coloured(rng, n, -1),
            lambda: sounds.coloured(rng, n, -2),
            lambda: sounds.babble(rng, n, self.voices(), int(rng.integers(4, 9))), lambda: sounds.hum(rng, n),
            lambda: sounds.wobble(rng, n), lambda: sounds.babble(rng, n, self.voices(), int(rng.integers(6, 14))),
            lambda: sounds.crackle(rng, n), lambda: sounds.coloured(rng, n, float(rng.uniform(-2.5, 1))),
            lambda: sounds.music(rng, n), lambda: sounds.babble(rng, n, self.voices(), int(rng.integers(5, 9))),
            lambda: sounds.coloured(rng, n, -0.5),
        )  # fmt: skip
        return np.clip(makers[kind % len(makers)](), -60, 60).astype(np.float16)

    def voices(self) -> list[np.ndarray]:
        return [self.clips[int(i)].audio for i in self.rng.integers(0, len(self.clips), 40)]

    def noise(self, n: int) -> np.ndarray:
        strip = self.strips[self.rng.integers(len(self.strips))]
        at = int(self.rng.integers(0, max(1, len(strip) - n)))
        piece = strip[at : at + n].astype(np.float32)
        return sounds.unit(np.pad(piece, (0, n - len(piece)), mode="wrap"))

    def draw(self) -> Example:
        pick = self.rng.random()
        if pick < 0.09:
            return self.negative()
        return self.spoken(self.turns() if pick < 0.115 else [self.a_clip()])

    def a_clip(self) -> Clip:
        return self.clips[int(self.rng.integers(len(self.clips)))]

    def turns(self) -> list[Clip]:
        return [self.a_clip() for _ in range(int(self.rng.integers(2, 5)))]

    def spoken(self, clips: list[Clip]) -> Example:
        rng = self.rng
        lead = int(rng.choice([0, rng.uniform(0, 0.3), rng.uniform(0.15, 0.3), rng.uniform(0, 1.5)]) * RATE_HZ)
        pieces, at, placed = [np.zeros(lead, np.float32)], lead, []
        for i, clip in enumerate(clips):
            if i:
                gap = int(rng.uniform(0.3, 1.8) * RATE_HZ)
                pieces.append(np.zeros(gap, np.float32))
                at += gap
            sound = sounds.unit(clip.audio) * (rng.uniform(0.5, 1.5) if i else 1.0)
            pieces.append(sound)
            placed.append((clip, at))
            at += len(sound)
        tail = int(rng.choice([rng.uniform(0, 0.1), 0.3, rng.uniform(0.1, 0.6), rng.uniform(0.3, 1.5)]) * RATE_HZ)
        clean = np.concatenate([*pieces, np.zeros(tail, np.float32)])[: 30 * RATE_HZ - FRAME]
        placed = [(c, a) for c, a in placed if a + len(c.audio) <= len(clean)]
        if not placed:
            return self.negative()
        audio, after = self.on_a_line(clean, float(rng.uniform(-45, -10)))
        return self.package(audio, placed, after)

    def on_a_line(self, clean: np.ndarray, level_dbov: float) -> tuple[np.ndarray, np.ndarray]:
        """(the line's audio, 1 s more of its noise): gain, noise, band, codec, clipping, offset."""
        rng, n = self.rng, len(clean)
        gain = lines.from_db(level_dbov)
        snr = float(rng.uniform(6 + 10 * max(0.0, 1 - self.progress / EARLY), 42))
        noise = np.zeros(n + RATE_HZ, np.float32) if rng.random() < 0.12 else self.noise(n + RATE_HZ)
        noise = noise * gain * lines.from_db(-snr)
        whole = np.concatenate([clean, np.zeros(RATE_HZ, np.float32)]) * gain
        if rng.random() < 0.05:
            whole = np.clip(whole, -2.0 * gain, 2.0 * gain)
        if rng.random() < 0.76:
            early = rng.random() < 0.5
            whole = lines.telephone(whole + noise if early else whole, rng, None if early else noise)
        else:
            whole = np.clip(whole + noise, -1, 1)
        if rng.random() < 0.05:
            whole = whole + np.float32(rng.uniform(-0.02, 0.02))
        return whole[:n], whole[n:]

    def negative(self) -> Example:
        """A line without speech: silence, noise, tones, digits, music, bursts."""
        rng = self.rng
        n = int(rng.choice([rng.uniform(0.3, 1.5), rng.uniform(1, 4), rng.uniform(2, 8)]) * RATE_HZ)
        makers = (
            lambda: np.zeros(n, np.float32), lambda: self.noise(n), lambda: self.noise(n), lambda: sounds.tone(rng, n),
            lambda: sounds.tone(rng, n), lambda: sounds.dtmf(rng, n),
            lambda: sounds.music(rng, n), lambda: sounds.bursts(rng, n),
            lambda: sounds.coloured(rng, n, float(rng.uniform(-3, 1.5))), lambda: sounds.wobble(rng, n),
            lambda: sounds.babble(rng, n, self.voices()[:12], int(rng.integers(6, 12))),
            lambda: sounds.babble(rng, n, self.voices()[:12], int(rng.integers(5, 10))),
        )  # fmt: skip
        sound = makers[int(rng.integers(len(makers)))]()
        if rng.random() < 0.15:
            sound = sound + makers[int(rng.integers(1, len(makers)))]()
        audio, after = self.on_a_line(sounds.unit(sound), float(rng.uniform(-70, -10)))
        if rng.random() < 0.08:
            audio, after = np.zeros_like(audio), np.zeros_like(after)
        return self.package(audio, [], after)

    def package(self, audio: np.ndarray, placed: list[tuple[Clip, int]], after: np.ndarray) -> Example:
        """Mel, context, targets. Past the audio: the line's noise, digital silence, or zeros as faster-whisper pads."""
        rng = self.rng
        have = -(-len(audio) // FRAME)
        wish = rng.random()  # long contexts cost most, and a few are enough
        low, high = (5, 40) if wish < 0.84 else (128, 190) if wish < 0.98 else (200, 400)
        margin = rng.integers(low, high)
        grain = 32 if have + margin < 416 else 160
        full = wish > (0.993 if self.progress < LATE else 0.985)  # the two ways of use should agree in the end
        frames = FULL if full else min(FULL, grain * -(-(have + int(margin)) // grain))
        fill = rng.random()
        if fill < 0.25 and frames > have:
            extra = min((frames - have) * FRAME, 10 * RATE_HZ)
            audio = np.concatenate(
                [audio, np.resize(after, extra) if rng.random() < 0.5 else np.zeros(extra, np.float32)]
            )
        if fill < 0.25 or rng.random() < 0.5:
            audio = np.pad(audio, (0, -len(audio) % FRAME))
        made = self.mel(audio)[:, : 2 * frames]
        floor = 0.0 if fill > 0.6 else max(-1.5, float(made.max()) - 2.0)  # log-mel 1e-10 at least, as the extractor
        mel = np.full((80, 2 * frames), floor, np.float32)
        mel[:, : made.shape[1]] = made
        return self.targets(mel, frames, placed)

    def targets(self, mel: np.ndarray, frames: int, placed: list[tuple[Clip, int]]) -> Example:
        timed = self.rng.random() < 0.22
        ids = [tokens.SOT, tokens.ZH, tokens.TRANSCRIBE] + ([] if timed else [tokens.NO_TIMESTAMPS])
        prompt, windows = len(ids), [NO_WINDOW] * len(ids)
        labels = np.zeros((frames, 3), np.int64)
        for clip, at in placed:
            begin, end = (clip.starts + at) // FRAME, -(-(clip.ends + at) // FRAME)
            kinds = classes(clip.text)
            if timed:
                ids.append(tokens.timestamp(at / RATE_HZ))
                windows.append(NO_WINDOW)
            for i, char in enumerate(clip.text):
                labels[begin[i] : end[i]] = kinds[i]
                part = tokens.char_ids(char)
                ids += part
                windows += [(int(begin[i]), int(end[i]))] * len(part)
            if timed:
                ids.append(tokens.timestamp((at + len(clip.audio)) / RATE_HZ))
                windows.append(NO_WINDOW)
        if timed and not placed:  # in the timed mode the first token must be a time
            ids.append(tokens.timestamp(0))
            windows.append(NO_WINDOW)
        return Example(mel, frames, [*ids, tokens.EOT], prompt, [*windows, NO_WINDOW], labels, bool(placed))
