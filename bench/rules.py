"""What a large rulebook costs: 2,000 rules with 10,000 phrases on 1,000 calls at once, one core.

Figures: the cost of one utterance (matching by characters, sounds and edits, and everything the rules then do), of one
frame of time (`advance`), of building the rulebook, and of holding a call. Against, in the same run: the same phrases
as one plain regular expression for each rule, which finds equal characters only. CPU time, so that other work on the
machine does not count.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

from bench import homophones
from bench.rows import Row, row, show
from monitor.compliance.engine import Engine
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import CallAnswered, Event, SpeechEnded, SpeechStarted, Utterance
from monitor.core.types import CallInfo, Channel
from monitor.speech.pinyin import alike, syllable

PACKS = Path(__file__).parents[1] / "rules"
RULES, PHRASES, CALLS, UTTERANCES = 2000, 5, 1000, 10
# of service calls; phrases and utterances are drawn from the same words, so that pieces of phrases occur all the time
WORDS = """
您好 请问 什么 可以 帮助 您 我们 公司 客户 服务 热线 对不起 电话 声音 太小 换
一部 再次 打来 好吗 再见 问题 处理 投诉 话费 套餐 宽带 账单 流量 办理 业务 查询
核实 师傅 上门 安装 维修 退款 到账 时间 地址 号码 手机 身份 信息 确认 登记 反馈
回复 稍等 马上 已经 现在 明天 工作日 小时 之内 保证 绝对 不可能 没有 办法 规定
就是 这样 为什么 怎么 知道 不知道 不是 我的 责任 部门 转接 经理 领导 优惠 活动
价格 便宜 质量 产品 说明书 网络 信号 断线 速度 很慢 着急 理解 心情 抱歉 感谢
来电 祝您 生活 愉快 需要 其他 帮忙
""".split()  # noqa: SIM905


def sentence(chance: random.Random, least: int, most: int) -> str:
    text = ""
    wanted = chance.randint(least, most)
    while len(text) < wanted:
        text += chance.choice(WORDS)
    return text


def pack(chance: random.Random, rules: int, phrases: int) -> tuple[str, list[list[str]]]:
    """Nine rules of ten forbid, the tenth wants an answer; all with `phrases` phrases."""
    lines, wordings = [], []
    for number in range(rules):
        said = [sentence(chance, 4, 14) for _ in range(phrases)]
        wordings.append(said)
        quoted = ", ".join(f'"{one}"' for one in said)
        lines.append(
            f'[[rule]]\nid = "r{number}"\ntitle = "r{number}"\nclause = {{ document = "bench", passage = "bench" }}'
        )
        if number % 10:
            lines.append(f'kind = "forbidden"\nwords = {{ phrases = [{quoted}] }}')
        else:
            anchor = sentence(chance, 4, 8)
            lines.append(
                f'kind = "response"\nwithin_turns = 2\nafter = {{ words = {{ phrases = ["{anchor}"] }} }}\n'
                f"words = {{ phrases = [{quoted}] }}"
            )
    return "\n".join(lines), wordings


def speech(chance: random.Random, wordings: Sequence[Sequence[str]], count: int) -> list[str]:
    """Every tenth utterance holds a rule's phrase, half of these with a homophone in it."""
    by_sound: dict[str, list[str]] = {}
    for char in dict.fromkeys("".join(WORDS)):
        by_sound.setdefault(alike(syllable(char)), []).append(char)
    out = []
    for number in range(count):
        text = sentence(chance, 6, 40)
        if number % 10 == 0:
            phrase = list(chance.choice(chance.choice(wordings)))
            if number % 20 == 0:
                at = chance.randrange(len(phrase))
                phrase[at] = chance.choice(by_sound[alike(syllable(phrase[at]))])
            text += "".join(phrase)
        out.append(text)
    return out


def facts(text: str, number: int, channel: Channel) -> tuple[Event, Event, Event]:
    start_ms = number * 5000
    end_ms = start_ms + 4000
    body = Utterance(segment_id=str(number), start_ms=start_ms, end_ms=end_ms, text=text, voiced_ms=4000)
    return (
        Event(start_ms + 100, channel, SpeechStarted(since_ms=start_ms)),
        Event(end_ms + 300, channel, SpeechEnded(since_ms=start_ms, end_ms=end_ms)),
        Event(end_ms, channel, body),
    )


def run(rules: int = RULES, phrases: int = PHRASES, calls: int = CALLS, utterances: int = UTTERANCES) -> list[Row]:
    chance = random.Random(20)
    text, wordings = pack(chance, rules, phrases)
    began = time.process_time()
    book = Rulebook.parse([("bench.toml", text)])
    build_s = time.process_time() - began
    said = speech(chance, wordings, calls * utterances)
    tracemalloc.start()
    engines = [Engine(book, CallInfo(call_id=str(number), source="bench")) for number in range(calls)]
    for engine in engines:
        engine.push(Event(0, None, CallAnswered(inferred=True)))
    held = tracemalloc.get_traced_memory()[0] / calls
    tracemalloc.stop()

    costs: list[float] = []
    findings = 0
    for turn in range(utterances):
        for number, engine in enumerate(engines):
            channel: Channel = "agent" if turn % 3 else "customer"
            started, ended, utterance = facts(said[turn * calls + number], turn, channel)
            engine.push(started)
            engine.push(ended)
            began = time.process_time()
            findings += len(engine.push(utterance)) + len(engine.advance(ended.at_ms + 200))
            costs.append((time.process_time() - began) * 1000)
    frames = 50
    now_ms = utterances * 5000
    began = time.process_time()
    for frame in range(frames):
        for engine in engines:
            engine.advance(now_ms + frame * 20)
    advance_us = (time.process_time() - began) / (frames * calls) * 1e6

    plain = [re.compile("|".join(map(re.escape, one))) for one in wordings]
    sample = said[:: max(1, len(said) // 2000)]
    plain_costs = []
    for one in sample:
        began = time.process_time()
        for pattern in plain:
            pattern.search(one)
        plain_costs.append((time.process_time() - began) * 1000)

    costs.sort()
    plain_costs.sort()
    p95, plain_p95 = _p95(costs), _p95(plain_costs)
    mean, plain_mean = statistics.fmean(costs), statistics.fmean(plain_costs)
    count = len(costs)
    return [
        row("rules", "utterance_p95_ms", p95, "ms", count, "regex_per_rule", plain_p95 / p95),
        row("rules", "utterance_mean_ms", mean, "ms", count, "regex_per_rule", plain_mean / mean),
        row("rules", "utterance_p95_ms.regex_per_rule", plain_p95, "ms", len(plain_costs)),
        row("rules", "advance_us", advance_us, "us", frames * calls),
        row("rules", "rulebook_build_s", build_s, "s", rules),
        row("rules", "call_kib", held / 1024, "KiB", calls),
        row("rules", "findings", findings, "events", count),
    ]


def _p95(costs: Sequence[float]) -> float:
    return costs[min(len(costs) - 1, int(0.95 * len(costs)))]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench rules", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--phrases", type=int, default=PHRASES, help="of each rule")
    parser.add_argument("--calls", type=int, default=CALLS)
    args = parser.parse_args(argv)
    shipped = Rulebook.parse([(path.name, path.read_text("utf-8")) for path in sorted(PACKS.glob("*.toml"))])
    table = run(args.rules, args.phrases, args.calls) + homophones.rows(shipped)
    show(table, "rules: a large rulebook on many calls; the packs' phrases misheard, by syllables", args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
