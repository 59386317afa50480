from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor import config
from monitor.asr.recogniser import Recogniser
from monitor.config import Settings
from tests.audit.material import CALLS, Demo, PlaybookEngine, run


@pytest.fixture
def settings() -> Settings:
    return config.load()


@pytest.fixture
def recogniser() -> Iterator[Recogniser]:
    one = Recogniser(PlaybookEngine(), workers=2)
    yield one
    one.close()


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo calls, audited once for every test that only looks."""
    out = tmp_path_factory.mktemp("audit") / "out"
    one = Recogniser(PlaybookEngine(), workers=2)
    result = run([CALLS], out, config.load(), one)
    one.close()
    return out, result
