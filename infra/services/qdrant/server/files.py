"""Writing to the disk so that a crash leaves the old state or the new one, and nothing between."""

import os
import shutil
from pathlib import Path
from typing import Any

import orjson

TEMPORARY = ".tmp"


def sync(path: Path) -> None:
    """A folder's entries are safe only when the folder itself is synced."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for name in names:
            sync(Path(folder, name))
        sync(Path(folder))


def write_json(path: Path, value: Any) -> None:
    temporary = path.with_name(path.name + TEMPORARY)
    with open(temporary, "wb") as file:
        file.write(orjson.dumps(value))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync(path.parent)


def remove_durably(path: Path) -> None:
    path.unlink()
    sync(path.parent)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
