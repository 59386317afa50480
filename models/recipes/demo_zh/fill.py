"""Fill the sentence templates of `text/`: `{slot}` and `[choice|choice|]`, nested; all numbers as Chinese characters.

The sentences and slots in `text/*.txt` are this project's own. Nothing here opens a file but `load()`.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

TEXT = Path(__file__).parent / "text"
SHEETS = ("standard", "manner", "dialogue", "opening", "matters", "general", "replies")
DIGITS = "零一二三四五六七八九"
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪"
    "戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "夏侯")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国文斌辉宇浩然子轩欣怡梓涵雨晨佳琪志鹏晓东海燕春梅"
    "雪松立新俊峰小龙思远嘉豪雅婷梦瑶天佑振兴德福淑珍家乐一凡诗琪博文安琪若曦永康世杰凤兰成林庆丰少华婉清"
)
HINTS = {"张": "弓长", "李": "木子", "王": "三横", "陈": "耳东", "吴": "口天", "章": "立早", "许": "言午", "徐": "双人",
         "胡": "古月", "杨": "木易", "黄": "草头", "林": "双木", "何": "人可", "孙": "子小", "程": "禾口"}  # fmt: skip


def hanzi_number(n: int, liang: bool = False) -> str:
    """0..99,999 in Chinese characters: 205 -> 二百零五; `liang` reads a leading 2 as 两 (两百, 两千)."""
    if n < 10:
        return DIGITS[n]
    out, zero = "", False
    for power, unit in ((10000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        d, n = divmod(n, power)
        if d:
            out += ("零" if zero else "") + ("两" if liang and d == 2 and power > 10 and not out else DIGITS[d]) + unit
            zero = False
        else:
            zero = bool(out) and n > 0
    return out[1:] if out.startswith("一十") else out


def read_digits(rng: random.Random, n: int) -> str:
    """`n` random digits as they are read out; half of the readers say 幺 for 一."""
    text = "".join(rng.choice(DIGITS) for _ in range(n))
    return text.replace("一", "幺") if rng.random() < 0.5 else text


def money(rng: random.Random) -> str:
    n = rng.choice([rng.randint(1, 99), rng.randint(100, 999), rng.randint(1, 99) * 10, rng.randint(1000, 9999)])
    text = hanzi_number(n, liang=rng.random() < 0.5) + rng.choice(["块", "元", "元", "块钱"])
    if text[-1] in "块元" and rng.random() < 0.3:
        text += rng.choice("一二三四五六七八九") + ("毛" if text[-1] == "块" else "角")
    return text


def clock(rng: random.Random) -> str:
    hour = (
        hanzi_number(rng.randint(1, 12)).replace("二", "两") if rng.random() < 0.5 else hanzi_number(rng.randint(3, 23))
    )
    hour = "十二" if hour == "十两" else hour
    return (
        hour
        + "点"
        + rng.choice(["", "", "半", "半", "钟", "一刻", "左右", hanzi_number(rng.randint(2, 11) * 5) + "分"])
    )


def surname(rng: random.Random) -> str:
    """Half the time one of the twenty most common, which half of the people have."""
    if rng.random() < 0.03:
        return rng.choice(COMPOUND)
    return rng.choice(SURNAMES[:20] if rng.random() < 0.5 else SURNAMES)


def builtin(slot: str, rng: random.Random) -> str | None:
    """The slots that are made, not listed; None for a listed one."""
    match slot:
        case "surname":
            return surname(rng)
        case "name":
            return surname(rng) + "".join(rng.choice(GIVEN) for _ in range(rng.choice([1, 2, 2])))
        case "surnamehint":
            return ""
        case "digits":
            return read_digits(rng, rng.choice([3, 4, 4, 6, 6, 8, 10]))
        case "phone":
            return ("幺" if rng.random() < 0.5 else "一") + rng.choice("358379") + read_digits(rng, 9)
        case "money":
            return money(rng)
        case "num":
            return hanzi_number(rng.choice([rng.randint(1, 31), rng.randint(10, 99), rng.randint(100, 999)]))
        case "smallnum":
            return rng.choice("一两三四五六七八九十")
        case "month":
            return hanzi_number(rng.randint(1, 12)) + "月"
        case "date":
            return hanzi_number(rng.randint(1, 12)) + "月" + hanzi_number(rng.randint(1, 31)) + rng.choice("号号日")
        case "clock":
            return clock(rng)
        case "agent":
            return agent(rng)
    return None


def agent(rng: random.Random) -> str:
    number = read_digits(rng, rng.choice([2, 3, 4, 4, 4, 5]))
    name = surname(rng) + rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.6 else "")
    return rng.choice([number, number, number + "号", number + "号", name, "小" + rng.choice(SURNAMES)])


@cache
def load() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(slots, sheets): the listed slots and the template lines of every sheet."""
    slots: dict[str, list[str]] = {}
    for name in ("slots", "slots2", "slots3"):
        for line in lines(name):
            key, _, values = line.partition(" = ")
            slots[key] = values.split("|")
    slots["clause"] = lines("clauses")
    return slots, {sheet: lines(sheet) for sheet in SHEETS}


def lines(name: str) -> list[str]:
    raw = (TEXT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in raw if line.strip() and not line.startswith("#")]


def fill(template: str, rng: random.Random) -> str:
    """One random sentence of a template."""
    slots, _ = load()
    text = template
    if "{surnamehint}" in text:
        family = rng.choice(sorted(HINTS))
        text = text.replace("{surnamehint}", HINTS[family]).replace("{surname}", family)
    while "[" in text:
        text = re.sub(r"\[([^\[\]]*)\]", lambda m: rng.choice(m[1].split("|")), text)
    for _ in range(12):
        if "{" not in text:
            break
        text = re.sub(r"\{(\w+)\}", lambda m: slot_value(m[1], rng, slots), text)
        while "[" in text:
            text = re.sub(r"\[([^\[\]]*)\]", lambda m: rng.choice(m[1].split("|")), text)
    return text


def slot_value(name: str, rng: random.Random, slots: dict[str, list[str]]) -> str:
    made = builtin(name, rng)
    return made if made is not None else rng.choice(slots[name])
