"""Mandarin for the set `uptown`, put together of syllables that two people recorded for an input method (`gcin-voice`,
as Debian has it): the man who wrote it, and a woman whose trade it is.

Each syllable is theirs as it was recorded, in its tone. What makes phrases of them is little: tones beside each other
give way as they do in speech (pypinyin says how), syllables are had a little shorter where somebody took his time over
them, evened by half, run into each other or wait for a stop, and fall in pitch and strength towards the end. How fast
and from what throat they speak differs, so that two people have ten voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import soxr
from pypinyin import Style, lazy_pinyin

from bench import told
from tests import tapes
from tests.tapes import Signal

FOLDER = Path("/usr/share/gcin-voice/ogg")
MAN, WOMAN = "3", "5"
_RATE, _DBOV = told.RATE, told.DBOV
_TONES = {"ˊ": "2", "ˇ": "3", "ˋ": "4", "˙": "1"}
_NEUTRAL = "1"
# before these the mouth is shut for a moment
_STOPS = "ㄅㄆㄉㄊㄍㄎㄐㄑㄓㄔㄗㄘ"
# what lies further under a syllable's loudest is not yet it, or no longer
_EDGE_DB, _EDGE = 30, 40
# how alike syllables are made in level, how much softer and shorter a neutral one is, how long the last one
_EVENED, _NEUTRAL_DB, _NEUTRAL_LASTS, _LAST_LASTS = 0.5, -3.0, 0.75, 1.2
# nobody is hurried more than so much
_SHORTEST = 0.55
_FALLS, _FALLS_DB = 0.1, -3.0
_OVERLAP, _RAMP = 160, 24


@dataclass(frozen=True)
class Speaker:
    """who: whose syllables. ms: how long most of theirs last, as spoken. smaller: than their throat, in pitch too."""

    who: str
    ms: int
    smaller: float


SPEAKERS = (
    Speaker(WOMAN, 205, 1.0), Speaker(WOMAN, 185, 1.06), Speaker(WOMAN, 225, 0.93), Speaker(WOMAN, 195, 0.87),
    Speaker(WOMAN, 215, 0.81),
    Speaker(MAN, 215, 1.0), Speaker(MAN, 230, 0.94), Speaker(MAN, 195, 1.06), Speaker(MAN, 205, 1.13),
    Speaker(MAN, 220, 1.21),
)  # fmt: skip
# a comma is a breath that a sentence goes on after
PHRASES = (
    "早上好，這裡是客服中心，請問怎麼稱呼",
    "我想查一下，我的包裹現在到哪裡了",
    "麻煩您再說一遍，剛才那邊的聲音太小了",
    "這個月的電費比上個月多了一倍多",
    "您的手機號碼最後四位是不是七八零三",
    "對的，就是這個號碼，我用了很多年了",
    "好的請稍等，我幫您看一下系統裡面的記錄",
    "我們家的冰箱昨天晚上開始不製冷了",
    "師傅明天下午兩點到四點會到您家裡去",
    "可不可以改到禮拜六，我平時都要上班",
    "這個優惠活動到本月底就結束了",
    "我已經付過錢了，為什麼還顯示沒有付款",
    "您不要著急，這筆錢會在三天之內退給您",
    "請您打開軟件，點右下角我的訂單",
    "我沒有收到驗證碼，你能不能再發一次",
    "地址是人民路二百一十六號五樓",
    "您稍等一下，我先把電話轉給我的同事",
    "上次來的那個人根本就沒有修好",
    "非常對不起，是我們這邊沒有做好",
    "那我要怎麼樣才可以把會員取消掉",
    "您還有其他的問題需要我幫忙嗎",
    "沒有了，謝謝你，再見",
    "我買的是大號，你們給我寄的是小號",
    "發票可以開，請您把公司的名字告訴我",
)
_EACH = 12


def mandarin(speaker: Speaker, number: int) -> Signal:
    """What they say, a pause after each phrase; number: which phrases, and how they are said."""
    random = np.random.default_rng(1900 + number)
    chosen = [PHRASES[(number * 5 + k) % len(PHRASES)] for k in range(_EACH)]
    return told.joined([_phrase(text, speaker, random) for text in chosen])


def spelled(text: str) -> list[str]:
    """Its syllables in Zhuyin with the number of their tone, none for the first, as their folders are called; and its
    commas."""
    spelling = lazy_pinyin(text, style=Style.BOPOMOFO, tone_sandhi=True)
    return [each[:-1] + _TONES[each[-1]] if each[-1] in _TONES else each for each in spelling]


def _phrase(text: str, speaker: Speaker, random: np.random.Generator) -> Signal:
    syllables = spelled(text)
    out, end = np.zeros(_RATE * len(syllables)), _OVERLAP
    for number, (syllable, follows) in enumerate(pairwise([*syllables, "，"])):
        place = number / len(syllables)
        if syllable == "，":
            end += int(_RATE * random.uniform(0.12, 0.22))
            continue
        neutral = syllable.endswith(_NEUTRAL)
        asked = speaker.ms * random.uniform(0.87, 1.15)
        asked *= _NEUTRAL_LASTS if neutral else _LAST_LASTS if follows == "，" else 1
        sound = _recorded(syllable, speaker.who)
        # lower towards the end, and a little as it comes
        higher = speaker.smaller * (1 + _FALLS * (0.5 - place)) * random.uniform(0.985, 1.015)
        sound = soxr.resample(sound, _RATE * higher, _RATE)
        sound = shorter(sound, max(asked * _RATE / 1000 / len(sound), _SHORTEST))
        db = _EVENED * (_DBOV - tapes.level(sound)) + _FALLS_DB * place + (_NEUTRAL_DB if neutral else 0)
        sound = sound * 10 ** (db / 20)
        sound[:_RAMP] *= np.linspace(0, 1, _RAMP)
        fade = min(_OVERLAP, len(sound) // 4)
        sound[-fade:] *= np.linspace(1, 0, fade)
        at = end + int(_RATE * random.uniform(0.005, 0.03)) if syllable[0] in _STOPS else end - _OVERLAP
        out[at : at + len(sound)] += sound
        end = at + len(sound)
    return out[:end]


@lru_cache(maxsize=1024)
def _recorded(syllable: str, who: str) -> Signal:
    """A syllable from its first sound to its last. Where that tone was not recorded, in another one; a neutral one has
    often none of its own."""
    base = syllable.rstrip("1234")
    for name in (syllable, base, *(base + tone for tone in "4321")):
        if (FOLDER / name / f"{who}.ogg").exists():
            sound = tapes.recorded(FOLDER / name / f"{who}.ogg")
            break
    else:
        raise FileNotFoundError(FOLDER / syllable / f"{who}.ogg")
    return told.sounding(sound, _EDGE_DB, _EDGE)


def shorter(sound: Signal, share: float) -> Signal:
    """The same pitch in that share of the time (WSOLA: Verhelst and Roelands, 1993); as it is where it is short."""
    if share >= 1:
        return sound
    frame, hop, most = 240, 120, 60
    window = np.hanning(frame + 1)[:frame]
    padded = np.pad(sound, (0, frame + 2 * most))
    out, weights = np.zeros(int(len(sound) * share) + frame), np.zeros(int(len(sound) * share) + frame)
    follows = 0
    for at in range(0, int(len(sound) * share), hop):
        near = max(int(at / share) - most, 0)
        if at:
            like = np.correlate(padded[near : near + 2 * most + frame], padded[follows : follows + frame], "valid")
            near += int(np.argmax(like))
        out[at : at + frame] += window * padded[near : near + frame]
        weights[at : at + frame] += window
        follows = min(near + hop, len(padded) - frame)
    return (out / np.maximum(weights, 0.1))[: int(len(sound) * share)]
