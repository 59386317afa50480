"""The device source on a real sound server: what is played into a sink is what the line gets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.core.types import Absent, Channel
from monitor.errors import ConfigError, LinewatchError, SourceError
from monitor.sources.device import RETRY_S, DeviceSettings, DeviceSource, devices
from monitor.sources.soundcard import Streams
from tests.sources import soundserver
from tests.sources.soundserver import SoundServer
from tests.sources.standin import Host, Line
from tests.sources.wavs import save, stereo

pytestmark = pytest.mark.system
RATE_HZ = soundserver.RATE_HZ
SECONDS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    if missing := soundserver.missing():
        pytest.fail(f"not installed: {missing}; run `make deps`")
    server = SoundServer(tmp_path_factory.mktemp("pulse"))
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (server.env | {"PULSE_SOURCE": "both.monitor"}).items():
            patch.setenv(name, value)
        look_again()
        yield server
    server.kill()


def look_again() -> None:
    """PortAudio lists the devices once, when it is loaded."""
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()


def voice(seed: int) -> NDArray[np.int16]:
    """Noise with a syllable's rhythm: like nothing else, so that a correlation means something."""
    random = np.random.default_rng(seed)
    rhythm = np.repeat(random.uniform(0, 1, SECONDS * 8), RATE_HZ // 8)
    return np.round(random.standard_normal(len(rhythm)) * rhythm * 4000).astype(np.int16)


def likeness(heard: NDArray[np.int16], played: NDArray[np.int16]) -> tuple[float, int]:
    """(normalised correlation at the best lag, that lag)."""
    size = len(heard) + len(played)
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    lag = int(np.argmax(np.fft.irfft(product, size)[: len(heard) - len(played)]))
    part = heard[lag : lag + len(played)].astype(float)
    return float(part @ played / max(np.linalg.norm(part) * np.linalg.norm(played.astype(float)), 1)), lag


def level_db(samples: NDArray[np.int16]) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2)))


@asynccontextmanager
async def listening(**settings: object) -> AsyncIterator[tuple[Line, asyncio.Task[None]]]:
    host = Host()
    task = asyncio.create_task(DeviceSource(DeviceSettings.model_validate(settings)).run(host))
    await heard(host, task, 1)
    try:
        yield host.lines[0], task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def heard(host: Host, task: asyncio.Task[None], samples: int, leg: Channel = "agent") -> None:
    """Until a line has so much of a leg; fails with the source's own error."""
    while not host.lines or host.lines[0].leg(leg).size < samples:
        if task.done():
            task.result()
        await asyncio.wait({task, asyncio.create_task(asyncio.sleep(0.1))}, return_when="FIRST_COMPLETED")


async def play(server: SoundServer, wav: Path, sink: str, line: Line, task: asyncio.Task[None]) -> None:
    """Returns when the line has it: a second of audio later nothing is on its way through the server any more."""
    assert await asyncio.to_thread(server.play(wav, sink).wait) == 0
    await heard(line.host, task, max(line.leg("agent").size, line.leg("customer").size) + RATE_HZ)
    await heard(line.host, task, line.leg("agent").size, "customer")


def alike(heard: NDArray[np.int16], played: NDArray[np.int16], other: NDArray[np.int16]) -> int:
    same, lag = likeness(heard, played)
    assert same > 0.98
    assert abs(likeness(heard, other)[0]) < 0.2
    assert level_db(heard[lag : lag + len(played)]) == pytest.approx(level_db(played), abs=0.5)
    return lag


async def test_a_two_channel_device_is_a_line(server: SoundServer, tmp_path: Path) -> None:
    agent, customer = voice(1), voice(2)
    wav = save(tmp_path / "call.wav", stereo(agent, customer), RATE_HZ)
    whose = {"agent_id": "8026", "team": "north", "line": "desk 17", "trunk": "gateway-1", "seat": "A-17"}
    async with listening(agent="pulse", **whose) as (line, task):
        await play(server, wav, "both", line, task)
    assert (line.info.source, line.info.sample_rate_hz) == ("device", RATE_HZ)
    assert {name: getattr(line.info, name) for name in whose} == whose
    lag = alike(line.leg("agent"), agent, customer)
    assert alike(line.leg("customer"), customer, agent) == lag, "both legs keep step to the sample"
    assert {chunk.samples.size for chunk in line.chunks} == {RATE_HZ // 50}


async def test_two_devices_are_a_line(server: SoundServer, tmp_path: Path) -> None:
    agent, customer = voice(3), voice(4)
    async with listening(agent="headset", customer="loopback") as (line, task):
        await asyncio.gather(
            play(server, save(tmp_path / "a.wav", agent, RATE_HZ), "headset", line, task),
            play(server, save(tmp_path / "c.wav", customer, RATE_HZ), "loopback", line, task),
        )
    alike(line.leg("agent"), agent, customer)
    alike(line.leg("customer"), customer, agent)


async def test_a_lost_device_comes_back_with_a_gap(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = threading.Event()
    restart = Streams.restart

    def trying(streams: Streams) -> None:
        try:
            restart(streams)
        except LinewatchError:
            missed.set()
            raise

    monkeypatch.setattr(Streams, "restart", trying)
    async with listening(agent="pulse") as (line, task):
        before = len(line.chunks)
        await asyncio.to_thread(server.kill)
        assert await asyncio.to_thread(missed.wait, 240)
        await asyncio.to_thread(server.start)
        while len(line.chunks) < before + 40 or line.chunks[-1].gap is not Absent.LOST:
            assert not task.done()
            await asyncio.sleep(0.1)
        assert line.ended is None
    starts = [chunk.at_sample for chunk in line.chunks if chunk.channel == "agent"]
    steps = np.diff(np.array(starts, float))
    assert np.count_nonzero(steps > RETRY_S * RATE_HZ) == 1, "the outage is one gap on the leg's clock"


async def test_a_device_that_stays_away_ends_the_call(server: SoundServer) -> None:
    try:
        async with listening(agent="pulse", give_up_ms=0) as (line, task):
            await asyncio.to_thread(server.kill)
            with pytest.raises(SourceError, match="sound devices: stay away"):
                await task
        assert line.ended == ("device lost", "system")
    finally:
        server.start()
        look_again()


async def test_a_device_that_is_not_there(server: SoundServer) -> None:
    host = Host()
    with pytest.raises(ConfigError, match=r'sound device "trumpet": is not there.*linewatch devices'):
        await DeviceSource(DeviceSettings(agent="trumpet")).run(host)
    with pytest.raises(SourceError, match='sound device "99": cannot be opened'):
        await DeviceSource(DeviceSettings(agent="99")).run(host)
    assert host.lines == [], "no call without a device"


def test_the_list_of_devices(server: SoundServer) -> None:
    found = {device.name: device for device in devices()}
    assert {"pulse", "headset", "loopback"} <= set(found)
    assert found["pulse"].channels >= 2
    assert found["pulse"].system == "ALSA"
