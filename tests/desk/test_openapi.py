"""The OpenAPI description."""

import pytest

from tests.desk.stage import BOSS, bearer

pytestmark = pytest.mark.system


async def test_openapi_names_every_path_there_is(stage, http):
    document = (await http.get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        answer = await http.get(path.replace("{call_id}", "x"), headers=bearer(BOSS))
        assert answer.status_code in (200, 404)
        assert answer.headers["x-content-type-options"] == "nosniff"
