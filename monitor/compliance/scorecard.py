"""The score of one call.

Every call starts from 100. A rule that was violated adds its points (a deduction is negative) once, however often it
was violated. A rule that could not be judged leaves numerator and base: its possible deduction is taken off both, so
`base` is 100 less the deductions nobody could have earned, and `total` is base plus the points of what was violated,
not below 0. A fatal rule violated for certain (evidence exact, or none needed) makes the total 0. A dimension is the
same sum over its own rules, as a share of its own base: 100 times (base + points) / base. Rules that did not apply
(no silent call, no complaint) count as kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.compliance.rule import Rule
from monitor.compliance.runner import CallMemory
from monitor.core.events import DIMENSIONS, Score, ScoreItem

FULL = 100.0


def score(rules: Iterable[Rule], memory: CallMemory) -> Score:
    """Reads what the rules of a call found. Rules with no points and not fatal are left out of the items."""
    known = list(rules)
    items, open_rules = [], []
    for rule in known:
        if rule.id in memory.violations:
            if rule.points or rule.fatal:
                _, alert_id, certain = memory.first_alert[rule.id]
                fatal_here = rule.fatal and certain
                items.append(ScoreItem(rule_id=rule.id, points=rule.points, fatal=fatal_here, alert_id=alert_id))
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


def _counts(rule: Rule) -> bool:
    """Rules that only inform are no part of the score, judged or not."""
    return bool(rule.points) or rule.fatal or rule.severity != "info"


def _base(not_judged: Iterable[Rule]) -> float:
    return max(0.0, FULL + sum(min(0.0, rule.points) for rule in not_judged))
