from pathlib import Path

import pytest

from tests.desk.stage import staged


@pytest.fixture(name="stage")
async def _stage(tmp_path: Path):
    async with staged(tmp_path) as stage:
        yield stage
