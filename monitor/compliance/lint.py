"""What examples cannot show: rules that overlap, phrases that can never count, rules that name others that are not
there, and rules that are judged only when the call is over."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.compliance.combination import Combination, ids, parse
from monitor.compliance.forbidden import Forbidden
from monitor.compliance.level import Level
from monitor.compliance.metric import Metric_
from monitor.compliance.phrases import compiled
from monitor.compliance.required import Required
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.tone import Tone
from monitor.core.mistakes import nearest

Remark = tuple[str, str, str]
"""rule id, level (error, warning, note), what"""


def remarks(rulebook: Rulebook) -> Iterator[Remark]:
    yield from _overlaps(rulebook)
    for rule in rulebook.rules:
        if isinstance(rule, Forbidden):
            yield from _never_counted(rule)
        if isinstance(rule, Combination):
            yield from _named_rules(rule, rulebook)
        if _only_at_the_end(rule):
            yield rule.id, "note", "is judged only when the call is over, so it cannot alert while it runs"


def _overlaps(rulebook: Rulebook) -> Iterator[Remark]:
    """The same form in two forbidden rules that can be in force in the same call."""
    first: dict[tuple[str, tuple[str, ...]], Forbidden] = {}
    told: set[tuple[str, str]] = set()
    for rule in rulebook.rules:
        if not isinstance(rule, Forbidden) or rule.words.all_of:
            continue
        for phrase in rule.words.phrases:
            for form in compiled(phrase):
                key = (rule.channel, tuple(part.chars for part in form.parts))
                other = first.setdefault(key, rule)
                pair = (rule.id, other.id)
                if other is not rule and pair not in told and _may_meet(rule, other):
                    told.add(pair)
                    yield rule.id, "warning", f'overlaps with "{other.id}": both hold 「{"…".join(key[1])}」'


def _may_meet(one: Rule, other: Rule) -> bool:
    pairs = (
        (one.scope.teams, other.scope.teams), (one.scope.lines, other.scope.lines),
        (one.scope.languages, other.scope.languages), (one.scope.directions, other.scope.directions),
    )  # fmt: skip
    return all(not a or not b or set(a) & set(b) for a, b in pairs)


def _never_counted(rule: Forbidden) -> Iterator[Remark]:
    harmless = [form.parts[0].chars for phrase in rule.unless for form in compiled(phrase) if len(form.parts) == 1]
    for phrase in rule.words.phrases:
        forms = compiled(phrase)
        if all(any(one in part.chars for one in harmless for part in form.parts) for form in forms):
            yield rule.id, "warning", f'「{phrase}」 can never count: "unless" takes every form of it away'


def _named_rules(rule: Combination, rulebook: Rulebook) -> Iterator[Remark]:
    known = [one.id for one in rulebook.rules]
    if rule.fatal:
        for one in rulebook.rules:
            if isinstance(one, Tone | Level) and one.id in ids(parse(rule.when)):
                yield rule.id, "error", f'hangs on "{one.id}", a tone of voice, which is evidence and never fatal'
    for name in sorted(ids(parse(rule.when)) - set(known)):
        meant = nearest(name, known)
        hint = f'; did you mean "{meant}"?' if meant else ""
        yield rule.id, "error", f'"when" names the rule "{name}", which is not there{hint}'


def _only_at_the_end(rule: Rule) -> bool:
    match rule:
        case Metric_():
            return rule.alert
        case Combination():
            return True
        case Forbidden():
            return rule.range.at_end
        case Required():
            return rule.within_ms is None
        case Tone():
            return rule.look == "flat"
    return rule.kind in ("name", "questions", "hangup")
