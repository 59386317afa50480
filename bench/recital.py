"""Mandarin for the set `upland`, put together of the syllables that a woman recorded for the package `cnchar-data`.

Each syllable is hers in its tone, of what a telephone takes of it, without the hiss before and after. They are said as
one says a word to a learner; here they are had shorter without a change of pitch, evened, and put one after the other
so that they run into each other as in speech: tones give way to each other (pypinyin says how), lips that close make a
short stop, a phrase falls towards its end and its last syllable is long. Paces and throats differ, so that one woman
has seven voices, the largest of which is as low as that of a man who speaks high. It stays heard that every syllable
was said by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import soxr
from pypinyin import Style, lazy_pinyin

from bench import told
from bench.registries import lies, missing
from bench.syllables import shorter
from tests import tapes
from tests.tapes import Signal

PACKAGE = "cnchar-data"
_RATE, _DBOV, _FRAME = told.RATE, told.DBOV, 40
# some files have no sound in them
_EMPTY_BYTES = 400
# a syllable is what comes this near to its loudest; its own hiss is further under it
_EDGE_DB = 17.0
_STOPS = ("b", "p", "d", "t", "g", "k", "j", "q", "zh", "ch", "z", "c")
_NEUTRAL, _NEUTRAL_DB, _NEUTRAL_LASTS, _LAST_LASTS = "5", -2.5, 0.7, 1.25
# nobody can be hurried more than so much and be herself
_SHORTEST = 0.3
_EVENED, _FALLS, _FALLS_DB = 0.6, 0.12, -3.5
_OVERLAP = 130


@dataclass(frozen=True)
class Voice:
    """ms: how long most syllables last. smaller: than her throat, in pitch too."""

    ms: int
    smaller: float


VOICES = (
    Voice(210, 1.0), Voice(190, 0.95), Voice(230, 0.9), Voice(205, 0.85), Voice(195, 0.8), Voice(220, 0.75),
    Voice(215, 0.7),
)  # fmt: skip
# a comma is a breath that a sentence goes on after
PHRASES = (
    "喂您好，请问是售后服务吗",
    "我昨天下午给你们打过电话，到现在没有人回",
    "麻烦您报一下收件人的姓名和电话",
    "我姓王，电话是一三八零零五四六二七九",
    "我查到了，您的快件今天上午已经到站",
    "那为什么没有人给我送过来呢",
    "可能是地址写得不够清楚，我帮您核对一下",
    "是和平小区三号楼二单元六零一",
    "好的我记下来了，我现在就通知他们",
    "大概什么时候能送到，我五点要出门",
    "今天之内一定给您送到，您放心",
    "我们店里的机器打不出小票了",
    "您先把电源关掉，等一分钟再打开",
    "还是不行，屏幕上写的是没有纸",
    "请您打开上面的盖子，看一下有没有卡住",
    "我上个月的水费好像多算了一次",
    "您的户号后面四位是多少",
    "账上多出来的八十六块钱会退给您",
    "以后这个号码可以直接找到你们吗",
    "可以，每天早上八点到晚上十点都有人",
    "我想给我妈妈换一个便宜一点的套餐",
    "这个套餐每个月只要十九块，流量是五个",
    "如果打电话比较多，可以选另外一个",
    "没有别的问题了，谢谢你",
    "不客气，祝您生活愉快，再见",
)
_EACH = 12


def recited(voice: Voice, number: int) -> Signal:
    """What this voice says, a pause after each phrase; number: which phrases, and how they are said."""
    random = np.random.default_rng(2600 + number)
    chosen = [PHRASES[(number * 7 + k) % len(PHRASES)] for k in range(_EACH)]
    return told.joined([_phrase(text, voice, random) for text in chosen])


def spelled(text: str) -> list[str]:
    """Its syllables with the number of their tone, as the files are called, and its commas."""
    return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=True, tone_sandhi=True)


def _phrase(text: str, voice: Voice, random: np.random.Generator) -> Signal:
    syllables = spelled(text)
    out, end = np.zeros(_RATE * len(syllables)), 0
    for number, (syllable, follows) in enumerate(pairwise([*syllables, "，"])):
        if syllable == "，":
            end += int(_RATE * random.uniform(0.1, 0.22))
            continue
        place, neutral = number / len(syllables), syllable.endswith(_NEUTRAL)
        asked = voice.ms * random.uniform(0.85, 1.15)
        asked *= _NEUTRAL_LASTS if neutral else _LAST_LASTS if follows == "，" else 1
        higher = (1 + _FALLS * (0.5 - place)) * random.uniform(0.98, 1.02)
        sound = soxr.resample(recorded(syllable, voice.smaller), _RATE * higher, _RATE)
        sound = shorter(sound, max(asked * _RATE / 1000 / len(sound), _SHORTEST))
        db = _EVENED * (_DBOV - tapes.level(sound)) + _FALLS_DB * place + (_NEUTRAL_DB if neutral else 0)
        sound *= 10 ** (db / 20) * np.minimum(1, np.arange(len(sound)) / 30)
        sound *= np.minimum(1, np.arange(len(sound))[::-1] / min(_OVERLAP, len(sound) // 3))
        stop = syllable.startswith(_STOPS) or end == 0
        at = end + int(_RATE * random.uniform(0, 0.025)) if stop else max(end - _OVERLAP, 0)
        out[at : at + len(sound)] += sound
        end = at + len(sound)
    return tapes.band(out[:end])


@lru_cache(maxsize=2048)
def recorded(syllable: str, smaller: float) -> Signal:
    """A syllable from its first sound to its last, at -26 dBov; in another tone where that one was not recorded."""
    folder, base = lies(PACKAGE), syllable.rstrip("12345")
    for name in (syllable, *(base + tone for tone in "41325")):
        path = folder / f"{name}.mp3"
        if path.exists() and path.stat().st_size > _EMPTY_BYTES:
            break
    else:
        raise missing(folder / f"{syllable}.mp3")
    sound = tapes.band(tapes.recorded(path, round(_RATE / smaller)))
    return tapes.at_level(told.sounding(sound, _EDGE_DB, _FRAME), _DBOV)
