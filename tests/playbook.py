"""Tests written as calls on a time line (syntax: monitor/compliance/story.py), played at any delay and any step."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from monitor.compliance.engine import Engine
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.story import Story
from monitor.core.events import AlertRaised, Event, PromptCleared, PromptShown, Score, ScriptStep
from monitor.core.types import CallInfo

RULES = Path(__file__).parents[1] / "rules"
CLAUSE = 'clause = { document = "000", passage = "x" }'


def packs(*names: str, **choices: Any) -> Rulebook:
    """The shipped packs, all or by name."""
    files = [path for path in sorted(RULES.glob("*.toml")) if not names or path.stem in names]
    return Rulebook.parse([(path.name, path.read_text("utf-8")) for path in files], **choices)


def book(*rules: str, **choices: Any) -> Rulebook:
    """A rulebook of `[[rule]]` bodies; what every rule needs (title, clause) is filled in where it is left out."""
    text = []
    for number, rule in enumerate(rules):
        filled = "" if re.search(r"(?m)^id =", rule) else f'id = "r{number}"\n'
        filled += f'title = "Rule {number}"\n{CLAUSE}\n'
        text.append(f"[[rule]]\n{filled}{rule}")
    return Rulebook.parse([("test.toml", "\n".join(text))], **choices)


def play(
    rulebook: Rulebook,
    text: str,
    delay_ms: Callable[[int], int] | Sequence[int] = (),
    step_ms: int | None = None,
    **info: Any,
) -> list[Event]:
    """Everything the rules say of a story. delay_ms: the recogniser's for each line. step_ms: `advance` that often."""
    story = Story.read(text)
    delays = delay_ms if callable(delay_ms) else lambda number: [*delay_ms, *[800] * 1000][number]
    engine = Engine(rulebook, CallInfo(call_id="call", source="test", **info))
    out: list[Event] = []
    now_ms = 0
    for heard_ms, event in story.facts(delays):
        while step_ms and now_ms + step_ms < heard_ms:
            now_ms += step_ms
            out += engine.advance(now_ms)
        out += engine.push(event)
        if step_ms:
            now_ms = max(now_ms, heard_ms)
            out += engine.advance(heard_ms)
    while step_ms and now_ms + step_ms < story.end_ms:
        now_ms += step_ms
        out += engine.advance(now_ms)
    out += engine.advance(story.end_ms)
    return out + engine.finish(story.end_ms)


def alerts(events: Sequence[Event]) -> list[tuple[str, int, int, str]]:
    """(rule, start, end, verdict) of every alert raised, in order of start."""
    raised = [one.body for one in events if type(one.body) is AlertRaised]
    return sorted((one.rule_id, one.start_ms, one.end_ms, one.verdict) for one in raised)


def fired(events: Sequence[Event]) -> list[str]:
    return [rule_id for rule_id, *_ in alerts(events)]


def quotes(events: Sequence[Event]) -> list[str]:
    return [proof.quote for one in events if type(one.body) is AlertRaised for proof in one.body.evidence]


def steps(events: Sequence[Event], rule_id: str = "") -> list[tuple[str, str]]:
    found = [one.body for one in events if isinstance(one.body, ScriptStep)]
    return [(one.step, one.verdict) for one in found if not rule_id or one.rule_id == rule_id]


def prompts(events: Sequence[Event], rule_id: str = "") -> list[tuple[int, str, int | None]]:
    """(at, text, countdown) of every prompt shown; text "" where one was cleared."""
    out: list[tuple[int, str, int | None]] = []
    for one in events:
        body = one.body
        if isinstance(body, PromptShown | PromptCleared) and (not rule_id or body.rule_id == rule_id):
            shown = isinstance(body, PromptShown)
            out.append((one.at_ms, body.text if shown else "", body.countdown_ms if shown else None))
    return out


def score(events: Sequence[Event]) -> Score:
    return next(one.body for one in events if isinstance(one.body, Score))


def findings(events: Sequence[Event]) -> list[str]:
    """What must not depend on delays and steps: alerts (all of their life), steps, score."""
    kept = [one for one in events if isinstance(one.body, AlertRaised | ScriptStep | Score)]
    return sorted(f"{one.at_ms} {one.type} {one.channel} {one.body.model_dump_json()}" for one in kept)
