"""Every package that linewatch asks for is named in NOTICE, under the licence its metadata states."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
NOTICE = (ROOT / "NOTICE").read_text("utf-8")
# the licence's words in a package's metadata -> in NOTICE
SAME = {"BSD License": "BSD", "3-Clause BSD": "BSD-3-Clause", "Apache": "Apache-2.0", "ISC": "ISC"}


def needed() -> dict[str, str]:
    """Name -> licence as its metadata states it, of everything that pyproject.toml asks for."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = [re.sub(r"[-_.]+", "-", Requirement(line).name).lower() for line in asked]
    return {name: stated(distribution(name).metadata) for name in names}


def stated(metadata: Any) -> str:
    classifiers = metadata.get_all("Classifier") or []
    classes = " ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::"))
    return str(metadata.get("License-Expression") or (metadata.get("License") or "").split("\n")[0] or classes)


def test_every_package_is_named_under_its_licence() -> None:
    packages = needed()
    assert len(packages) > 20
    for name, licence in packages.items():
        entry = re.search(rf"(?:^|  ){re.escape(name)}(?: \(\w+\))?  +(\S[^\n]*?)(?:   |$)", NOTICE, re.MULTILINE)
        assert entry, f"{name} ({licence}) is not in NOTICE"
        word = next((short for long, short in SAME.items() if long in licence), re.split(r"[ ,]", licence)[0])
        assert word.lower() in entry[1].lower(), (name, licence, entry[1])
