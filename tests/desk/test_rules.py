"""What pages show of the shipped rules."""

from monitor.compliance.rulebook import Rulebook
from monitor.desk.rules import notes, readable
from monitor.resources import locate


def shipped() -> Rulebook:
    files = sorted(locate("rules").glob("*.toml"))
    return Rulebook.parse([(path.name, path.read_text(encoding="utf-8")) for path in files])


def test_every_rule_has_a_name_and_no_note_shows_a_pattern():
    found = notes(shipped())
    assert len(found) == len(shipped().rules)
    for note in found:
        assert note.title
        for text in (note.wording, *(step.wording for step in note.steps)):
            assert not set(text) & set("[]{}|*")


def test_a_script_shows_its_steps_in_order():
    silent = next(note for note in notes(shipped()) if note.rule_id.startswith("A4") and note.kind == "script")
    assert len(silent.steps) == 4
    assert "请问有什么可以帮助您" in silent.steps[0].wording


def test_a_sequence_shows_what_its_steps_are():
    complaint = next(note for note in notes(shipped()) if note.kind == "sequence")
    assert "道歉" in [step.wording for step in complaint.steps]


def test_slots_are_shown_as_people_write_them():
    assert readable("欢迎致电{company}，客服{agent}") == "欢迎致电××，客服××"
