"""What kind of noise is told: made noises of each kind and recordings, `python -m bench.kinds`.

Each begins after a second of idle line, four seeds, at -22 and -30 dBov, over a wide line and through the telephone
band. A row is what it is, a column what was said of it first; "none": noise of no kind; "not stated": no noise was
stated, since the voice detector took it for speech, or it was too faint. Recordings: LINEWATCH_DATA.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

import numpy as np

from bench import fit_noises, surroundings
from bench.recordings import DATA, NOISES
from tests import tapes
from tests.signal.scenes import conditions, heard_together
from tests.tapes import Signal

MS, RATE = 8000, 8000
SAID = ("hiss", "hum", "babble", "traffic", "crackle", "none", "not stated")
Maker = Callable[[int], Signal]


def _made(maker: Callable[[int, np.random.Generator], Signal]) -> Maker:
    return lambda seed: maker(MS * RATE // 1000, np.random.default_rng(seed))


MADE: dict[tuple[str, str], Maker] = {
    ("hiss", "white"): lambda seed: tapes.white(MS, -30, seed=seed),
    ("hiss", "hiss"): lambda seed: tapes.hiss(MS, -30, seed=seed),
    ("hum", "50 Hz"): lambda seed: tapes.hum(MS, -30) + tapes.white(MS, -40, seed=seed),
    ("hum", "60 Hz"): lambda seed: tapes.hum(MS, -30, hz=60) + tapes.white(MS, -45, seed=seed),
    ("hum", "100 Hz"): lambda seed: tapes.hum(MS, -30, hz=100) + tapes.white(MS, -50, seed=seed),
    ("traffic", "street, cars pass"): _made(surroundings.street),
    ("traffic", "swelling rumble"): lambda seed: tapes.traffic(MS, -30, seed=seed),
    ("traffic", "brown"): _made(fit_noises.brown),
    ("crackle", "clicks"): lambda seed: tapes.crackle(MS, -30, seed=seed),
    ("crackle", "rain, drops"): _made(surroundings.rain),
    ("babble", "30 voices"): lambda seed: tapes.babble(MS, -30, voices=30, seed=seed),
    ("babble", "7 voices"): lambda seed: tapes.babble(MS, -30, seed=seed),
    ("none of these", "dishes"): lambda seed: tapes.clatter(MS, -30, seed=seed),
    ("none of these", "typing"): _made(fit_noises.typing),
    ("none of these", "printer"): _made(surroundings.printer),
    ("none of these", "1 kHz"): lambda seed: tapes.sine(1000, MS, -30),
}
RECORDED = {
    ("hiss", "tap, recorded"): NOISES["tap"],
    ("none of these", "dishes, recorded"): NOISES["dishes"],
    ("babble", "7 voices, recorded"): NOISES["babble"],
}


def _recorded(path: str) -> Maker:
    whole = tapes.recorded(DATA / "noise" / path)
    return lambda seed: np.resize(np.roll(whole, -seed * len(whole) // 4), MS * RATE // 1000)


def said(maker: Maker) -> Counter[str]:
    lines = []
    for seed in range(1, 5):
        for dbov in (-22.0, -30.0):
            for sound in (maker(seed), tapes.band(maker(seed))):
                leg = np.concatenate((np.zeros(RATE), tapes.at_level(sound, dbov)))
                idle = [tapes.white(len(leg) * 1000 // RATE, -66, seed=seed + k) for k in (50, 60)]
                lines.append(tapes.line(idle[0], leg + idle[1]))
    found: Counter[str] = Counter()
    for events in heard_together(lines):
        noises = [body for _, body in conditions(events) if body.condition == "noise"]
        found[(noises[0].kind or "none") if noises else "not stated"] += 1
    return found


def main() -> int:
    makers = dict(MADE)
    if DATA.exists():
        makers |= {name: _recorded(path) for name, path in RECORDED.items()}
    else:
        print("bench kinds: no recordings at LINEWATCH_DATA, left out", file=sys.stderr)
    print(f"| it is | of it | {' | '.join(SAID)} |\n|---|---|{'---|' * len(SAID)}")
    for (kind, name), maker in sorted(makers.items()):
        counts = said(maker)
        print(f"| {kind} | {name} | {' | '.join(str(counts[each] or '') for each in SAID)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
