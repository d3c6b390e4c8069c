"""Packing a shard into one file and back.

The engine's files are mostly holes: 130 MB by name for 7 MB of data. Packing compresses them, and
unpacking makes them holes again.
"""

import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

from .errors import wrong_input

_BLOCK = 64 * 1024
_ZEROS = bytes(_BLOCK)


def pack(target: Path, entries: dict[str, Path]) -> None:
    # Level 1: zeros vanish at any level, and a snapshot holds up writers.
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for name, path in entries.items():
            archive.add(path, arcname=name)


def unpack(source: Path, target: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                _unpack_member(archive, member, target)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise wrong_input(f"The snapshot cannot be unpacked: {error}") from error


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise wrong_input(f"The snapshot has a path that leads out of it: {member.name}")
    path = target / name
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    content = archive.extractfile(member) if member.isfile() else None
    if content is None:
        raise wrong_input(f"The snapshot has something that is not a file: {member.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        copy_sparse(content, file)


def copy_sparse(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(_BLOCK):
        if block == _ZEROS[: len(block)]:
            target.seek(len(block), 1)
        else:
            target.write(block)
    # Makes a hole at the end count.
    target.truncate()
