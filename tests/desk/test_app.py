"""What is served, and with which headers."""

import pytest

from monitor.desk.app import PAGE_NAMES, PAGES

pytestmark = pytest.mark.system


@pytest.mark.parametrize("path", PAGE_NAMES)
async def test_a_page_comes_with_a_policy_that_lets_nothing_foreign_in(http, path):
    answer = await http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert "{%" not in answer.text
    assert f'<body class="{PAGE_NAMES[path]}"' in answer.text
    assert 'id="language"' in answer.text
    assert 'id="theme"' in answer.text


async def test_every_static_file_is_served_as_what_it_is(http):
    kinds = {".js": "javascript", ".css": "text/css", ".svg": "image/svg"}
    files = sorted((PAGES / "static").iterdir())
    assert len(files) > 10
    for file in files:
        answer = await http.get(f"/static/{file.name}")
        assert answer.status_code == 200
        assert kinds[file.suffix] in answer.headers["content-type"]


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/nothing", "/ws/supervisor"]
)
async def test_nothing_else_is_there(http, path):
    assert (await http.get(path)).status_code == 404
