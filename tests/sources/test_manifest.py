from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.sources.manifest import load


def table(folder: Path, text: str) -> Path:
    path = folder / "calls.csv"
    path.write_bytes(text.encode())
    return path


def test_a_row_says_what_a_sidecar_would(tmp_path: Path) -> None:
    head = "file,call_id,agent_id,answered_ms,ended_by,channels,called_number"
    found = load(table(tmp_path, f"{head}\na/x.wav,c1,1042,1200,agent,customer agent,13800138000\ny.wav,,,,,,\n"))
    assert list(found) == [tmp_path / "a" / "x.wav", tmp_path / "y.wav"]
    first = found[tmp_path / "a" / "x.wav"]
    assert (first.call_id, first.agent_id, first.answered_ms, first.ended_by) == ("c1", "1042", 1200, "agent")
    assert first.channels == ("customer", "agent")
    assert first.called_number == "138******00"
    assert found[tmp_path / "y.wav"].agent_id is None


def test_tabs_a_byte_order_mark_and_spare_lines_are_fine(tmp_path: Path) -> None:
    found = load(table(tmp_path, "\ufefffile\tteam\r\nx.wav\t早班\r\n\r\n\t\r\n"))
    assert [one.team for one in found.values()] == ["早班"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, 'no column "file"'),
        ("path,team\n", 1, 'no column "file"'),
        ("file,agnet_id\n", 1, 'unknown column "agnet_id"; did you mean "agent_id"'),
        ("file,zzz\n", 1, "Columns: file, call_id"),
        ("file,team\nx.wav,a\n,b\n", 3, '"file" is empty'),
        ("file\nx.wav\nx.wav\n", 3, "second time"),
        ("file\nx.wav,1\n", 2, "more cells"),
        ("file,answered_ms\nx.wav,soon\n", 2, '"answered_ms" must be'),
        ("file,ended_by\nx.wav,nobody\n", 2, '"ended_by"'),
        ("file,channels\nx.wav,agent agent\n", 2, '"channels"'),
    ],
)
def test_a_mistake_names_line_and_column(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(table(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path / 'calls.csv'}:{line}: ")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("file,team\nx.wav,早班\n".encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "gbk.csv")
