"""A process that is killed loses nothing it said was stored."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.store.store import Store

pytestmark = pytest.mark.system

WRITE = """
import asyncio, sys
from monitor.store.store import Store
from monitor.store.writer import Writer
from tests.story import Story

async def main():
    writer = Writer(Store(sys.argv[1]), lambda envelopes: None)
    writer.start()
    story = Story("one")
    await writer.put([story.started()])
    for index in range(100_000):
        await writer.put([story.alert(index, f"a{index}")])
        print(story.seq, flush=True)

asyncio.run(main())
"""


def test_what_was_stored_before_a_kill_is_there_after_it(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'linewatch.db'}"
    checkout = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, url], stdout=subprocess.PIPE, text=True, cwd=checkout
    ) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().splitlines() if line]
    store = Store(url)
    seqs = [each.seq for each in store.events("one")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= max(said)
    assert store.call("one").alerts == len(seqs) - 1
    store.close()
