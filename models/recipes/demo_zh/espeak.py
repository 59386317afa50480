"""espeak-ng through its C library: speech and the start of every syllable, about 5 ms a sentence.

Debian's espeak-ng 1.51 misreads Hanzi: pypinyin writes tone-numbered pinyin and the `cmn-latn-pinyin` voice reads it.
"""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from pypinyin import Style, lazy_pinyin

RATE_HZ = 16_000
STANDARD = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8")
OTHERS = (
    "Alex", "Alicia", "Andrea", "Andy", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Marco",
    "Mario",
    "Mike", "Mr_serious", "Nguyen", "adam", "anika", "antonio", "aunty", "benjamin", "boris", "caleb", "david", "ed",
    "edward", "edward2", "grandma", "grandpa", "gustave", "iven", "iven2", "iven3", "john", "kaukovalta", "klatt",
    "klatt2",
    "klatt3", "linda", "marcelo", "max", "michel", "miguel", "norbert", "paul", "pedro", "quincy", "rob", "robert",
    "sandro", "shelby", "steph2", "steph3", "travis", "victor", "zac",
)  # fmt: skip
# for evaluation only; "Lee" is left out of both: its third formant lies at 9 % of its place, no one speaks so
HELD_OUT = ("Annie", "Michael", "belinda", "steph", "pablo", "iven4", "announcer")
PAUSE_AFTER = ("您好", "你好", "对不起", "好的", "谢谢", "抱歉", "先生", "小姐", "女士", "喂", "再见", "热线", "服务")


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _Id),
    ]  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """A voice setting: variant name (empty = plain), words a minute, pitch 0-99, playing rate (1 = as made)."""

    variant: str
    speed: int
    pitch: int
    rate: float = 1.0


class Espeak:
    """The C library keeps its state globally: not for two threads at once."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.made_hz = self.lib.espeak_Initialize(2, 0, None, 0)  # 2 = synchronous, into the callback
        self.chunks: list[np.ndarray] = []
        self.words: dict[int, int] = {}  # place in the text -> sample
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
        self.callback = kind(self._heard)  # kept, or it would be collected

    def _heard(self, wav: Any, count: int, events: Any) -> int:
        if wav and count > 0:
            self.chunks.append(np.ctypeslib.as_array(wav, (count,)).copy())
        i = 0
        while events[i].type:
            if events[i].type == 1:  # a word begins
                self.words[events[i].text_position - 1] = events[i].sample
            i += 1
        return 0

    def say(self, pinyin: str, voice: Voice) -> tuple[np.ndarray, list[int]]:
        """(int16 at 16 kHz, start sample of every pinyin syllable)."""
        self.chunks, self.words = [], {}
        self.lib.espeak_SetSynthCallback(self.callback)  # the library has one, whoever set it last
        name = "cmn-latn-pinyin" + (f"+{voice.variant.replace('_', ' ')}" if voice.variant else "")
        if self.lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {name}")
        self.lib.espeak_SetParameter(1, voice.speed, 0)
        self.lib.espeak_SetParameter(3, voice.pitch, 0)
        raw = pinyin.encode()
        self.lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)
        made = np.concatenate(self.chunks) if self.chunks else np.zeros(1, np.int16)
        out_hz = RATE_HZ * voice.rate
        audio = np.asarray(soxr.resample(made.astype(np.float32), self.made_hz, out_hz, quality="MQ"))
        starts = [round(w * out_hz / self.made_hz) for at, w in sorted(self.words.items()) if pinyin[at].isalpha()]
        return np.clip(audio, -32768, 32767).astype(np.int16), starts


def to_pinyin(text: str, rng: random.Random | None = None) -> str:
    """Tone-numbered pinyin, a syllable a word; with `rng`, pauses where a speaker might make them."""
    sandhi = rng is not None and rng.random() < 0.1
    parts = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=sandhi)
    if rng is None:
        return " ".join(parts)
    often, out = rng.choice([0.0, 0.02, 0.05]), []
    for i, part in enumerate(parts):
        out.append(part)
        natural = i + 1 < len(text) and any(text[: i + 1].endswith(p) for p in PAUSE_AFTER)
        if i + 1 < len(parts) and rng.random() < (0.5 if natural else often):
            out.append(",")
    return " ".join(out) + rng.choice(["", "", " .", " ?", " !"])


def any_voice(rng: random.Random) -> Voice:
    variant = rng.choice(STANDARD) if rng.random() < 0.55 else rng.choice((*OTHERS, ""))
    rate = rng.uniform(0.93, 1.08) if rng.random() < 0.4 else 1.0
    return Voice(variant, rng.randint(115, 225), rng.randint(25, 85), rate)


def held_out_voice(rng: random.Random) -> Voice:
    return Voice(rng.choice(HELD_OUT), rng.randint(120, 220), rng.randint(30, 80))
