"""What examples cannot show: rules that overlap, that can never fire, that name others that are not there, and rules
that are judged only when the call is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from monitor.compliance.combination import Combination, ids, parse
from monitor.compliance.forbidden import Forbidden
from monitor.compliance.level import Level
from monitor.compliance.metric import Metric_
from monitor.compliance.phrases import compiled, listen
from monitor.compliance.reach import unreachable
from monitor.compliance.required import Required
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.sequence import Sequence_
from monitor.compliance.tone import Tone
from monitor.core.mistakes import nearest
from monitor.signal.groups import fits

Weight = Literal["error", "warning", "note"]
Remark = tuple[str, Weight, str]
"""rule id, level, what"""


def remarks(rulebook: Rulebook) -> Iterator[Remark]:
    yield from _overlaps(rulebook)
    for rule in rulebook.rules:
        for why in unreachable(rule):
            yield rule.id, "warning", why
        if isinstance(rule, Combination):
            yield from _named_rules(rule, rulebook)
        if _only_at_the_end(rule):
            yield rule.id, "note", "is judged only when the call is over, so it cannot alert while it runs"


def _overlaps(rulebook: Rulebook) -> Iterator[Remark]:
    """Forbidden rules that can be in force in the same call: a form that both hold, and a form of one in which the
    other hears one of its own, so that whoever says the longer is charged twice."""
    rules = [rule for rule in rulebook.rules if isinstance(rule, Forbidden)]
    same: set[frozenset[str]] = set()
    first: dict[tuple[str, str], Forbidden] = {}
    for rule, form in _wholes(rules):
        other = first.setdefault((rule.channel, form), rule)
        pair = frozenset((rule.id, other.id))
        if len(pair) == 2 and pair not in same and _may_meet(rule, other):
            same.add(pair)
            yield rule.id, "warning", f'overlaps with "{other.id}": both hold 「{form}」'
    inside: set[tuple[str, str]] = set()
    for rule, form in _wholes(rules):
        for hit in rulebook.find(rule.channel, listen(form)):
            name, key = rulebook.owner(hit.owner)
            heard = rulebook.rule(name)
            if (rule.id, name) in inside or frozenset((rule.id, name)) in same or heard is rule:
                continue
            if isinstance(heard, Forbidden) and key[0] == "words" and hit.score == 100 and _may_meet(rule, heard):
                inside.add((rule.id, name))
                inner = form[hit.start : hit.end]
                yield rule.id, "note", f'overlaps with "{name}", which hears 「{inner}」 in 「{form}」'


def _wholes(rules: Sequence[Forbidden]) -> Iterator[tuple[Forbidden, str]]:
    """Every form without a gap that is enough to raise an alert."""
    for rule in rules:
        for phrase in (*rule.words.phrases, *rule.words.exact) if not rule.words.all_of else ():
            for form in compiled(phrase):
                for way in form.wholes:
                    yield rule, way.chars


def _may_meet(one: Rule, other: Rule) -> bool:
    a, b = one.scope, other.scope
    names = ((a.teams, b.teams), (a.groups, b.groups), (a.languages, b.languages), (a.directions, b.directions))
    patterns = ((a.lines, b.lines), (a.trunks, b.trunks))
    return all(not x or not y or set(x) & set(y) for x, y in names) and all(
        not x or not y or any(fits(each, y) for each in x) or any(fits(each, x) for each in y) for x, y in patterns
    )


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
        case Sequence_():
            return rule.within_ms is None and rule.within_turns is None
        case Tone():
            return rule.look == "flat"
    return rule.kind in ("name", "questions", "hangup")
