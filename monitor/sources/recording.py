"""A recorded call as two legs of int16 blocks: any format PyAV (FFmpeg) reads, one stereo file, two mono files or one.

8 and 16 kHz stay as they are; a lower rate becomes 8 kHz, any other 16 kHz. Nothing is held but the current block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallData
from monitor.core.types import CHANNELS, MONO_LEG, RATES_HZ, CallInfo, Channel, EndedBy, Pcm
from monitor.errors import ConfigError, SourceError
from monitor.sources import sidecar as sidecars
from monitor.sources.sidecar import Sidecar
from monitor.sources.track import Track, even

END_REASON = "end of recording"
SUFFIXES = frozenset(
    (
        ".wav", ".wave", ".w64", ".aif", ".aiff", ".au", ".flac", ".mp3", ".mp2", ".ogg", ".oga", ".opus", ".spx",
        ".m4a", ".mp4", ".aac", ".amr", ".3gp", ".gsm", ".wma", ".webm", ".mka", ".mkv",
    )
)  # fmt: skip
_NONE: Pcm = np.zeros(0, np.int16)

Split = Callable[[Pcm], tuple[Pcm, Pcm]]
"""A block of one channel -> (agent, customer), as long."""


@dataclass(frozen=True, slots=True)
class Part:
    """What happens at at_ms (call audio), and the samples from there on; a leg that is not there is empty."""

    at_ms: int
    agent: Pcm
    customer: Pcm
    data: tuple[CallData, ...] = ()


@dataclass(frozen=True)
class Recording:
    """rate_hz: 8000 or 16000. channels: 1 or 2. remarks: what was found wrong with the files, one line each.

    name: the files' common stem. tracks: each file with what its only leg is, or None for both legs in one file.
    """

    name: str
    rate_hz: int
    channels: int
    sidecar: Sidecar
    tracks: tuple[tuple[Track, Channel | None], ...]
    block_ms: int
    remarks: list[str] = field(default_factory=list)

    @property
    def call_id(self) -> str:
        """What an audit calls it."""
        return self.sidecar.call_id or self.name

    @property
    def ended_by(self) -> EndedBy:
        """unknown without a sidecar: that both legs end together says nothing."""
        return self.sidecar.ended_by

    def info(self, call_id: str, source: str = "files") -> CallInfo:
        """source gets ":mono" where there is one channel; legs says so where it holds whoever speaks."""
        marked = source if self.channels == 2 else f"{source}:mono"
        info = self.sidecar.info(call_id, marked, self.rate_hz)
        return replace(info, legs="mixed") if self.mixed else info

    @property
    def mixed(self) -> bool:
        """One channel, and the sidecar does not say that it is one party's alone."""
        return self.channels == 1 and not self.sidecar.channels

    def blocks(self, split: Split | None = None) -> Iterator[tuple[Pcm, Pcm]]:
        """(agent, customer), int16 of block_ms each, equally long; empty where a leg is not there or is over.

        split: makes both legs of the one channel. Raises SourceError when a file turns out to be unreadable on the way.
        """
        if split is not None:
            yield from map(split, self._mono(0))
        elif self.channels == 2 and len(self.tracks) == 1:
            order = self.sidecar.channels or CHANNELS
            for block in self._read(0):
                legs = {leg: np.ascontiguousarray(block[:, column]) for column, leg in enumerate(order)}
                yield legs["agent"], legs["customer"]
        else:
            by_leg = {leg: self._mono(number) for number, (_, leg) in enumerate(self.tracks)}
            yield from zip_longest(*(by_leg.get(leg, iter(())) for leg in CHANNELS), fillvalue=_NONE)

    def parts(self, split: Split | None = None) -> Iterator[Part]:
        """The blocks, cut where the sidecar's events happen, each event with the part that begins there."""
        waiting = sorted(self.sidecar.events, key=lambda event: event.at_ms)
        at_ms = 0
        for agent, customer in self.blocks(split):
            while agent.size or customer.size:
                due = tuple(event.body() for event in waiting if event.at_ms <= at_ms)
                waiting = waiting[len(due) :]
                cut = (waiting[0].at_ms - at_ms) * self.rate_hz // 1000 if waiting else self.rate_hz * self.block_ms
                yield Part(at_ms, agent[:cut], customer[:cut], due)
                at_ms += max(agent[:cut].size, customer[:cut].size) * 1000 // self.rate_hz
                agent, customer = agent[cut:], customer[cut:]
        if waiting:
            yield Part(at_ms, _NONE, _NONE, tuple(event.body() for event in waiting))

    def _mono(self, number: int) -> Iterator[Pcm]:
        return (block[:, 0] for block in self._read(number))

    def _read(self, number: int) -> Iterator[NDArray[np.int16]]:
        track = self.tracks[number][0]
        return even(track.samples(self.rate_hz, self.remarks), self.rate_hz * self.block_ms // 1000)


def read(path: Path, sidecar: Sidecar | None = None, block_ms: int = 1000) -> Recording:
    """Opens a recording far enough to know what it is. Stereo: agent left, customer right unless the sidecar says else.

    NAME-agent.wav and NAME-customer.wav beside each other are one call, whichever is named. sidecar None: the one
    beside the recording, if there is one. Raises SourceError for the recording, ConfigError for the sidecar.
    """
    assert block_ms > 0, block_ms
    pair = pair_of(path)
    files = pair or (path,)
    remarks: list[str] = []
    tracks = [Track.probe(file, remarks) for file in files]
    where = sidecars.beside(path.with_name(_name(path) + path.suffix)) or sidecars.beside(path)
    known = sidecar or (sidecars.load(where) if where else Sidecar())
    channels = 2 if pair else tracks[0].channels
    if pair and (wrong := next((track for track in tracks if track.channels != 1), None)):
        raise SourceError(str(wrong.path), "should hold one leg", f"{wrong.channels} channels")
    if known.channels and len(known.channels) != channels:
        found = f"{len(known.channels)} of {channels}"
        raise ConfigError(str(where or path), '"channels" must name as many legs as the recording has', found)
    legs: tuple[Channel | None, ...] = CHANNELS if pair else (None,)
    if channels == 1:
        legs = (known.channels[0] if known.channels else MONO_LEG,)
    return Recording(
        name=_name(path),
        rate_hz=_rate(max(track.rate_hz for track in tracks)),
        channels=channels,
        sidecar=known,
        tracks=tuple(zip(tracks, legs, strict=True)),
        block_ms=block_ms,
        remarks=remarks,
    )


def find(paths: list[Path]) -> list[Path]:
    """The recordings among files and folders (searched through), sorted; of two mono files the agent's stands for both.

    A file that is named is taken whatever it is called. Raises SourceError for a path that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise SourceError(str(path), "is not there")
    return list(dict.fromkeys(pair[0] if (pair := pair_of(path)) else path for path in found))


def pair_of(path: Path) -> tuple[Path, Path] | None:
    """NAME-agent.wav and NAME-customer.wav where both are there, else None."""
    if path.stem == _name(path):
        return None
    agent, customer = (path.with_name(f"{_name(path)}-{leg}{path.suffix}") for leg in CHANNELS)
    return (agent, customer) if agent.is_file() and customer.is_file() else None


def _name(path: Path) -> str:
    """The stem without -agent or -customer, where the other one is beside it."""
    for leg, other in (CHANNELS, CHANNELS[::-1]):
        bare = path.stem.removesuffix(f"-{leg}")
        if bare not in (path.stem, "") and path.with_name(f"{bare}-{other}{path.suffix}").is_file():
            return bare
    return path.stem


def _rate(rate_hz: int) -> int:
    if rate_hz in RATES_HZ:
        return rate_hz
    return RATES_HZ[0] if rate_hz < RATES_HZ[0] else RATES_HZ[1]
