"""Step 1, texts: the training sentences, one a line, `kind TAB text`, from our templates and a word list.

The word list is jieba's dictionary (MIT licence): words with frequency and part of speech, drawn by frequency and
strung together, so that the decoder meets characters and words the templates never use.
"""

from __future__ import annotations

import hashlib
import random
import re
from itertools import accumulate
from pathlib import Path

from models.recipes.demo_zh.fill import fill, load

MIX = {
    "standard": 0.12, "manner": 0.06, "dialogue": 0.06, "opening": 0.13, "matters": 0.20,
    "general": 0.12, "replies": 0.12, "words": 0.19,
}  # fmt: skip
LONGEST_CHARS = 50
HANZI = re.compile(r"[\u4e00-\u9fff]+")
# Word orders by part of speech (jieba's tags); a letter that begins with a capital stands for itself.
ORDERS = (
    "r d v n", "r v 了 n", "n d a", "d v n", "v n", "r d a", "m q n", "a 的 n v", "n v n", "r v r", "t r v n",
    "r p n v", "v v n", "n n", "a n", "n 的 n", "r d v v", "r 把 n v 了", "n 是 a 的", "d a 的 n", "r c r v n",
    "n c n d v", "v 了 m q n", "r v 过 n 吗", "n f v n", "l", "i", "r d v n y", "v a", "ns n", "v ns 的 n",
    "nr v n", "nz n",
)  # fmt: skip


def common(char: str) -> bool:
    """One of the 3,755 characters of GB 2312 level 1."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7 and HANZI.fullmatch(char) is not None
    except UnicodeEncodeError:
        return False


class Words:
    """jieba's dictionary, drawable by frequency: overall and by part of speech."""

    def __init__(self) -> None:
        import jieba  # MIT; only its dictionary file is read

        rows: dict[str, list[tuple[str, float]]] = {"": []}
        for line in (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
            word, count, tag = line.split(" ")
            if len(word) <= 4 and int(count) >= 10 and all(map(common, word)):
                weight = int(count) ** 0.85
                for key in ("", tag, tag[0]) if tag != tag[0] else ("", tag):
                    rows.setdefault(key, []).append((word, weight))
        self.words = {k: [w for w, _ in v] for k, v in rows.items()}
        self.sums = {k: list(accumulate(c for _, c in v)) for k, v in rows.items()}

    def draw(self, tag: str, rng: random.Random) -> str:
        return rng.choices(self.words[tag], cum_weights=self.sums[tag])[0]

    def sentence(self, rng: random.Random) -> str:
        """Half loose words, half words in one of the orders above, once or twice."""
        if rng.random() < 0.4:
            return "".join(self.draw("", rng) for _ in range(rng.randint(2, 7)))
        order = " ".join(rng.choice(ORDERS) for _ in range(rng.randint(1, 2)))
        return "".join(self.draw(p, rng) if p in self.words else p for p in order.split())


def sentence(kind: str, words: Words, rng: random.Random) -> str:
    if kind == "words":
        return words.sentence(rng)
    _, sheets = load()
    text = fill(rng.choice(sheets[kind]), rng)
    if kind in ("opening", "matters") and rng.random() < 0.25:  # two short sentences in one breath
        text += fill(rng.choice(sheets[rng.choice(["opening", "matters", "standard"])]), rng)
    return text


def make(count: int, seed: int) -> list[tuple[str, str]]:
    """`count` sentences (kind, text); text repeats where the templates are few."""
    rng, words, out = random.Random(seed), Words(), []
    kinds, weights = list(MIX), list(MIX.values())
    while len(out) < count:
        kind = rng.choices(kinds, weights)[0]
        text = sentence(kind, words, rng)
        if 1 <= len(text) <= LONGEST_CHARS and HANZI.fullmatch(text):
            out.append((kind, text))
    return out


def edition(work: Path) -> Path:
    """Where the speech and the training of these texts live: other texts share nothing with them."""
    digest = hashlib.sha256((work / "texts.tsv").read_bytes()).hexdigest()
    folder = work / digest[:12]
    folder.mkdir(exist_ok=True)
    return folder


def run(work: Path, count: int, seed: int = 1) -> Path:
    path = work / "texts.tsv"
    work.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{k}\t{t}\n" for k, t in make(count, seed)), encoding="utf-8")
    print(f"texts: {count} sentences in {path}")
    return path
