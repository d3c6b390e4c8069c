"""All collections and their aliases, and the order of their folders on disk."""

import logging
import re
import shutil
from pathlib import Path
from threading import RLock

import orjson

from . import config as configuration
from . import leftovers
from .body import Json, objects, required
from .collection import Collection, Record
from .errors import ApiError, bad_format, invalid, no_collection, not_found
from .files import remove, write_json
from .leftovers import RECORD

_log = logging.getLogger("qdrant")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


class Store:
    def __init__(self, storage: Path, snapshots: Path) -> None:
        self.snapshots = snapshots
        # Where a snapshot is unpacked; nothing in it outlives a start.
        self.staging = storage / leftovers.STAGING
        self._storage = storage
        self._folder = storage / leftovers.COLLECTIONS
        self._alias_file = storage / leftovers.ALIASES
        # For the two maps only: a collection guards itself.
        self._lock = RLock()
        self._collections: dict[str, Collection] = {}
        self._aliases: dict[str, str] = {}

    def open(self) -> None:
        """Opens every collection, and removes what was cut short.

        Raises SystemExit where there is a collection that another engine wrote: one of the same name
        would be written into its folder.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        folders = sorted(self._folder.iterdir())
        for folder in folders:
            if not leftovers.is_ours(folder):
                raise SystemExit(
                    f"{folder} was written by another engine; nothing was changed. "
                    "Give this server its own volume."
                )
        for path in leftovers.foreign(self._storage):
            _leave(path)
        self.staging.mkdir(exist_ok=True)
        self._remove_unfinished_snapshots()
        for folder in folders:
            if not (folder / RECORD).is_file():
                _log.warning("removed %s: its creation or deletion was cut short", folder.name)
                shutil.rmtree(folder)
                continue
            _remove_leftovers(folder)
            try:
                self._collections[folder.name] = Collection.open(folder.name, folder)
            except Exception as error:
                # Going on without it would look like its deletion.
                raise SystemExit(f"collection {folder.name} cannot be opened: {error}") from error
        if self._alias_file.exists():
            aliases: dict[str, str] = orjson.loads(self._alias_file.read_bytes())
            self._aliases = {a: name for a, name in aliases.items() if name in self._collections}
        _log.info("opened %d collections", len(self._collections))

    def _remove_unfinished_snapshots(self) -> None:
        for path in [
            *leftovers.of_staging(self.staging),
            *leftovers.of_snapshots(self.snapshots),
        ]:
            _log.warning("removed %s: what made it was cut short", path)
            remove(path)

    def close(self) -> None:
        for collection in self.all():
            collection.close()
        _log.info("closed")

    def all(self) -> list[Collection]:
        with self._lock:
            return [self._collections[name] for name in sorted(self._collections)]

    def get(self, name: str) -> Collection:
        """By its name or an alias."""
        with self._lock:
            collection = self._collections.get(self._aliases.get(name, name))
        if collection is None:
            raise no_collection(name)
        return collection

    def exists(self, name: str) -> bool:
        with self._lock:
            return self._aliases.get(name, name) in self._collections

    def create(self, name: str, body: Json) -> Collection:
        _check_name(name)
        config = configuration.created(body)
        with self._lock:
            if name in self._collections:
                raise ApiError(409, f"Wrong input: Collection `{name}` already exists!")
            if name in self._aliases:
                raise ApiError(
                    409,
                    f"Wrong input: Can't create collection with name {name}. "
                    "Alias with the same name already exists",
                )
            collection = Collection.create(name, self._folder / name, config)
            self._collections[name] = collection
            return collection

    def delete(self, name: str) -> bool:
        with self._lock:
            collection = self._collections.pop(name, None)
            if collection is None:
                return False
            collection.delete()
            self._set_aliases({a: target for a, target in self._aliases.items() if target != name})
            return True

    def aliases(self, name: str | None = None) -> Json:
        with self._lock:
            pairs = [
                {"alias_name": alias, "collection_name": target}
                for alias, target in sorted(self._aliases.items())
                if name is None or target == name
            ]
        return {"aliases": pairs}

    def change_aliases(self, body: Json) -> bool:
        """All of the actions, or none."""
        with self._lock:
            aliases = dict(self._aliases)
            for action in objects(body, "actions"):
                self._apply(aliases, action)
            self._set_aliases(aliases)
        return True

    def _apply(self, aliases: dict[str, str], action: Json) -> None:
        if "create_alias" in action:
            detail = action["create_alias"]
            target, alias = (
                required(detail, "collection_name", str),
                required(detail, "alias_name", str),
            )
            if target not in self._collections:
                raise no_collection(target)
            if alias in self._collections:
                raise ApiError(409, f"Wrong input: Collection `{alias}` already exists!")
            aliases[alias] = target
        elif "delete_alias" in action:
            aliases.pop(required(action["delete_alias"], "alias_name", str), None)
        elif "rename_alias" in action:
            detail = action["rename_alias"]
            old = required(detail, "old_alias_name", str)
            if old not in aliases:
                raise not_found(f"Alias {old} does not exists!")
            aliases[required(detail, "new_alias_name", str)] = aliases.pop(old)
        else:
            raise bad_format("data did not match any variant of untagged enum AliasOperations")

    def _set_aliases(self, aliases: dict[str, str]) -> None:
        if aliases != self._aliases:
            write_json(self._alias_file, aliases)
            self._aliases = aliases


def _check_name(name: str) -> None:
    if not name or name in {".", ".."} or _FORBIDDEN.search(name) or len(name.encode()) > 255:
        raise invalid("collection_name", f"value {name!r} is not a name that a folder can have")


def _remove_leftovers(folder: Path) -> None:
    record = Record.read(folder)
    for path in sorted(folder.iterdir()):
        if path.name in {RECORD, record.shard}:
            continue
        if not leftovers.is_part(path):
            _leave(path)
            continue
        _log.warning("removed %s/%s: what made it was cut short", folder.name, path.name)
        remove(path)


def _leave(path: Path) -> None:
    _log.warning("%s is not this server's: left alone", path)
