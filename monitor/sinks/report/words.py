"""The words of reports, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

Lang = Literal["zh", "en"]
DEMO_MODEL = "demo-zh"

WORDS: dict[str, tuple[str, str]] = {
    "agent": ("客服", "agent"),
    "customer": ("客户", "customer"),
    "both": ("双方", "both"),
    "unknown": ("未知", "unknown"),
    "system": ("系统", "system"),
    "critical": ("致命", "critical"),
    "major": ("严重", "major"),
    "minor": ("一般", "minor"),
    "info": ("提示", "info"),
    "silence": ("静默", "silence"),
    "low_volume": ("音量低", "low volume"),
    "noise": ("噪声", "noise"),
    "talk_over": ("抢话", "talk-over"),
    "one_way": ("单通", "one-way audio"),
    "clipping": ("削波", "clipping"),
    "dropout": ("断续", "drop-out"),
    "tone": ("信号音", "tone"),
    "music": ("音乐", "music"),
    "reverberant": ("免提", "speakerphone"),
    "in_time": ("按时", "in time"),
    "early": ("过早", "early"),
    "late": ("过迟", "late"),
    "wrong_words": ("用语不符", "wrong words"),
    "said": ("规定用语", "wording"),
    "skipped": ("遗漏", "skipped"),
    "not_judged": ("未判定", "not judged"),
    "warn": ("预警", "warn"),
    "alarm": ("告警", "alarm"),
    "certain": ("确定", "certain"),
    "probable": ("可能", "probable"),
    "self_management": ("自我管理", "self-management"),
    "skill": ("工作技术", "skill"),
    "flexibility": ("灵活性", "flexibility"),
    "relationship": ("人际关系", "relationship"),
    "report": ("通话质检报告", "Call quality report"),
    "calls": ("通话", "Calls"),
    "call": ("通话", "Call"),
    "file": ("录音", "Recording"),
    "agents": ("客服人员", "Agents"),
    "teams": ("班组", "Teams"),
    "team": ("班组", "Team"),
    "rules": ("规则", "Rules"),
    "rule": ("规则", "Rule"),
    "length": ("时长", "Length"),
    "score": ("得分", "Score"),
    "mean_score": ("平均得分", "Mean score"),
    "fatal": ("一票否决", "Fatal item"),
    "alerts": ("告警", "Alerts"),
    "no_alerts": ("没有告警。", "No alerts."),
    "transcript": ("通话文字", "Transcript"),
    "timeline": ("时间线", "Timeline"),
    "conditions": ("线路状况", "Line conditions"),
    "no_conditions": ("没有线路状况。", "No line conditions."),
    "script": ("应答流程", "Script steps"),
    "step": ("步骤", "Step"),
    "verdict": ("结论", "Verdict"),
    "due": ("应在", "Due"),
    "scorecard": ("评分", "Score card"),
    "metrics": ("指标", "Metrics"),
    "usual": ("通常范围", "Usual"),
    "points": ("计分", "Points"),
    "show_all": ("展开 {} 条", "show all {}"),
    "counted": ("计分说明", "Counted"),
    "full": ("满分", "Full score"),
    "out_of_base": ("未判定，不计在内", "Not judged, left out"),
    "sum": ("合计", "Sum"),
    "least": ("最低为 0", "Not below 0"),
    "veto": ("一票否决", "makes the score 0"),
    "same_words": ("同一句话已按更重的规则计分", "the same words count under a graver rule"),
    "counted_before": ("本规则每通只计一次", "a rule counts once a call"),
    "dimension": ("维度", "Dimension"),
    "severity": ("级别", "Severity"),
    "channel": ("声道", "Channel"),
    "time": ("时间", "Time"),
    "end": ("结束", "End"),
    "value": ("数值", "Value"),
    "evidence": ("依据", "Evidence"),
    "message": ("说明", "Finding"),
    "clause": ("条款", "Clause"),
    "coverage": ("覆盖情况", "What was heard"),
    "speech": ("语音", "Speech"),
    "transcribed": ("已转写", "Transcribed"),
    "suppressed": ("已剔除", "Suppressed"),
    "lost": ("未转写", "Not transcribed"),
    "ended_by": ("挂机方", "Ended by"),
    "direction": ("方向", "Direction"),
    "inbound": ("呼入", "inbound"),
    "outbound": ("呼出", "outbound"),
    "model": ("识别模型", "Recogniser model"),
    "rules_version": ("规则版本", "Rules version"),
    "started": ("开始", "Started"),
    "failed": ("未能判定的录音", "Recordings that could not be judged"),
    "reason": ("原因", "Reason"),
    "worst_first": ("问题最多的在前", "Worst first"),
    "back": ("返回总表", "Back to the report"),
    "demo_model": (
        "本次识别使用内置演示模型，它只听得懂合成语音；真实通话的文字与用语结论不可采信。",
        "The embedded demonstration model understands synthetic speech only; for real calls its words and every "
        "finding that rests on words mean nothing.",
    ),
    "line_quality": ("线路与原因归属", "Lines, and whose fault it is"),
    "fault_problem": ("问题", "Problem"),
    "fault_verdict": ("原因", "Whose fault"),
    "no_faults": ("没有发现线路、座席或客户电话的问题。", "Nothing is wrong with any line, seat or telephone."),
    "by_trunk": ("中继", "Trunk"),
    "by_line": ("线路", "Line"),
    "by_seat": ("座席", "Seat"),
    "by_agent_id": ("客服", "Agent"),
    "by_customer": ("客户", "Customer"),
    "snr": ("信噪比", "SNR"),
    "separated": (
        "双方录在同一声道,由软件按音色分开;以下所有“客服”“客户”的判定均为推断,不是确定。",
        "Both parties were recorded in one channel and told apart by their voices; whatever is said of agent or "
        "customer here is inferred, not certain.",
    ),
    "mixed": (
        "双方录在同一声道,无法分开;需要知道是谁说话的规则一律未判定。",
        "Both parties were recorded in one channel and could not be told apart; rules that ask who speaks did not "
        "judge.",
    ),
    "made_by": ("由 linewatch 生成", "Made by linewatch"),
    "running": ("通话未结束", "The call has not ended"),
    "unheard": ("未转写", "not transcribed"),
    "refused": ("疑似识别器臆造，不计", "taken for invented, not counted"),
    "hiss": ("嘶声", "hiss"),
    "hum": ("嗡声", "hum"),
    "babble": ("人声嘈杂", "babble"),
    "traffic": ("车流声", "traffic"),
    "crackle": ("爆裂声", "crackle"),
    "ring-back": ("回铃音", "ring-back"),
    "busy": ("忙音", "busy"),
    "dtmf": ("按键音", "keys"),
    "no_media": ("没有媒体", "no media"),
    "hold": ("保持", "hold"),
}
UNITS: dict[str, tuple[str, str]] = {
    "dbov": ("dBov", "dBov"),
    "db": ("dB", "dB"),
    "percent": ("%", "%"),
    "chars/min": ("字/分", "chars/min"),
    "chars": ("字", "chars"),
    "per 100 chars": ("次/百字", "per 100 chars"),
    "times": ("次", "×"),
    "semitones": ("半音", "semitones"),
}
LOST: dict[str, tuple[str, str]] = {
    "timeout": ("识别超时", "too late"),
    "overload": ("识别过载", "overload"),
    "not_admitted": ("本路未接入识别", "this line is not transcribed"),
    "stopped": ("服务停止", "stopped"),
    "engine_error": ("识别出错", "the recogniser failed"),
    "too_long": ("语音过长", "too long"),
}
"""Why there is no text for a stretch of speech."""
SUPPRESSED: dict[str, tuple[str, str]] = {
    "loop": ("反复循环", "a loop"),
    "compression": ("重复过多", "repetition"),
    "rate_high": ("字数多于时长所能容纳", "more characters than fit the time"),
    "unfinished": ("没有写完", "unfinished"),
    "credits": ("字幕署名", "subtitle credits"),
    "farewell": ("套话结束语", "a stock farewell"),
    "no_voice": ("没有人声", "no voice"),
    "unvoiced": ("浊音太少", "hardly voiced"),
    "quiet": ("声音太弱", "too quiet"),
    "no_speech": ("识别器认为无人说话", "the recogniser heard nobody"),
    "rate_low": ("字数太少", "too few characters"),
}
"""Why a text is taken for invented (monitor/asr/guard.py)."""


def warning(model: str | None, lang: Lang) -> str:
    """What has to stand wherever words that this model heard are shown; empty for most."""
    return word("demo_model", lang) if model == DEMO_MODEL else ""


def word(key: str, lang: Lang) -> str:
    """The word for a key; the key itself where there is none, so that a new condition still shows."""
    pair = WORDS.get(key)
    return key if pair is None else pair[lang == "en"]


def lost(reason: str, lang: Lang) -> str:
    """Why there is no text; the reason itself where there is no word for it."""
    return LOST.get(reason, (reason, reason))[lang == "en"]


def suppressed(codes: Iterable[str], lang: Lang) -> str:
    """Why a text does not count, each reason once."""
    joint = "、" if lang == "zh" else ", "
    return joint.join(SUPPRESSED.get(code, (code, code))[lang == "en"] for code in codes)


def moment(utc: str) -> str:
    """2026-11-20T01:30:00.000+00:00 -> 2026-11-20 01:30 UTC; what is no time stays as it is."""
    try:
        return f"{datetime.fromisoformat(utc).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return utc


def figure(value: float | None, unit: str | None, lang: Lang) -> str:
    """A value in its unit, at one decimal: 6.5 s (of 6500 ms), -37.5 dBov; "" for none."""
    if value is None:
        return ""
    if unit == "ms":
        return f"{value / 1000:.1f} s"
    return f"{round(value, 1):g} {UNITS.get(unit or '', (unit or '',) * 2)[lang == 'en']}".strip()


def usual(low: float | None, high: float | None, unit: str, lang: Lang) -> str:
    """The range of a figure: 120–330 字/分, ≥ 2 次, ≤ 3.0 s; "" for none."""
    if low is None or high is None:
        sign, limit = ("≥", low) if high is None else ("≤", high)
        return "" if limit is None else f"{sign} {figure(limit, unit, lang)}"
    return f"{figure(low, unit, lang).split(' ')[0]}–{figure(high, unit, lang)}"


def clock(ms: int | None) -> str:
    """125400 -> 2:05.4"""
    if ms is None:
        return ""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes}:{rest // 1000:02d}.{rest % 1000 // 100}"
