"""Voices made by rule (espeak-ng) among those the VAD's weights are fitted on, `fit_clips.py`.

Languages and speakers that no set of `shelves.py` has, low and high, slow and quick; numbers, which every language
has words for, and in Mandarin what is said on such lines. Where they speak needs no second detector: nothing else is
in the recording.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests import tapes
from tests.tapes import Signal

LANGUAGES = (
    "af", "am", "ar", "az", "bg", "be", "cy", "en-gb", "en-us", "eo", "eu", "ga", "gd", "gn", "hy", "ia", "ku", "ky",
    "la", "lv", "mk", "ml", "mr", "mt", "my", "ne", "or", "pa", "pap", "si", "sk", "sl", "sr", "te", "th", "tn", "uz",
    "kn", "kok", "lb",
)  # fmt: skip
SPEAKERS = (
    "Alex", "Annie", "belinda", "benjamin", "caleb", "david", "Diogo", "ed", "gustave", "announcer", "Hugo", "Lee",
    "marcelo", "Marco", "Mario", "Michael", "michel", "Nguyen", "pablo", "pedro", "quincy", "rob", "robert", "steph",
    "steph2", "Storm", "Tweaky", "zac", "grandpa", "grandma", "klatt", "klatt3", "norbert", "sandro", "travis", "m8",
    "adam", "croak", "RicishayMax", "kaukovalta",
)  # fmt: skip
# a high tone in Mandarin stands as still as a horn
MANDARIN = (
    "一一三七八八一三。", "您好，很高兴为您服务。", "请问有什么可以帮您？", "麻烦您稍等一下，我帮您查订单。",
    "好的，没问题。", "感谢您的耐心等待。", "这个问题已经记录下来了。", "三天七天八天，都没有收到。",
    "我昨天就打过电话，今天还是不行。", "不好意思，让您久等了。", "先生，您的身份证号码说一下。",
    "他说今天一定修好，怎么又拖？", "祝您生活愉快，再见。",
)  # fmt: skip
_RATE, _SAYS, _TIMES, _LONGEST_S = 16_000, 6, 2, 10
_FRAME = _RATE // 50


def made(random: np.random.Generator) -> Iterator[Signal]:
    """Some seconds at 16 kHz of each of 120 voices: every language and every speaker twice, each time another, and
    every speaker in Mandarin."""
    for turn in range(_TIMES):
        for k, language in enumerate(LANGUAGES):
            speaker = SPEAKERS[(k + 13 * turn) % len(SPEAKERS)]
            numbers = random.integers(1, 9999, size=_SAYS)
            pitch, words = int(random.integers(15, 95)), int(random.integers(125, 220))
            text = ". ".join(" ".join(map(str, some)) for some in numbers.reshape(-1, 3))
            yield _says(f"{language}+{speaker}", text, pitch, words)[: _LONGEST_S * _RATE]

    for speaker in SPEAKERS:
        pitch, words = int(random.integers(15, 95)), int(random.integers(125, 220))
        text = "".join(map(str, random.choice(MANDARIN, size=4, replace=False)))
        yield _says(f"cmn+{speaker}", text, pitch, words)[: _LONGEST_S * _RATE]


def spoken(wide: Signal) -> NDArray[np.bool_]:
    """Which 20 ms of a made voice are speech: all but its pauses."""
    loud = 10 * np.log10((wide[: len(wide) // _FRAME * _FRAME].reshape(-1, _FRAME) ** 2).mean(axis=1) + 1e-3)
    near: NDArray[np.bool_] = np.convolve(loud > np.percentile(loud, 95) - 24, np.ones(5), "same") > 0
    return near & (loud > np.percentile(loud, 95) - 32)


def _says(voice: str, text: str, pitch: int, words_per_minute: int) -> Signal:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        told = ["-v", voice, "-p", str(pitch), "-s", str(words_per_minute), "-w", str(file)]
        subprocess.run(["espeak-ng", *told, text], check=True, stderr=subprocess.DEVNULL)
        return tapes.recorded(file, _RATE)
