"""What the machine has to say of itself, as people say it: Chinese and English.

The pages have the same sentences in `desk/pages/static/i18n.js`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.core.events import NOTICES, NoticeCode
from monitor.core.events.system import fill
from monitor.sinks.report.words import Lang, lost

MOST_NAMES = 5

CHINESE: dict[NoticeCode, str] = {
    "call_not_admitted": "识别已满：通话 {call} 只监测线路，不转写",
    "calls_let_go": "识别跟不上：{count} 路通话只监测线路，暂不转写（{calls}）",
    "calls_back": "{count} 路通话恢复转写（{calls}）",
    "segments_lost": "{count} 段话未能转写，最近一段的原因：{reason}",
    "recogniser_fails": "识别器连续出错，{count} 段话未能转写",
    "segments_wait": "识别滞后：语音段已等待 {wait_ms} ms",
    "recogniser_back": "识别已跟上",
    "store_stalled": "存储 {store} 已 {after_ms} ms 没有响应，告警照常推送",
    "store_fails": "暂时无法入库，告警照常推送：{why}",
    "store_refuses": "有一通电话的部分记录未能入库：{why}",
    "store_back": "存储 {store} 已恢复",
    "rules_kept": "规则未能重新加载，仍用上一版：{why}",
    "source_stopped": "线路来源 {source} 已停止，不再接入通话：{why}",
    "calls_fail": "处理通话出错 {count} 次（{why}），以下通话的结果不完整：{calls}",
    "turns_fail": "监测程序出错 {count} 次（{why}），当时的内容可能遗漏",
}


def told(body: Mapping[str, Any], lang: Lang) -> str:
    """The sentence of a notice's body; its own message where the code is not known here."""
    code = body.get("code")
    if code not in NOTICES:
        return str(body["message"])
    sentence = NOTICES[code][1] if lang == "en" else CHINESE[code]
    return fill(sentence, {name: _shown(name, value, lang) for name, value in body["params"].items()})


def _shown(name: str, value: str | int | list[str], lang: Lang) -> str | int | list[str]:
    if isinstance(value, list):
        return [*value[:MOST_NAMES], "…"] if len(value) > MOST_NAMES else value
    return lost(value, lang) if name == "reason" and isinstance(value, str) else value
