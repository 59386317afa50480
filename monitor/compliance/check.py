"""Runs the examples of every rule: what `linewatch rules check` shows."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.compliance.engine import Engine
from monitor.compliance.lint import Weight, remarks
from monitor.compliance.metric import Metric_
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.story import Story
from monitor.core.events import AlertRaised, Event
from monitor.core.types import CallInfo


@dataclass(frozen=True, slots=True)
class Finding:
    """where: file:line of the rule. level error: the pack must not be used; warning: worth a look; note: good to
    know."""

    where: str
    rule_id: str
    level: Weight
    what: str

    def __str__(self) -> str:
        return f'{self.where}: rule "{self.rule_id}": {self.what}'


def check(rulebook: Rulebook) -> list[Finding]:
    """Every example that does not do what it should, every rule without examples, and the remarks of `lint`."""
    findings = [
        Finding(rulebook.where.get(rule_id, ""), rule_id, level, what)
        for rule_id, level, what in remarks(rulebook)
    ]
    for rule in rulebook.rules:
        where = rulebook.where.get(rule.id, "")
        alone = rulebook.only(rule.id, *rule.needs(rulebook.rules))
        if not rule.fires and not (isinstance(rule, Metric_) and not rule.alert):
            findings.append(Finding(where, rule.id, "warning", "no example in fires shows what it catches"))
        for examples, wanted in ((rule.fires, True), (rule.passes, False)):
            for number, example in enumerate(examples, 1):
                name = f"{'fires' if wanted else 'passes'}[{number}]"
                wrong = _wrong(alone, rule.id, example, wanted)
                if wrong:
                    findings.append(Finding(where, rule.id, "error", f"example {name} {wrong}: {_short(example)}"))
    return findings


def _wrong(rulebook: Rulebook, rule_id: str, example: str, wanted: bool) -> str:
    try:
        events = perform(rulebook, Story.read(example), _in_scope(rulebook.rule(rule_id)))
    except ValueError as error:
        return f"cannot be read ({error})"
    raised = any(isinstance(one.body, AlertRaised) and one.body.rule_id == rule_id for one in events)
    if raised == wanted:
        return ""
    return "raises no alert" if wanted else "raises an alert"


def _in_scope(rule: Rule) -> CallInfo:
    """A call the rule is for."""
    scope = rule.scope
    return CallInfo(
        call_id="example",
        source="example",
        team=next(iter(scope.teams), None),
        line=next(iter(scope.lines), None),
        language=next(iter(scope.languages), "zh"),
        direction=next(iter(scope.directions), "inbound"),
    )


def _short(example: str) -> str:
    line = " / ".join(part.strip() for part in example.strip().splitlines())
    return f"「{line[:60]}…」" if len(line) > 60 else f"「{line}」"


def perform(rulebook: Rulebook, story: Story, info: CallInfo | None = None) -> list[Event]:
    """Everything the rules say of a story."""
    engine = Engine(rulebook, info or CallInfo(call_id="example", source="example"))
    out: list[Event] = []
    for heard_ms, event in story.facts():
        out += engine.advance(heard_ms - 1) + engine.push(event)
    return out + engine.advance(story.end_ms) + engine.finish(story.end_ms)
