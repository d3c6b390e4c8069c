"""Many may use a shard at once; only one may close or replace it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class SharedLock:
    def __init__(self) -> None:
        self._condition = Condition()
        self._users = 0
        self._owners_waiting = 0
        self._owned = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._condition:
            # Those who wait to own it go first, or a busy collection could never be deleted.
            self._condition.wait_for(lambda: not self._owned and not self._owners_waiting)
            self._users += 1
        try:
            yield
        finally:
            with self._condition:
                self._users -= 1
                self._condition.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._condition:
            self._owners_waiting += 1
            self._condition.wait_for(lambda: not self._owned and not self._users)
            self._owners_waiting -= 1
            self._owned = True
        try:
            yield
        finally:
            with self._condition:
                self._owned = False
                self._condition.notify_all()
