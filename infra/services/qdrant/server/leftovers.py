"""What a start may remove: only what this server is known to leave when it is cut short.

Anything else is somebody's data. The official engine keeps `collections/NAME` too, without the record
that this server writes, so a folder is not a leftover because it lacks one.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from .files import TEMPORARY

RECORD = "collection.json"
# Of the storage folder; the engine that Qdrant publishes has other names beside `collections`.
COLLECTIONS, ALIASES, STAGING = "collections", "aliases.json", "staging"
_OURS = {COLLECTIONS, ALIASES, ALIASES + TEMPORARY, STAGING}
_SHARD = re.compile(r"shard-[0-9a-f]{32}")
# As Python's tempfile names them: an upload, or what was unpacked of one.
_STAGED = re.compile(r"tmp[a-z0-9_]{8}(\.snapshot)?")
_SNAPSHOT = re.compile(r".+-\d{6}-\d{4}(-\d\d){5}\.snapshot" + re.escape(TEMPORARY))


def foreign(storage: Path) -> list[Path]:
    """What is in the storage folder and not this server's."""
    return [path for path in _entries(storage) if path.name not in _OURS]


def is_ours(collection: Path) -> bool:
    """True with a record, and without one where creating or deleting leaves nothing else."""
    if collection.is_symlink() or not collection.is_dir():
        return False
    return (collection / RECORD).is_file() or all(map(is_part, _entries(collection)))


def is_part(path: Path) -> bool:
    """True for what this server writes into a collection's folder beside its record."""
    if path.is_symlink():
        return False
    is_shard = _SHARD.fullmatch(path.name) is not None and path.is_dir()
    return is_shard or path.name == RECORD + TEMPORARY


def of_snapshots(snapshots: Path) -> Iterator[Path]:
    for path in sorted(snapshots.glob("*/*" + TEMPORARY)):
        if _SNAPSHOT.fullmatch(path.name) and not path.is_symlink():
            yield path


def of_staging(staging: Path) -> Iterator[Path]:
    for path in _entries(staging):
        if _STAGED.fullmatch(path.name) and not path.is_symlink():
            yield path


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
