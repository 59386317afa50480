"""Mandarin for the set `coastal`, put together of syllables that one man says in every tone, in the npm package
`yanyu` (a reader for Node.js; who he is it does not tell, and whether he was recorded syllable by syllable).

Each syllable is his, in its tone, the neutral one too. Tones beside each other give way as pypinyin says, a low tone
that something follows stays low, syllables are had shorter at the same pitch (`syllables.py`) and run into each other,
and phrases fall towards their end. Other people are made of him: larger and smaller ones at other paces, and women,
whose pitch is higher than their throats are smaller, so that the bands of their vowels are moved back by as much.
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
from bench.syllables import shorter
from tests import tapes
from tests.tapes import Signal

FOLDER = Path("package/pinyin-syllables")
_RATE, _DBOV, _WIDE = told.RATE, told.DBOV, 16_000
# before these the mouth is shut for a moment
_STOPS = ("b", "p", "d", "t", "g", "k", "j", "q", "z", "c")
# what lies further under a syllable's loudest is not yet it, or no longer
_EDGE_DB, _EDGE = 28, 40
_EVENED, _NEUTRAL_DB, _NEUTRAL_LASTS, _LAST_LASTS = 0.6, -3.0, 0.7, 1.25
# as much of a low tone is left where something follows
_LOW = 0.62
# nobody is hurried more than so much
_SHORTEST = 0.45
_FALLS, _FALLS_DB = 0.12, -3.0
_OVERLAP, _RAMP = 140, 24
# of the bands of vowels: how finely they are told from the tones of the voice, how far they are moved at most
_FRAME, _HOP, _FINE, _MOST_DB = 512, 128, 44, 25.0


@dataclass(frozen=True)
class Speaker:
    """ms: how long most syllables last. higher: than his voice; smaller: than his throat."""

    ms: int
    higher: float
    smaller: float


SPEAKERS = (
    Speaker(205, 1.0, 1.0), Speaker(185, 1.07, 1.03), Speaker(225, 0.92, 0.96), Speaker(210, 1.14, 1.06),
    Speaker(195, 1.22, 1.0),
    Speaker(200, 1.62, 1.14), Speaker(180, 1.75, 1.17), Speaker(215, 1.5, 1.12), Speaker(190, 1.88, 1.2),
    Speaker(220, 1.68, 1.1),
)  # fmt: skip
# a comma is a breath that a sentence goes on after
PHRASES = (
    "您好，海滨酒店前台，请问您哪天入住",
    "我订了后天去岛上的船票，现在想改到星期天",
    "台风要来了，明天上午的船可能都会停开",
    "您的票可以免费改签，也可以全额退款",
    "我买的两箱虾收到的时候冰都化完了",
    "麻烦您拍几张照片，发到我们的公众号上面",
    "好的，那我先挂了，等一下再打给你们",
    "空调开了半天一点都不冷，还一直滴水",
    "师傅大概几点钟能到，我下午要出去接孩子",
    "您这个地址是码头路三十六号二单元，对不对",
    "不对，是六十三号，门口有一家卖海鲜的",
    "请问您要办理的是个人业务还是公司业务",
    "我的卡在国外刷不了，显示交易失败",
    "为了您的账户安全，我需要跟您核对几个信息",
    "身份证最后四位是零七二八，手机尾号是五一九",
    "这个月的流量才过了一半就用光了",
    "您现在的套餐是五十九块，包三十个小时通话",
    "退款什么时候到账，我已经等了一个多礼拜了",
    "我帮您催一下财务，最迟明天下班以前给您回复",
    "不好意思，刚才信号不好，您再说一遍可以吗",
    "保险公司说要先有交警的证明才可以赔",
    "车子现在停在高速公路的出口旁边，打不着火",
    "拖车四十分钟左右会到，请您在护栏外面等",
    "谢谢，你的服务很好，辛苦你了",
)
_EACH = 12


def mandarin(home: Path, speaker: Speaker, number: int) -> Signal:
    """What they say, a pause after each phrase; number: which phrases, and how they are said. home: where the package
    lies."""
    random = np.random.default_rng(2600 + number)
    chosen = [PHRASES[(number * 7 + k) % len(PHRASES)] for k in range(_EACH)]
    return told.joined([_phrase(home, text, speaker, random) for text in chosen])


def spelled(text: str) -> list[str]:
    """Its syllables in pinyin with the number of their tone, none for the neutral one; and its commas."""
    return lazy_pinyin(text, style=Style.TONE3, tone_sandhi=True)


def _phrase(home: Path, text: str, speaker: Speaker, random: np.random.Generator) -> Signal:
    syllables = spelled(text)
    out, end = np.zeros(_RATE * len(syllables)), _OVERLAP
    for number, (syllable, follows) in enumerate(pairwise([*syllables, "，"])):
        place = number / len(syllables)
        if syllable == "，":
            end += int(_RATE * random.uniform(0.12, 0.24))
            continue
        neutral, last = not syllable[-1].isdigit(), follows == "，"
        asked = speaker.ms * random.uniform(0.86, 1.16)
        asked *= _NEUTRAL_LASTS if neutral else _LAST_LASTS if last else 1
        sound = _said(home, syllable, speaker.higher, speaker.smaller)
        if syllable.endswith("3") and not last:
            sound = sound[: int(_LOW * len(sound))]
        # lower towards the end, and a little as it comes
        sound = soxr.resample(sound, _RATE * (1 + _FALLS * (0.5 - place)) * random.uniform(0.985, 1.015), _RATE)
        sound = shorter(sound, max(asked * _RATE / 1000 / len(sound), _SHORTEST))
        db = _EVENED * (_DBOV - tapes.level(sound)) + _FALLS_DB * place + (_NEUTRAL_DB if neutral else 0)
        sound = sound * 10 ** (db / 20)
        sound[:_RAMP] *= np.linspace(0, 1, _RAMP)
        fade = min(_OVERLAP, len(sound) // 4)
        sound[-fade:] *= np.linspace(1, 0, fade)
        shut = syllable.startswith(_STOPS)
        at = end + int(_RATE * random.uniform(0.005, 0.03)) if shut else end - _OVERLAP
        out[at : at + len(sound)] += sound
        end = at + len(sound)
    return out[:end]


@lru_cache(maxsize=4096)
def _said(home: Path, syllable: str, higher: float, smaller: float) -> Signal:
    """A syllable from its first sound to its last, as somebody of such a voice and throat says it."""
    sound = soxr.resample(tapes.recorded(home / FOLDER / f"{syllable}.mp3", _WIDE), _WIDE * higher, _WIDE)
    if higher != smaller:
        sound = _moved(sound, higher / smaller)
    return told.sounding(soxr.resample(sound, _WIDE, _RATE), _EDGE_DB, _EDGE)


def _moved(sound: Signal, by: float) -> Signal:
    """The same voice, the bands of its vowels lower by that factor: each frame's spectrum, evened by its cepstrum."""
    window = np.hanning(_FRAME + 1)[:_FRAME]
    padded = np.pad(sound, (_FRAME, 2 * _FRAME))
    out, at_hz = np.zeros(len(padded)), np.arange(_FRAME // 2 + 1)
    for at in range(0, len(padded) - _FRAME, _HOP):
        spectrum = np.fft.rfft(padded[at : at + _FRAME] * window)
        cepstrum = np.fft.irfft(np.log(np.abs(spectrum) + 1.0))
        cepstrum[_FINE:-_FINE] = 0
        bands = np.fft.rfft(cepstrum).real * 20 / np.log(10)
        gain_db = np.clip(np.interp(at_hz * by, at_hz, bands) - bands, -_MOST_DB, _MOST_DB)
        out[at : at + _FRAME] += np.fft.irfft(spectrum * 10 ** (gain_db / 20)) * window
    return out[_FRAME : _FRAME + len(sound)] / 1.5
