from __future__ import annotations

import pytest

from monitor.core.events import Envelope
from tests.sinks.report.story import story


@pytest.fixture
def envelopes() -> list[Envelope]:
    return story()
