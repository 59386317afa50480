"""Material for bench/model.py: sentences and voice settings not in training, spoken by espeak-ng, clean or on a line.

Free sentences and studio recordings come from LINEWATCH_DATA (default ../shared/data), for evaluation only.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import decode_audio

from models.recipes.demo_zh import lines, sounds
from models.recipes.demo_zh.espeak import HELD_OUT, RATE_HZ, STANDARD, Espeak, Voice, to_pinyin
from models.recipes.demo_zh.fill import fill, load

FIXED = (
    "您好欢迎致电{company}客户服务热线客服代表{agent}很高兴为您服务请问有什么可以帮助您", "您好请问有什么可以帮助您",
    "对不起您的电话没有声音请您换一部电话再次打来好吗再见", "对不起您的声音太小请您拿起话筒说话好吗",
    "对不起请您大声一点好吗",
    "对不起您的电话声音太小请您换一部电话打来好吗", "对不起您的电话杂音太大听不清请您换一部电话再次打来好吗再见",
    "对不起请您讲普通话好吗谢谢", "对不起请您找一个可以讲普通话的人来好吗谢谢", "对不起请问有什么可以帮助您",
    "请问还有什么可以帮助您", "感谢您的来电再见", "{him}您好请问有什么可以帮助您",
)  # fmt: skip
FORBIDDEN = (
    "喂说话呀", "喂说吧", "喂说话呀再不说话我就挂了啊", "喂大声一点儿", "这不是什么大问题", "你要知道一分钱一分货",
    "绝对不可能有这种事情发生", "这不关我的事", "我绝对没说过这种话", "我也不知道该怎么办", "公司就是这么规定的",
    "你自己不认识说明书上的字吗",
)  # fmt: skip
FREE_FILES = ("stc3-weibo-helpdesk.tsv", "mobilecs-example.tsv")
HANZI = re.compile(r"[\u4e00-\u9fff]+")
CLEAN, PHONE = "clean", "phone"
BEFORE_MS = 200
"""Of silence before the speech, as the segmenter cuts."""
NO_VOICE = (
    "silence", "white", "pink", "brown", "babble", "tone 440 Hz", "tone 450 Hz",
    "ring-back", "busy", "dtmf", "hold music",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One utterance to be heard: truth, int16 at 16 kHz, start of every character in ms."""

    text: str
    audio: np.ndarray
    starts_ms: list[float]
    held_out: bool


def fresh_voice(rng: random.Random, held_out: bool = False) -> Voice:
    """Half the time (held_out: always) a variant that training never heard, else a known one; new speed and pitch."""
    variant = rng.choice(HELD_OUT if rng.random() < (1.0 if held_out else 0.5) else STANDARD)
    return Voice(variant, rng.randint(120, 220), rng.randint(30, 80))


def on_the_phone(audio: np.ndarray, rng: np.random.Generator, babble: list[np.ndarray]) -> np.ndarray:
    """float32 speech with noise at 10-30 dB SNR, 300-3400 Hz, one of the G.711 laws, level -40 to -15 dBov."""
    kinds: tuple[Callable[[], np.ndarray], ...] = (
        lambda: sounds.coloured(rng, len(audio), 0), lambda: sounds.coloured(rng, len(audio), -1),
        lambda: sounds.coloured(rng, len(audio), -2), lambda: sounds.babble(rng, len(audio), babble, 6),
    )  # fmt: skip
    speech = sounds.unit(audio) * lines.from_db(rng.uniform(-40, -15))
    noise = kinds[int(rng.integers(4))]() * lines.rms(speech) * lines.from_db(-rng.uniform(10, 30))
    return lines.telephone(speech + noise.astype(np.float32), rng)


def say(engine: Espeak, texts: Sequence[str], kind: str, seed: int, held_out: bool = False) -> list[Said]:
    """Each text by a fresh voice with 200 ms before and 300 ms after, as the segmenter cuts; see `fresh_voice`."""
    rng, noise_rng, out = random.Random(seed), np.random.default_rng(seed), []
    babble = [engine.say(to_pinyin(t), fresh_voice(rng))[0] for t in FIXED[1:8]] if kind == PHONE else []
    for text in texts:
        voice = fresh_voice(rng, held_out)
        made, starts = engine.say(to_pinyin(text), voice)
        audio = np.pad(made, (RATE_HZ * BEFORE_MS // 1000, RATE_HZ * 3 // 10)).astype(np.float32) / 32768
        audio = on_the_phone(audio, noise_rng, babble) if kind == PHONE else audio
        times = [BEFORE_MS + s * 1000 / RATE_HZ for s in starts]
        out.append(Said(text, (np.clip(audio, -1, 1) * 32767).astype(np.int16), times, voice.variant in HELD_OUT))
    return out


def data() -> Path:
    return Path(os.environ.get("LINEWATCH_DATA", "../shared/data"))


def studio_sentences(count: int, seed: int) -> list[tuple[str, np.ndarray]]:
    """(what was said, int16 at 16 kHz) of people in a studio, each text once; empty when they are not there."""
    folder = data() / "speech-zh" / "magicdata-cs"
    if not (folder / "transcripts.tsv").is_file():
        return []
    with (folder / "transcripts.tsv").open(encoding="utf-8") as f:
        paths = {row["text"]: folder / row["path"] for row in csv.DictReader(f, delimiter="\t")}
    some = random.Random(seed).sample(sorted(paths), min(count, len(paths)))
    heard = ((text, decode_audio(str(paths[text]), sampling_rate=RATE_HZ)) for text in some)
    return [(text, (np.clip(audio, -1, 1) * 32767).astype(np.int16)) for text, audio in heard]


def free_sentences(count: int, seed: int) -> list[str]:
    """Clauses of 5 to 20 Hanzi that agents wrote or said, from the evaluation texts; empty when they are not there."""
    folder = data() / "text"
    found: set[str] = set()
    for name in FREE_FILES:
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8") as f:
                rows = [row["text"] for row in csv.DictReader(f, delimiter="\t") if row["role"] == "agent"]
            found |= {part for row in rows for part in re.split(r"[,，。！？!?；;~\s]", row) if HANZI.fullmatch(part)}
    usable = sorted(t for t in found if 5 <= len(t) <= 20)
    return random.Random(seed).sample(usable, min(count, len(usable)))


def fresh_fills(count: int, seed: int) -> list[str]:
    """Templates with slots, filled anew."""
    rng, sheets = random.Random(seed), load()[1]
    templates = [t for sheet in ("standard", "manner", "opening", "matters") for t in sheets[sheet] if "{" in t]
    out: list[str] = []
    while len(out) < count:
        text = fill(rng.choice(templates), rng)
        if 5 <= len(text) <= 45 and HANZI.fullmatch(text):
            out.append(text)
    return out


def negatives(seed: int) -> dict[str, list[np.ndarray]]:
    """Lines without a voice, int16 at 16 kHz, 1 to 10 s, half of them through a telephone: kind -> clips."""
    rng = np.random.default_rng(seed)
    engine, voices = Espeak(), random.Random(seed)
    babble = [engine.say(to_pinyin(t), fresh_voice(voices))[0] for t in (*FIXED[1:], *FORBIDDEN) if "{" not in t]
    makers: tuple[Callable[[int], np.ndarray], ...] = (
        lambda n: np.zeros(n, np.float32), lambda n: sounds.coloured(rng, n, 0), lambda n: sounds.coloured(rng, n, -1),
        lambda n: sounds.coloured(rng, n, -2), lambda n: sounds.babble(rng, n, babble, 8),
        lambda n: sounds.sine(n, 440), lambda n: sounds.sine(n, 450),
        lambda n: sounds.sine(n, 450) * sounds.cadence(n, 1, 4, float(rng.uniform(0, 5))),
        lambda n: sounds.sine(n, 450) * sounds.cadence(n, 0.35, 0.35, 0), lambda n: sounds.dtmf(rng, n),
        lambda n: sounds.music(rng, n),
    )  # fmt: skip
    out: dict[str, list[np.ndarray]] = {}
    for kind, maker in zip(NO_VOICE, makers, strict=True):
        for i in range(6):
            sound = sounds.unit(maker(int(rng.uniform(1, 10) * RATE_HZ))) * lines.from_db(rng.uniform(-50, -12))
            sound = lines.telephone(sound, rng) if i % 2 else sound
            out.setdefault(kind, []).append((np.clip(sound, -1, 1) * 32767).astype(np.int16))
    return out
