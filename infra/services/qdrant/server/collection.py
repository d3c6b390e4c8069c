"""One collection: a shard of the engine, and the file that says what it is.

On disk a collection is a folder with `collection.json` and the shard that this file names. The file
is replaced atomically, so it decides everything: a folder without it is not a collection, and a shard
that it does not name is a leftover.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

import orjson
import qdrant_edge as engine

from . import config as configuration
from .body import Json
from .engine_config import edge_config
from .errors import engine_errors, no_collection
from .files import remove_durably, sync_tree, write_json
from .leftovers import RECORD
from .locks import SharedLock


@dataclass(frozen=True)
class Record:
    """What `collection.json` holds."""

    shard: str
    config: Json
    # Payload indexes by field, as they were asked for.
    indexes: Json = field(default_factory=dict)

    @staticmethod
    def read(folder: Path) -> Record:
        return Record(**orjson.loads((folder / RECORD).read_bytes()))

    def write(self, folder: Path) -> None:
        write_json(
            folder / RECORD, {"shard": self.shard, "config": self.config, "indexes": self.indexes}
        )


class Collection:
    def __init__(self, name: str, folder: Path, record: Record, shard: Any) -> None:
        self.name = name
        self.folder = folder
        self.record = record
        # One writer at a time; readers do not wait for it.
        self.writing = RLock()
        self.operations = 0
        self._shard = shard
        self._lock = SharedLock()
        self._flushed = 0
        self._open = True

    @staticmethod
    def create(name: str, folder: Path, config: Json) -> Collection:
        folder.mkdir(parents=True, exist_ok=True)
        record = Record(shard=new_shard_name(), config=config)
        with engine_errors():
            shard = engine.EdgeShard.create(str(folder / record.shard), edge_config(config))
            shard.flush()
        sync_tree(folder)
        record.write(folder)
        return Collection(name, folder, record, shard)

    @staticmethod
    def open(name: str, folder: Path) -> Collection:
        record = Record.read(folder)
        return Collection(name, folder, record, load_shard(folder, record))

    @contextmanager
    def using(self) -> Iterator[Any]:
        """The shard, for reading; it stays open meanwhile."""
        with self._lock.shared():
            if not self._open:
                raise no_collection(self.name)
            with engine_errors():
                yield self._shard

    def update(self, operation: engine.UpdateOperation) -> int:
        """Applies a change that survives a crash when this returns: the engine logs it first."""
        with self.writing, self.using() as shard:
            # Counted even if it fails: a part of it may have been applied.
            self.operations += 1
            shard.update(operation)
            return self.operations

    def flush(self) -> None:
        """Puts onto the disk what a power failure could still take."""
        with self.writing, self.using() as shard:
            if self._flushed != self.operations:
                shard.flush()
                self._flushed = self.operations

    def set_indexes(self, indexes: Json) -> None:
        self.record = replace(self.record, indexes=indexes)
        self.record.write(self.folder)

    def reconfigure(self, changes: Json) -> None:
        with self.writing:
            record = replace(self.record, config=configuration.patched(self.record.config, changes))
            with self._owned():
                self._shard.close()
                try:
                    self._shard = load_shard(self.folder, record)
                except Exception:
                    self._shard = load_shard(self.folder, self.record)
                    raise
                record.write(self.folder)
                self.record = record

    def take_over(self, record: Record) -> None:
        """Serves another shard, which lies complete and synced in this collection's folder."""
        with self.writing, self._owned():
            incoming = load_shard(self.folder, record)
            record.write(self.folder)
            self._shard.close()
            former, self.record, self._shard = self.record, record, incoming
            self.operations += 1
        shutil.rmtree(self.folder / former.shard, ignore_errors=True)

    def delete(self) -> None:
        with self.writing, self._owned():
            remove_durably(self.folder / RECORD)
            self._open = False
            self._shard.close()
            shutil.rmtree(self.folder)

    def close(self) -> None:
        with self.writing, self._owned():
            self._shard.flush()
            self._shard.close()
            self._open = False

    @contextmanager
    def _owned(self) -> Iterator[None]:
        with self._lock.exclusive():
            if not self._open:
                raise no_collection(self.name)
            with engine_errors():
                yield


def new_shard_name() -> str:
    return f"shard-{uuid4().hex}"


def load_shard(folder: Path, record: Record) -> Any:
    path = folder / record.shard
    # The record alone says how the shard is configured: the engine's own copy would bring back
    # what a change has taken away.
    (path / "edge_config.json").unlink(missing_ok=True)
    with engine_errors():
        return engine.EdgeShard.load(str(path), edge_config(record.config))
