"""What pages show of the rules in force."""

from __future__ import annotations

import re

from monitor.compliance.required import Required
from monitor.compliance.rule import Rule, Wording
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.script import Script
from monitor.compliance.sequence import Sequence_
from monitor.desk.state import RuleNote, StepNote

SLOT = re.compile(r"\{(company|agent|surname|title)\}")
PATTERN = re.compile(r"[\[|]|\{\*")


def notes(rulebook: Rulebook) -> list[RuleNote]:
    """Names of all rules; the wording of those that ask for words or steps."""
    return [_note(rule) for rule in rulebook.rules]


def _note(rule: Rule) -> RuleNote:
    wording, steps = readable(rule.prompt), tuple[StepNote, ...]()
    if isinstance(rule, Required) and rule.channel == "agent":
        wording = wording or _standard(rule.words)
    if isinstance(rule, Script):
        steps = tuple(StepNote(step.id, readable(step.prompt) or _standard(step.words)) for step in rule.steps)
    if isinstance(rule, Sequence_):
        steps = tuple(StepNote(step.id, step.title) for step in rule.steps)
    return RuleNote(rule.id, rule.title, rule.title_en, rule.kind, wording, steps)


def readable(text: str) -> str:
    """Wording with its slots as people write them: {company} -> ××."""
    return SLOT.sub("××", text)


def _standard(wording: Wording) -> str:
    """The first way of saying it; nothing where that is a pattern rather than words."""
    first = wording.phrases[0] if wording.phrases else " … ".join(group[0] for group in wording.all_of)
    return "" if PATTERN.search(first) else readable(first)
