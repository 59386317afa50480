"""The score of one call.

Every call starts from 100. A rule that was violated adds its points (a deduction is negative) once, however often it
was violated. A rule that could not be judged leaves numerator and base: its possible deduction is taken off both, so
`base` is 100 less the deductions nobody could have earned, and `total` is base plus the points of what was violated,
not below 0. A fatal rule violated for certain (evidence exact, or none needed) makes the total 0. A dimension is the
same sum over its own rules, as a share of its own base: 100 times (base + points) / base. Rules that did not apply
(no silent call, no complaint) count as kept.

Words cost once: a forbidden rule of which every alert quotes mostly words that a graver one quotes too stays among the
items, with no points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from monitor.compliance.rule import Rule
from monitor.compliance.runner import MOST_QUOTES, CallMemory
from monitor.compliance.words import merged, without
from monitor.core.events import DIMENSIONS, Score, ScoreItem
from monitor.core.types import SEVERITIES

FULL = 100.0


def score(rules: Iterable[Rule], memory: CallMemory) -> Score:
    """Reads what the rules of a call found. Rules with no points and not fatal are left out of the items."""
    known = list(rules)
    paid = _paid_for(known, memory)
    items, open_rules = [], []
    for rule in known:
        if rule.id in memory.violations:
            if rule.points or rule.fatal:
                _, alert_id, certain = memory.first_alert[rule.id]
                fatal_here = rule.fatal and certain
                points = 0.0 if rule.id in paid else rule.points
                items.append(ScoreItem(rule_id=rule.id, points=points, fatal=fatal_here, alert_id=alert_id))
        elif rule.id in memory.not_judged and rule.id not in memory.passed and _counts(rule):
            open_rules.append(rule)
    by_id = {rule.id: rule for rule in known}
    fatal = {by_id[item.rule_id].dimension for item in items if item.fatal}
    base = _base(open_rules)
    total = 0.0 if fatal else max(0.0, base + sum(item.points for item in items))
    dimensions = {}
    for dimension in DIMENSIONS:
        own_base = _base(rule for rule in open_rules if rule.dimension == dimension)
        points = sum(item.points for item in items if by_id[item.rule_id].dimension == dimension)
        share = FULL * max(0.0, own_base + points) / own_base if own_base else 0.0
        dimensions[dimension] = 0.0 if dimension in fatal else round(share, 2)
    return Score(
        total=round(total, 2),
        base=round(base, 2),
        dimensions=dimensions,
        items=tuple(items),
        not_judged=tuple(rule.id for rule in open_rules),
    )


def _paid_for(rules: Iterable[Rule], memory: CallMemory) -> set[str]:
    """Rules whose every alert quotes words that a graver rule, by points and then by severity, is charged for."""
    paid: set[str] = set()
    charged: dict[str, list[tuple[int, int]]] = defaultdict(list)
    quoting = [rule for rule in rules if rule.id in memory.quotes and (rule.points < 0 or rule.fatal)]
    for rule in sorted(quoting, key=lambda one: (one.points, -SEVERITIES.index(one.severity), one.id)):
        quotes = memory.quotes[rule.id]
        all_known = memory.violations[rule.id] < MOST_QUOTES
        if all_known and not rule.fatal and all(_within(spans, charged[side]) for side, spans in quotes):
            paid.add(rule.id)
            continue
        for side, spans in quotes:
            charged[side] = merged([*charged[side], *spans])
    return paid


def _within(spans: Sequence[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    """Whether at least half of this time is others' too."""
    mine = merged(list(spans))
    alone = [piece for span in mine for piece in without(span, others)]
    return 2 * _length(alone) <= _length(mine) > 0


def _length(spans: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _counts(rule: Rule) -> bool:
    """Rules that only inform are no part of the score, judged or not."""
    return bool(rule.points) or rule.fatal or rule.severity != "info"


def _base(not_judged: Iterable[Rule]) -> float:
    return max(0.0, FULL + sum(min(0.0, rule.points) for rule in not_judged))
