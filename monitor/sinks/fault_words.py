"""Whose fault it is, as people say it: Chinese and English, with the counts it rests on."""

from __future__ import annotations

from typing import Literal

from monitor.fault import Dimension, Finding, Problem

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, Lang] = ("zh", "en")
PROBLEM: dict[Problem, tuple[str, str]] = {
    "low_volume": ("音量低", "low volume"),
    "noise": ("杂音大", "noise"),
    "clipping": ("削波失真", "clipping"),
    "dropout": ("断续", "drop-outs"),
}
DIMENSION: dict[Dimension, tuple[str, str]] = {
    "trunk": ("中继", "trunk"),
    "line": ("线路", "line"),
    "seat": ("座席", "seat"),
    "agent_id": ("客服", "agent"),
    "customer": ("客户", "customer"),
}
SIDE = {"agent": ("客服侧", "agent's side"), "customer": ("客户侧", "customer's side")}
VERDICT: dict[str, tuple[str, str]] = {
    "trunk": ("中继 {0}", "trunk {0}"),
    "line": ("线路 {0}", "line {0}"),
    "seat": ("座席 {0} 的耳麦或话机", "the headset or telephone of seat {0}"),
    "agent_id": ("客服 {0} 本人（不在座席设备）", "agent {0} in person (not the seat)"),
    "customer": ("客户 {0} 的电话", "the telephone of customer {0}"),
    "agent_or_seat": (
        "客服 {0} 本人或其耳麦，无法区分：请与他人换座席再看",
        "agent {0} or the headset, which cannot be told apart: let somebody change seats",
    ),
    "everywhere": ("到处如此：先查录音增益与交换机", "everywhere: look at recording gain and the exchange first"),
    "single_calls": ("个别通话，与线路、设备无关", "single calls; neither line nor equipment"),
    "too_few_calls": ("通话太少，不能判断", "too few calls to tell"),
}


def problem(finding: Finding, lang: Lang) -> str:
    """What is wrong: 客服侧音量低."""
    which = lang == "en"
    side, name = SIDE[finding.channel][which], PROBLEM[finding.problem][which]
    return f"{name}, {side}" if which else f"{side}{name}"


def verdict(finding: Finding, lang: Lang) -> str:
    """Whose fault it is."""
    return VERDICT[finding.verdict][lang == "en"].format(finding.subject)


def evidence(finding: Finding, lang: Lang) -> str:
    """The counts: 12 of 14 calls here, 3 of 80 elsewhere; over 4 agents."""
    which = lang == "en"
    here = (f"{finding.calls} 通中 {finding.bad} 通", f"{finding.bad} of {finding.calls} calls")[which]
    parts = [here]
    if finding.rest_calls:
        others = (f"其余 {finding.rest_calls} 通中 {finding.rest_bad} 通",
                  f"{finding.rest_bad} of {finding.rest_calls} elsewhere")  # fmt: skip
        parts.append(others[which])
    if finding.across:
        names = [f"{count} {_plural(name, count) if which else DIMENSION[name][0]}" for name, count in finding.across]
        parts.append(("over " if which else "涉及 ") + ("、", ", ")[which].join(names))
    return ("；", "; ")[which].join(parts)


def _plural(name: Dimension, count: int) -> str:
    return DIMENSION[name][1] + ("" if count == 1 else "s")
