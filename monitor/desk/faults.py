"""What GET /api/lines answers: figures of every line, seat … and whose fault what is wrong is, in words too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from monitor.fault import DIMENSIONS, FaultSettings, Finding, Measured, figures, findings
from monitor.sinks import fault_words


def answer(measured: Sequence[Measured], settings: FaultSettings) -> dict[str, Any]:
    """calls: how many it rests on. limits: from when on a call counts as bad. figures: by trunk, line, seat, agent_id,
    customer. findings: the plainest first."""
    return {
        "calls": len({one.call_id for one in measured}),
        "limits": settings.model_dump(),
        "figures": {by: [asdict(row) for row in figures(measured, by, settings)] for by in DIMENSIONS},
        "findings": [_told(found) for found in findings(measured, settings)],
    }


def _told(found: Finding) -> dict[str, Any]:
    says = {
        "problem": fault_words.problem, "verdict": fault_words.verdict, "evidence": fault_words.evidence
    }  # fmt: skip
    words = {lang: {name: say(found, lang) for name, say in says.items()} for lang in fault_words.LANGS}
    return asdict(found) | {"across": dict(found.across), "words": words}
