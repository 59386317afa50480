"""PortAudio, through sounddevice: which inputs there are, and streams of blocks from some of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import FRAME_MS, Absent, Channel, MediaChunk
from monitor.errors import ConfigError, SourceError

NO_SUCH = "`linewatch devices` lists what there is"


@dataclass(frozen=True, slots=True)
class Device:
    """One sound input. rate_hz: its own. system: the host's sound system, such as ALSA."""

    index: int
    name: str
    channels: int
    rate_hz: int
    system: str


def devices() -> list[Device]:
    """Every input of this machine. Raises ConfigError when PortAudio is not installed."""
    sound = library()
    systems = [api["name"] for api in sound.query_hostapis()]
    return [
        Device(i, d["name"], d["max_input_channels"], round(d["default_samplerate"]), systems[d["hostapi"]])
        for i, d in enumerate(sound.query_devices())
        if d["max_input_channels"] > 0
    ]


def library() -> Any:
    """The sounddevice module, loaded only here. Raises ConfigError when PortAudio is not installed."""
    try:
        import sounddevice
    except OSError:
        do = "Install it: apt-get install libportaudio2 (Debian, Ubuntu), dnf install portaudio (Fedora)"
        raise ConfigError("sound devices", "the system library PortAudio is not installed", do=do) from None
    return sounddevice


class Input:
    """The bookkeeping of one input: blocks in, chunks on the legs' own clock out.

    device: number or part of a name, empty for the default. lost_samples: how many are known to be missing.
    """

    def __init__(self, device: str, legs: tuple[Channel, ...], rate_hz: int) -> None:
        self.device = device
        self.legs = legs
        self.rate_hz = rate_hz
        self.lost_samples = 0
        self.gap = False
        self._heard_s: float | None = None
        self._position = 0

    def take(self, block: NDArray[np.int16], heard_s: float) -> list[MediaChunk]:
        """block: int16[n, legs], its last sample heard at heard_s on any steady clock.

        `gap` is set beforehand when something was missed since the latest block; how much, the clock tells.
        """
        if self.gap and self._heard_s is not None:
            lost = max(0, round((heard_s - self._heard_s) * self.rate_hz) - len(block))
            self._position += lost
            self.lost_samples += lost
        self.gap, self._heard_s = False, heard_s
        start, self._position = self._position, self._position + len(block)
        return [
            MediaChunk(leg, np.ascontiguousarray(block[:, column]), at_sample=start, gap=Absent.LOST)
            for column, leg in enumerate(self.legs)
        ]


Arrived = Callable[[Input, NDArray[np.int16], float, bool], object]


class Streams:
    """The open streams of some inputs. `arrived(input, block, heard_s, overflowed)` is called on PortAudio's thread."""

    def __init__(self, inputs: Sequence[Input], arrived: Arrived) -> None:
        self._inputs = inputs
        self._arrived = arrived
        self._open: list[Any] = []

    def start(self) -> None:
        """Raises ConfigError for a device that is not there, SourceError for one that cannot be opened."""
        sound = library()
        for source in self._inputs:
            where = f'sound device "{source.device or "default"}"'
            try:
                stream = self._stream(sound, source)
                self._open.append(stream)
                stream.start()
            except ValueError:
                raise ConfigError(where, "is not there, or is more than one", do=NO_SUCH) from None
            except sound.PortAudioError as error:
                found = str(error).partition("[")[0].removeprefix("Error opening InputStream: ").strip()
                raise SourceError(where, "cannot be opened", found.lower(), NO_SUCH) from None

    def running(self) -> bool:
        return bool(self._open) and all(stream.active for stream in self._open)

    def close(self) -> None:
        for stream in self._open:
            stream.close(ignore_errors=True)
        self._open = []

    def restart(self) -> None:
        """From the beginning, with a fresh list of devices; PortAudio makes that list only when it starts."""
        self.close()
        sound = library()
        sound._terminate()
        sound._initialize()
        self.start()

    def _stream(self, sound: Any, source: Input) -> Any:
        def called(block: NDArray[np.int16], frames: int, when: Any, status: Any) -> None:
            self._arrived(source, block.copy(), time.monotonic(), bool(status.input_overflow))

        return sound.InputStream(
            samplerate=source.rate_hz,
            blocksize=source.rate_hz * FRAME_MS // 1000,
            device=int(source.device) if source.device.isdecimal() else source.device or None,
            channels=len(source.legs),
            dtype="int16",
            callback=called,
        )
