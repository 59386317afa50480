"""A recorded call: who is on which channel, at which rate, in which blocks, and every kind of file that is none."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.core.events import CallData
from monitor.errors import ConfigError, SourceError
from monitor.sources.recording import Recording, find, pair_of, read
from monitor.sources.sidecar import Sidecar, SidecarEvent
from tests.sources.wavs import ALAW, save, stereo, tone, wav

AGENT, CUSTOMER = tone(440, 2500), tone(1000, 2500)


def legs(recording: Recording) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    blocks = list(recording.blocks())
    return np.concatenate([block[0] for block in blocks]), np.concatenate([block[1] for block in blocks])


def test_stereo_is_agent_left_and_customer_right(tmp_path: Path) -> None:
    recording = read(save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER)))
    agent, customer = legs(recording)
    assert np.array_equal(agent, AGENT)
    assert np.array_equal(customer, CUSTOMER)
    assert (recording.rate_hz, recording.channels, recording.name, recording.remarks) == (8000, 2, "call", [])
    assert recording.info("x").source == "files"
    assert recording.ended_by == "unknown"


def test_unless_the_sidecar_says_otherwise(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER))
    (tmp_path / "call.toml").write_text('channels = ["customer", "agent"]\nended_by = "agent"\ncall_id = "c-9"')
    recording = read(path)
    assert np.array_equal(legs(recording)[0], CUSTOMER)
    assert (recording.ended_by, recording.call_id) == ("agent", "c-9")
    assert np.array_equal(legs(read(path, Sidecar()))[0], AGENT), "a sidecar that is given wins over the one beside it"


def test_blocks_are_even_and_may_be_read_again(tmp_path: Path) -> None:
    recording = read(save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER)), block_ms=1000)
    assert [block[0].size for block in recording.blocks()] == [8000, 8000, 4000]
    assert [block[1].size for block in recording.blocks()] == [8000, 8000, 4000]
    assert all(block[0].flags.c_contiguous for block in recording.blocks())


@pytest.mark.parametrize(
    ("rate_hz", "kept"), [(8000, 8000), (16000, 16000), (44100, 16000), (48000, 16000), (6000, 8000), (11025, 16000)]
)
def test_rates(tmp_path: Path, rate_hz: int, kept: int) -> None:
    path = save(tmp_path / "call.wav", stereo(tone(440, 1000, rate_hz), tone(440, 1000, rate_hz)), rate_hz)
    recording = read(path)
    assert recording.rate_hz == kept
    assert recording.info("x").sample_rate_hz == kept
    assert legs(recording)[0].size == pytest.approx(kept, abs=3)


def test_mono_is_marked_and_judges_no_agent(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", AGENT)
    recording = read(path)
    agent, customer = legs(recording)
    assert (agent.size, recording.channels) == (0, 1)
    assert np.array_equal(customer, AGENT)
    assert recording.info("x").source == "files:mono"


def test_mono_on_the_leg_the_sidecar_names(tmp_path: Path) -> None:
    agent, customer = legs(read(save(tmp_path / "call.wav", AGENT), Sidecar(channels=("agent",))))
    assert np.array_equal(agent, AGENT)
    assert customer.size == 0


@pytest.mark.parametrize("named", ["call-agent.wav", "call-customer.wav"])
def test_two_mono_files_are_one_call(tmp_path: Path, named: str) -> None:
    save(tmp_path / "call-agent.wav", AGENT)
    save(tmp_path / "call-customer.wav", CUSTOMER[:12_000], bits=8, tag=ALAW)
    (tmp_path / "call.toml").write_text('agent_id = "8026"')
    recording = read(tmp_path / named)
    assert (recording.name, recording.channels, recording.info("x").agent_id) == ("call", 2, "8026")
    agent, customer = legs(recording)
    assert np.array_equal(agent, AGENT)
    assert customer.size == 12_000, "a leg that ends earlier is not made longer"


def test_one_of_two_alone_is_mono(tmp_path: Path) -> None:
    recording = read(save(tmp_path / "call-agent.wav", AGENT))
    assert (recording.name, recording.channels) == ("call-agent", 1)


def test_two_files_at_two_rates(tmp_path: Path) -> None:
    save(tmp_path / "call-agent.wav", AGENT)
    save(tmp_path / "call-customer.wav", tone(1000, 2500, 44100), 44100)
    agent, customer = legs(read(tmp_path / "call-agent.wav"))
    assert agent.size == pytest.approx(40_000, abs=3)
    assert customer.size == pytest.approx(40_000, abs=3)


def test_a_pair_holds_one_leg_each(tmp_path: Path) -> None:
    save(tmp_path / "call-agent.wav", AGENT)
    save(tmp_path / "call-customer.wav", stereo(AGENT, CUSTOMER))
    with pytest.raises(SourceError, match=r"call-customer\.wav: should hold one leg; found 2 channels"):
        read(tmp_path / "call-agent.wav")


def test_a_sidecar_for_another_recording(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER))
    (tmp_path / "call.toml").write_text('channels = ["agent"]')
    with pytest.raises(ConfigError, match=r'call\.toml: "channels" must name as many legs.*found 1 of 2'):
        read(path)


def test_events_happen_between_the_samples_they_belong_to(tmp_path: Path) -> None:
    sidecar = Sidecar(
        events=(
            SidecarEvent(at_ms=1500, kind="hold", on=False),
            SidecarEvent(at_ms=0, kind="join", agent_id="8026"),
            SidecarEvent(at_ms=300, kind="hold", on=True),
            SidecarEvent(at_ms=9000, kind="leave", agent_id="8026"),
        )
    )
    parts = list(read(save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER)), sidecar).parts())
    assert [(part.at_ms, part.agent.size, [body.kind for body in part.data]) for part in parts] == [
        (0, 2400, ["join"]),
        (300, 5600, ["hold"]),
        (1000, 4000, []),
        (1500, 4000, ["hold"]),
        (2000, 4000, []),
        (2500, 0, ["leave"]),
    ]
    assert parts[1].data == (CallData(kind="hold", on=True),)
    assert np.array_equal(np.concatenate([part.customer for part in parts]), CUSTOMER)


def bad(name: str) -> bytes:
    second = tone(440, 1000)
    match name:
        case "0 bytes":
            return b""
        case "44 bytes":
            return wav(b"")
        case "44 bytes that promise an hour":
            return wav(b"", data_bytes=57_600_000)
        case "half a header":
            return wav(second.tobytes())[:30]
        case "a text":
            return "这不是录音\n".encode() * 100
        case "zeros":
            return bytes(5000)
        case "3 channels":
            return wav(np.stack([second] * 3, axis=1).tobytes(), channels=3)
        case "no channels":
            return wav(second.tobytes(), channels=0)
        case "an impossible rate":
            return wav(second.tobytes(), rate_hz=0xFFFFFFFF)
        case "a codec nobody knows":
            return wav(second.tobytes(), tag=0x4321)
        case "channels that do not fit its blocks":
            return wav(second.tobytes(), channels=1, block_bytes=4)
    raise AssertionError(name)


BAD = (
    "0 bytes", "44 bytes", "44 bytes that promise an hour", "half a header", "a text", "zeros", "3 channels",
    "no channels", "an impossible rate", "a codec nobody knows", "channels that do not fit its blocks",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_says_so_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(bad(name))
    with pytest.raises(SourceError) as error:
        read(path)
    said = str(error.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    assert name != "3 channels" or "must have one channel or two; found 3 channels" in said
    assert name != "0 bytes" or "is empty" in said
    assert name != "44 bytes" or "holds no sound" in said


def test_a_truncated_recording_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", stereo(AGENT, CUSTOMER), bits=8, tag=ALAW)
    path.write_bytes(path.read_bytes()[:-20_001])
    recording = read(path)
    agent, customer = legs(recording)
    assert agent.size == customer.size == 9999
    assert recording.remarks == ["call.wav: cut short: the header says 2.5 s, 1.2 s are there"]


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there"):
        read(tmp_path / "call.wav")
    with pytest.raises(SourceError, match="is not a file"):
        read(tmp_path)


def test_finding_recordings(tmp_path: Path) -> None:
    deep = tmp_path / "monday" / "team a"
    deep.mkdir(parents=True)
    for name in ("b.wav", "a-agent.wav", "a-customer.wav", "c.MP3", "c.toml", "notes.txt", "z-agent.wav"):
        (deep / name).touch()
    names = [path.name for path in find([tmp_path])]
    assert names == ["a-agent.wav", "b.wav", "c.MP3", "z-agent.wav"]
    assert find([deep / "notes.txt", deep / "notes.txt"]) == [deep / "notes.txt"], "a named file is taken, once"
    assert find([deep / "a-customer.wav"]) == [deep / "a-agent.wav"]
    assert pair_of(deep / "z-agent.wav") is None
    with pytest.raises(SourceError, match="is not there"):
        find([tmp_path / "tuesday"])


def test_a_long_recording_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(bytes(2 * 8000 * 1200), channels=2, bits=8, tag=ALAW))
    blocks = read(path).blocks()
    next(blocks)
    tracemalloc.start()
    count = sum(1 for _ in blocks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1199
    assert peak < 2_000_000, "38 MB as samples"
