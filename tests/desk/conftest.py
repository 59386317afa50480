from pathlib import Path

import httpx
import pytest

from tests.desk.browser import chromium
from tests.desk.stage import staged


@pytest.fixture(name="stage")
async def _stage(tmp_path: Path):
    async with staged(tmp_path) as stage:
        yield stage


@pytest.fixture(name="http")
async def _http(stage):
    async with httpx.AsyncClient(base_url=stage.server.url, trust_env=False) as http:
        yield http


@pytest.fixture(name="errors")
def _errors():
    """Script errors of the pages; none may be there at the end."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture(name="browser")
async def _browser(errors):
    async with chromium(errors) as browser:
        yield browser
