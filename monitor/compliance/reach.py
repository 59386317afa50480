"""Rules that no call can ever bring to an alert, or that every call does: what `rules check` warns of.

What states of the line there are follows the detectors (monitor/signal): only low volume and noise have levels, only
silence and music are said of both channels together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypeVar

from pydantic import BaseModel

from monitor.compliance.anchor import LineState
from monitor.compliance.combination import Combination, holds, ids, parse
from monitor.compliance.condition import Condition
from monitor.compliance.forbidden import Forbidden
from monitor.compliance.metric import Metric_
from monitor.compliance.phrases import Segment, compiled
from monitor.compliance.rule import Rule, Wording

_WITH_LEVELS = frozenset(("low_volume", "noise"))
_WITH_CAUSES = frozenset(("silence", "one_way"))
_OF_BOTH = frozenset(("silence", "music"))
_KINDS = {
    "noise": frozenset(("hiss", "hum", "babble", "traffic", "crackle")),
    "tone": frozenset(("ring-back", "busy", "dtmf")),
    "clipping": frozenset(("hard", "soft")),
    "music": frozenset(("hold",)),
}
_MOST_NAMES = 10
_Table = TypeVar("_Table", bound=BaseModel)


def unreachable(rule: Rule) -> Iterator[str]:
    """Why it can never fire (or always does); nothing where it can."""
    for state in parts(rule, LineState):
        yield from _no_such_state(state)
    for wording in parts(rule, Wording):
        yield from _taken_away((*wording.phrases, *wording.exact), wording.none_of, "none_of")
    match rule:
        case Forbidden():
            yield from _taken_away((*rule.words.phrases, *rule.words.exact), rule.unless, "unless")
            yield from _too_few_sentences(rule)
        case Combination():
            yield from _settled(rule)
        case Metric_():
            yield from _limits(rule)
        case Condition(part="opening", near=near) if near and near.channel == "customer" and not near.words.empty:
            yield 'can never fire: in the "opening" the customer has not been heard, and "near" waits for their words'


def parts(model: BaseModel, kind: type[_Table]) -> Iterator[_Table]:
    """Every table of this type inside a rule."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, kind):
                yield one
            elif isinstance(one, BaseModel):
                yield from parts(one, kind)


def _no_such_state(state: LineState) -> Iterator[str]:
    name = state.condition
    if state.channel == "both" and name not in _OF_BOTH:
        yield f'can never fire: {name} is said of one channel, never of "both"'
    if state.levels and name not in _WITH_LEVELS:
        yield f"can never fire: {name} has no levels; only {' and '.join(sorted(_WITH_LEVELS))} have"
    if state.causes and name not in _WITH_CAUSES and name != "dropout":
        yield f"can never fire: {name} has no causes"
    known = _KINDS.get(name, frozenset())
    if state.kinds and not known & set(state.kinds):
        yield f"can never fire: kinds of {name} are {', '.join(sorted(known)) or 'not told apart'}"


def _taken_away(phrases: tuple[str, ...], by: tuple[str, ...], key: str) -> Iterator[str]:
    harmless = [way.chars for phrase in by for form in compiled(phrase) for way in form.wholes]
    for phrase in phrases if harmless else ():
        if all(any(_within(segment, harmless) for segment in form.segments) for form in compiled(phrase)):
            yield f'「{phrase}」 can never count: "{key}" takes every form of it away'


def _within(segment: Segment, harmless: list[str]) -> bool:
    return all(any(one in way.chars for one in harmless) for way in segment.ways)


def _too_few_sentences(rule: Forbidden) -> Iterator[str]:
    last, first = rule.range.first_sentences, rule.range.from_sentence or 1
    if last is not None and last - first + 1 < rule.times:
        yield f"can never fire: {rule.times} times do not fit in {last - first + 1} sentences"


def _settled(rule: Combination) -> Iterator[str]:
    tree = parse(rule.when)
    names = sorted(ids(tree))
    if len(names) > _MOST_NAMES:
        return
    outcomes = {
        bool(holds(tree, dict(zip(names, values, strict=True)))) for values in product((True, False), repeat=len(names))
    }
    if len(outcomes) == 1:
        yield f'"when" is {"true of every call" if True in outcomes else "never true"}, whatever its rules find'


def _limits(rule: Metric_) -> Iterator[str]:
    low, high = rule.low, rule.high
    if low is not None and high is not None and low > high:
        yield f"every figure is outside: low is {low:g} and high is {high:g}"
    most = 100 if rule.measure == "talk_share" else None
    if rule.alert and (low is None or low <= 0) and (high is None or (most is not None and high >= most)):
        yield "can never fire: no figure lies outside its limits"
