"""Recordings as live lines: everything arrives, in order, and one bad recording stops nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from monitor.core.events import CallData
from monitor.errors import SourceError
from monitor.sources.files import FilesSettings, FilesSource
from tests.sources import jumping
from tests.sources.standin import Host
from tests.sources.wavs import save, stereo, tone

AGENT, CUSTOMER = tone(440, 1500), tone(1000, 1500)


async def played(*paths: Path, host: Host | None = None, **settings: Any) -> Host:
    host = host or Host()
    await FilesSource(FilesSettings(paths=paths, **{"speed": "max"} | settings)).run(host)
    return host


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER))


@pytest.mark.parametrize("speed", ["max", 20.0, 1.0])
async def test_a_recording_arrives_whole(call: Path, speed: Any) -> None:
    (call.parent / "call.toml").write_text('agent_id = "8026"\nended_by = "customer"\nanswered_ms = 0')
    (line,) = (await played(call, speed=speed)).lines
    assert np.array_equal(line.leg("agent"), AGENT)
    assert np.array_equal(line.leg("customer"), CUSTOMER)
    assert (line.info.agent_id, line.info.call_id, line.info.source) == ("8026", "", "files")
    assert line.ended == ("end of recording", "customer")


async def test_legs_go_side_by_side_in_packets(call: Path) -> None:
    (line,) = (await played(call, speed=100.0, packet_ms=40)).lines
    assert [chunk.channel for chunk in line.chunks[:4]] == ["agent", "customer"] * 2
    assert {chunk.samples.size for chunk in line.chunks[:-2]} == {320}


@pytest.mark.parametrize("speed", [1.0, 5.0])
def test_a_packet_comes_when_its_last_sample_has_been_spoken(call: Path, speed: float) -> None:
    (line,) = jumping.run(played(call, speed=speed)).lines
    assert line.came_s[::2] == line.came_s[1::2]
    assert line.came_s[::2] == pytest.approx([0.02 * packet / speed for packet in range(1, 76)])


async def test_as_fast_as_possible_waits_for_room(call: Path) -> None:
    (line,) = (await played(call)).lines
    assert (line.rooms, line.clock) == (2, "demand"), "once a block"
    (live,) = (await played(call, speed=1000.0)).lines
    assert (live.rooms, live.clock) == (0, "media")


async def test_what_the_platform_said_comes_at_its_time(call: Path) -> None:
    (call.parent / "call.toml").write_text(
        '[[events]]\nat_ms = 500\nkind = "hold"\non = true\n[[events]]\nat_ms = 1200\nkind = "hold"\non = false\n'
    )
    (line,) = (await played(call)).lines
    assert line.said == [(4000, CallData(kind="hold", on=True)), (9600, CallData(kind="hold", on=False))]


async def test_several_lines_at_once(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.wav", stereo(AGENT, CUSTOMER))
    host = await played(tmp_path, host=Host(together=3), lines=3)
    assert len(host.lines) == 5
    assert host.most == 3
    assert all(line.ended == ("end of recording", "unknown") for line in host.lines)


async def test_a_loop_goes_on_until_it_is_cancelled(call: Path) -> None:
    host = Host(together=4)
    task = asyncio.create_task(played(call, host=host, lines=4, loop=True))
    while len(host.lines) < 20 and not task.done():
        await asyncio.wait({task, asyncio.create_task(host.changed.wait())}, return_when="FIRST_COMPLETED")
        host.changed.clear()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert host.most == 4, "one recording on four lines"


async def test_a_bad_recording_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    save(tmp_path / "b.wav", stereo(AGENT, CUSTOMER))
    (tmp_path / "b.toml").write_text("agentid = '1'")
    good = save(tmp_path / "c.wav", stereo(AGENT, CUSTOMER))
    host = await played(tmp_path)
    assert len(host.lines) == 1
    assert np.array_equal(host.lines[0].leg("agent"), AGENT)
    good.write_bytes(b"RIFF")
    assert (await played(tmp_path, loop=True, lines=2)).lines == [], "nothing left to loop over"


async def test_mono_can_be_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", AGENT)
    assert (await played(path, mono="refuse")).lines == []
    (line,) = (await played(path)).lines
    assert line.info.source == "files:mono"
    assert line.leg("agent").size == 0


async def test_a_full_host_is_no_disaster(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.wav", stereo(AGENT, CUSTOMER))
    host = await played(tmp_path, host=Host(max_lines=1), lines=3)
    assert host.most == 1


async def test_nothing_to_play(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source files: finds no recordings"):
        await played(tmp_path)
    with pytest.raises(SourceError, match="is not there"):
        await played(tmp_path / "gone")


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"speed": "fast"}, {"lines": 0}, {"paths": []}, {"path": "x"}])
def test_settings_have_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FilesSettings.model_validate({"paths": ["x"]} | wrong)
