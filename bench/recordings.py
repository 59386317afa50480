"""Where the recordings lie that benchmarks listen to and that are no part of the project: LINEWATCH_DATA."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
NOISES = {
    "tap": "speech-commands-background/running_tap.flac",
    "pink": "speech-commands-background/pink_noise.flac",
    "dishes": "speech-commands-background/doing_the_dishes.flac",
    "babble": "derived/babble-7-voices.flac",
}
"""Name -> file in DATA/noise."""
