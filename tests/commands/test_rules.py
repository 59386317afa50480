"""`linewatch rules`: what goes to stdout and stderr, and the exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from monitor import resources
from tests.commands.shell import run


def test_rules_check_passes_the_shipped_packs() -> None:
    result = run("rules", "check")
    assert result.exit_code == 0, result.stderr
    assert "0 mistakes" in result.stderr


def test_rules_check_names_every_mistake(tmp_path: Path) -> None:
    pack = tmp_path / "mine.toml"
    text = (resources.locate("rules") / "complaints.toml").read_text("utf-8")
    pack.write_text(text.replace("severity =", "severety =", 2), encoding="utf-8")
    result = run("rules", "check", "--set", f'rules.packs=["{pack}"]')
    assert result.exit_code == 2
    assert len(re.findall(r"mine\.toml:\d+: .*did you mean", result.stderr)) == 2


def test_rules_check_reads_the_packs_it_is_given_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    text = (resources.locate("rules") / "line.toml").read_text("utf-8")
    (tmp_path / "rules" / "line.toml").write_text(text, encoding="utf-8")
    passed_over = run("rules", "check")
    assert f"{tmp_path / 'rules'} is not read" in passed_over.stderr
    assert str(resources.locate("rules") / "talk.toml") in passed_over.stderr
    for path in ("rules", "rules/line.toml"):
        result = run("rules", "check", path)
        assert result.exit_code == 0, result.stderr
        assert re.search(rf"(?m)^{re.escape(str(tmp_path / 'rules' / 'line.toml'))}: \d+ rules$", result.stderr)
        assert "talk.toml" not in result.stderr


@pytest.mark.parametrize("text", ["", "# all gone\n", 'pack = "mine"\n', None])
def test_a_pack_without_a_rule_and_a_folder_without_a_pack_are_mistakes(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    result = run("rules", "check", tmp_path)
    assert result.exit_code == 2
    assert ("mine.toml: the pack holds no rule" if text is not None else "holds no rule pack") in result.stderr


def test_rules_try_prints_hits_as_json_lines() -> None:
    result = run("rules", "try", "这不关我的事")
    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert "B1.not-my-business" in [hit["rule_id"] for hit in hits]
    assert set(hits[0]) == {"dialog", "turn", "rule_id", "kind", "severity", "quote", "certainty"}
    assert "A4" in result.stderr
    assert "B1." not in run("rules", "try", "好的,我马上为您查询").stdout


def test_rules_try_reads_dialogues(tmp_path: Path) -> None:
    table = tmp_path / "turns.tsv"
    table.write_text(
        "dialog\tturn\trole\ttext\nd1\t1\tcustomer\t不关我的事\nd1\t2\tagent\t不关我的事\n", encoding="utf-8"
    )
    hits = [json.loads(line) for line in run("rules", "try", "--tsv", table).stdout.splitlines()]
    found = [(hit["dialog"], hit["turn"]) for hit in hits if hit["rule_id"] == "B1.not-my-business"]
    assert found == [("d1", "2")]


def test_rules_test_says_what_the_present_rules_would_find(stocked: Path) -> None:
    result = run("rules", "test", "call-1", "-c", stocked)
    assert result.exit_code == 0
    assert "1 calls judged again" in result.stderr
    for line in result.stdout.splitlines():
        assert set(json.loads(line)) == {"call_id", "new", "gone"}


def test_rules_test_names_up_to_five_places_to_listen_to(stocked: Path, tmp_path: Path) -> None:
    result = run("rules", "test", "-c", stocked, "--set", "rules.packs=[]")
    assert result.exit_code == 0, result.stderr
    gone = sum(len(json.loads(line)["gone"]) for line in result.stdout.splitlines())
    assert f"{gone} removed" in result.stderr
    assert len(re.findall(r"(?m)^gone ", result.stderr)) == min(5, gone) > 0
    assert "linewatch calls export call-" in result.stderr


def test_rules_schema_is_the_one_editors_are_given() -> None:
    shipped = json.loads((resources.locate("rules") / "pack.schema.json").read_text("utf-8"))
    assert json.loads(run("rules", "schema").stdout)["$defs"].keys() == shipped["$defs"].keys()
