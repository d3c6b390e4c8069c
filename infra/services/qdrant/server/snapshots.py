"""Snapshots of a collection: a packed copy of its shard and of the record that describes it.

Qdrant's own snapshots have another layout: neither server reads the other's.
"""

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from .archive import pack, unpack
from .body import Json
from .collection import Collection, Record, load_shard, new_shard_name
from .engine_config import edge_config
from .errors import ApiError, bad_format, not_found, unsupported, wrong_input
from .files import TEMPORARY, sync, sync_tree
from .leftovers import RECORD
from .store import Store

_SHARD = "shard"
_CHECKSUM = ".checksum"


def create(store: Store, collection: Collection) -> Json:
    folder = store.snapshots / collection.name
    folder.mkdir(parents=True, exist_ok=True)
    moment = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
    # The last digits keep two snapshots of one second apart.
    path = folder / f"{collection.name}-{time.time_ns() // 1000 % 10**6:06d}-{moment}.snapshot"
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with collection.writing:
            collection.flush()
            pack(
                temporary,
                {
                    RECORD: collection.folder / RECORD,
                    _SHARD: collection.folder / collection.record.shard,
                },
            )
        path.with_name(path.name + _CHECKSUM).write_text(_sha256(temporary))
        sync_tree(folder)
        temporary.rename(path)
        sync(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return _describe(path)


def listed(store: Store, collection: Collection) -> list[Json]:
    folder = store.snapshots / collection.name
    return [_describe(path) for path in sorted(folder.glob("*.snapshot"))]


def find(store: Store, collection: Collection, name: str) -> Path:
    path = store.snapshots / collection.name / name
    if Path(name).name != name or path.suffix != ".snapshot" or not path.is_file():
        raise not_found(f"Snapshot {name} not found")
    return path


def delete(store: Store, collection: Collection, name: str) -> bool:
    path = find(store, collection, name)
    path.unlink()
    path.with_name(path.name + _CHECKSUM).unlink(missing_ok=True)
    sync(path.parent)
    return True


def from_location(store: Store, location: str) -> Path:
    """A snapshot of this server's own, by the file URL that Qdrant would take for it."""
    url = urlsplit(location)
    if url.scheme in {"http", "https"}:
        raise unsupported("recovery from an address on the network")
    if url.scheme != "file":
        raise bad_format("location: expected a file URL")
    path = Path(unquote(url.path)).resolve()
    if not path.is_relative_to(store.snapshots.resolve()):
        raise ApiError(403, f"Forbidden: only snapshots in {store.snapshots} can be recovered")
    if not path.is_file():
        raise not_found(f"Snapshot file {path.name} does not exist")
    return path


def recover(store: Store, name: str, source: Path, checksum: str | None) -> bool:
    """Replaces the collection by the snapshot, or makes it from scratch.

    Everything is unpacked, opened and synced beside the present shard first; then one atomic write
    of the record makes it count.
    """
    if checksum is not None and checksum != _sha256(source):
        raise wrong_input("Snapshot checksum mismatch: the file is not the one that was expected")
    with _unpacked(store, source) as staging:
        record = _check(staging)
        if not store.exists(name):
            store.create(name, record.config)
        collection = store.get(name)
        shard = new_shard_name()
        incoming = collection.folder / shard
        (staging / _SHARD).rename(incoming)
        try:
            sync_tree(incoming)
            sync(collection.folder)
            collection.take_over(replace(record, shard=shard))
        except Exception:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
    return True


@contextmanager
def _unpacked(store: Store, source: Path) -> Iterator[Path]:
    # On the storage volume, where a rename is atomic.
    store.staging.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=store.staging) as folder:
        unpack(source, Path(folder))
        yield Path(folder)


def _check(staging: Path) -> Record:
    """Opens what was unpacked, as it will be opened when it counts."""
    try:
        record = replace(Record.read(staging), shard=_SHARD)
        edge_config(record.config)
        shard = load_shard(staging, record)
        shard.info()
        shard.flush()
        shard.close()
    except Exception as error:
        raise wrong_input(f"The file is not a snapshot that this server can read: {error}") from error
    return record


def _describe(path: Path) -> Json:
    status = path.stat()
    checksum = path.with_name(path.name + _CHECKSUM)
    return {
        "name": path.name,
        "creation_time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(status.st_mtime)),
        "size": status.st_size,
        "checksum": checksum.read_text() if checksum.exists() else None,
    }


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
