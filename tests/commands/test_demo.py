"""`linewatch demo`: what cannot be, is told before anything is played; the demo itself is tested in its room."""

from __future__ import annotations

from tests.commands.shell import run


def test_a_demo_without_its_calls_or_its_model_is_one_line() -> None:
    for wrong, said in (('demo.calls="nowhere"', "nowhere"), ('demo.model="nobody"', "nobody")):
        done = run("demo", "--set", wrong, "--set", "desk.port=0")
        assert (done.exit_code, done.stdout) == (2, ""), said
        assert len(done.stderr.strip().splitlines()) == 1
        assert said in done.stderr
