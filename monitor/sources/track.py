"""One recorded file as int16 samples, through PyAV (FFmpeg), resampled by soxr where its rate is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.sources.wav_header import WavHeader, inspect

Options = tuple[tuple[str, str], ...]
# the file is handed to FFmpeg open: a recording never makes it open anything else (play lists, network addresses)
NOTHING_ELSE = ("protocol_whitelist", "none")
TO_THE_END = ("ignore_length", "1")


@dataclass(frozen=True)
class Track:
    """The first sound track of one file. options: what FFmpeg's demuxer is told."""

    path: Path
    rate_hz: int
    channels: int
    options: Options

    @classmethod
    def probe(cls, path: Path, remarks: list[str]) -> Track:
        """Decodes a first frame, so that what holds no sound is known before a call is opened."""
        header = _inspected(path)
        if header.remark:
            remarks.append(f"{path.name}: {header.remark}")
        options: Options = (NOTHING_ELSE, TO_THE_END) if header.sizes_lie else (NOTHING_ELSE,)
        for frame in _frames(path, options, []):
            channels = frame.layout.nb_channels
            if channels not in (1, 2):
                do = "Keep only the agent's and the customer's"
                raise SourceError(str(path), "must have one channel or two", f"{channels} channels", do)
            return cls(path, frame.sample_rate, channels, options)
        raise SourceError(str(path), "holds no sound")

    def samples(self, rate_hz: int, remarks: list[str]) -> Iterator[NDArray[np.int16]]:
        """int16[n, channels] at rate_hz, n as it comes."""
        resampler = soxr.ResampleStream(self.rate_hz, rate_hz, self.channels, dtype="float32", quality="HQ")
        for frame in _frames(self.path, self.options, remarks):
            if (frame.sample_rate, frame.layout.nb_channels) != (self.rate_hz, self.channels):
                raise SourceError(str(self.path), "changes its rate or channels on the way")
            pcm: NDArray[np.int16] = frame.to_ndarray().astype(np.int16, copy=False).reshape(-1, self.channels)
            yield pcm if self.rate_hz == rate_hz else _to_int16(resampler.resample_chunk(pcm.astype(np.float32)))
        if self.rate_hz != rate_hz:
            yield _to_int16(resampler.resample_chunk(np.zeros((0, self.channels), np.float32), last=True))


def _inspected(path: Path) -> WavHeader:
    try:
        if not path.is_file():
            raise SourceError(str(path), "is not a file" if path.exists() else "is not there")
        if path.stat().st_size == 0:
            raise SourceError(str(path), "is empty")
        return inspect(path)
    except OSError as error:
        raise SourceError(str(path), "cannot be read", error.strerror or type(error).__name__) from None


def _frames(path: Path, options: Options, remarks: list[str]) -> Iterator[av.AudioFrame]:
    """Packed int16 frames at the file's own rate. Damaged packets are left out and remarked."""
    damaged = 0
    try:
        with path.open("rb") as file, av.open(file, "r", options=dict(options), metadata_errors="ignore") as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                return
            to_int16 = av.AudioResampler(format="s16")
            for packet in container.demux(stream):
                try:
                    for frame in packet.decode():
                        yield from to_int16.resample(frame)
                except av.error.InvalidDataError:
                    damaged += 1
    except (av.error.FFmpegError, ValueError, OSError) as error:
        text = getattr(error, "strerror", None) or str(error)
        raise SourceError(str(path), "is no recording that can be read", text.lower()) from None
    if damaged:
        remarks.append(f"{path.name}: {damaged} damaged packets left out")


def even(pieces: Iterator[NDArray[np.int16]], size: int) -> Iterator[NDArray[np.int16]]:
    """The same samples in blocks of `size`, the last one shorter."""
    held: list[NDArray[np.int16]] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        if count >= size:
            whole = np.concatenate(held)
            full = count // size * size
            yield from (whole[at : at + size] for at in range(0, full, size))
            held, count = [whole[full:]], count - full
    if count:
        yield np.concatenate(held)


def _to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Rounded here, since soxr dithers its int16 with noise of its own."""
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
