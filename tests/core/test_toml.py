from __future__ import annotations

import pytest

from monitor.core.toml import TomlError, parse

TEXT = '''\
name = "a # not a comment"   # one

[server]
port = 8765
hosts = [
  "a", # ] not the end
  "b",
]
motto = """
port = 1
[nothing]
"""
after = 1

[[sources]]
kind = "files"
[sources.calls]
folder = "x"

[[sources]]
"kind" = 'device'
[a.b]
c.d = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("server",), 3),
        (("server", "port"), 4),
        (("server", "hosts", 1), 5),
        (("server", "motto"), 9),
        (("server", "after"), 13),
        (("sources", 0, "kind"), 16),
        (("sources", 0, "calls", "folder"), 18),
        (("sources", 1), 20),
        (("sources", 1, "kind"), 21),
        (("a", "b", "c", "d"), 23),
        (("server", "missing"), 3),
        (("nowhere",), None),
    ],
)
def test_each_key_has_its_line(path: tuple[str | int, ...], line: int | None) -> None:
    assert parse(TEXT).line(path) == line


def test_the_data_is_that_of_tomllib() -> None:
    data = parse(TEXT).data
    assert data["server"]["hosts"] == ["a", "b"]
    assert [source["kind"] for source in data["sources"]] == ["files", "device"]
    assert data["server"]["motto"] == "port = 1\n[nothing]\n"


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \n", 2), ("[a\n", 1), ("a = 1\na = 2", 2), ('a = """', 1)])
def test_what_is_not_toml_names_its_line(text: str, line: int) -> None:
    with pytest.raises(TomlError) as caught:
        parse(text)
    assert caught.value.line == line
    assert "line" not in caught.value.what.replace("newline", "")
