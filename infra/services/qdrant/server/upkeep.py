"""What happens between requests: flushing, and building vector indexes.

The engine's `optimize` holds Python's interpreter lock from start to end: about half a millisecond
a vector, in which this process would answer nothing, not even a health check. So another process
optimizes a copy, and the copy takes over if nothing was written meanwhile.
"""

import logging
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from weakref import WeakKeyDictionary

from .archive import copy_sparse
from .collection import Collection, Record, load_shard, new_shard_name
from .config import indexing_threshold_kb
from .engine_config import dense_vectors
from .files import sync, sync_tree
from .store import Store

_log = logging.getLogger("qdrant")
_INTERVAL_SECONDS = 5
_BYTES_A_NUMBER = 4
# Qdrant's own thresholds for cleaning up after deletions.
_DELETED_SHARE, _DELETED_POINTS = 0.2, 1000


@dataclass
class _Notes:
    """What the last rounds saw of a collection."""

    # Its count of operations at the last round, and when it was last optimized or found in order.
    seen: int = -1
    settled: int = -1
    most_points: int = 0


class Upkeep:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = Event()
        self._thread = Thread(target=self._run, name="upkeep", daemon=True)
        self._notes: WeakKeyDictionary[Collection, _Notes] = WeakKeyDictionary()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_INTERVAL_SECONDS):
            for collection in self._store.all():
                try:
                    self._look_after(collection)
                except Exception:
                    # Deleted meanwhile, or the disk is full: the next round tells.
                    _log.exception("upkeep of %s failed", collection.name)

    def _look_after(self, collection: Collection) -> None:
        collection.flush()
        notes = self._notes.setdefault(collection, _Notes())
        quiet = notes.seen == collection.operations
        notes.seen = collection.operations
        if not quiet or notes.settled == collection.operations:
            return
        if _is_worthwhile(collection, notes):
            self._optimize(collection)
            notes.most_points = 0
        notes.settled = collection.operations

    def _optimize(self, collection: Collection) -> None:
        copy = collection.folder / new_shard_name()
        try:
            with collection.writing:
                collection.flush()
                operations, record = collection.operations, collection.record
                _copy_tree(collection.folder / record.shard, copy)
            if self._optimize_elsewhere(collection.folder, copy.name):
                sync_tree(copy)
                sync(collection.folder)
                with collection.writing:
                    if collection.operations == operations and collection.record == record:
                        collection.take_over(replace(record, shard=copy.name))
                        _log.info("optimized %s", collection.name)
        finally:
            if collection.record.shard != copy.name:
                shutil.rmtree(copy, ignore_errors=True)

    def _optimize_elsewhere(self, folder: Path, shard: str) -> bool:
        """True when the engine found something to do; a stop of the server ends it early."""
        command = [sys.executable, "-m", f"{__package__}.upkeep", str(folder), shard]
        with subprocess.Popen(command) as process:
            while process.poll() is None:
                if self._stop.wait(0.2):
                    process.kill()
            return process.returncode == 0


def _is_worthwhile(collection: Collection, notes: _Notes) -> bool:
    """True when enough vectors are unindexed, or enough points were deleted, to be worth a copy."""
    with collection.using() as shard:
        info = shard.info()
    notes.most_points = max(info.points_count, notes.most_points)
    deleted = notes.most_points - info.points_count
    if deleted >= max(_DELETED_POINTS, _DELETED_SHARE * notes.most_points):
        return True
    config = collection.record.config
    sizes = [vector["size"] for vector in dense_vectors(config).values()]
    threshold = indexing_threshold_kb(config)
    if not sizes or threshold == 0:
        return False
    unindexed: int = max(0, info.points_count * len(sizes) - info.indexed_vectors_count)
    average: float = sum(sizes) / len(sizes)
    return unindexed * average * _BYTES_A_NUMBER / 1024 > threshold


def _copy_tree(source: Path, target: Path) -> None:
    for path in [source, *source.rglob("*")]:
        copied = target / path.relative_to(source)
        if path.is_dir():
            copied.mkdir()
        else:
            with open(path, "rb") as reader, open(copied, "wb") as writer:
                copy_sparse(reader, writer)


def _main(folder: Path, name: str) -> int:
    shard = load_shard(folder, replace(Record.read(folder), shard=name))
    changed = shard.optimize()
    shard.flush()
    shard.close()
    return 0 if changed else 1


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), sys.argv[2]))
