"""uvicorn looks ten times a second whether it is to end; a server that rests spends most of its time on that."""

import asyncio
from types import FrameType

import uvicorn

# What uvicorn counts in a second, by which it keeps the date of its answers.
_TICKS_A_SECOND = 10


class QuietServer(uvicorn.Server):
    """Looks once a second, and at once when a signal tells it to end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += _TICKS_A_SECOND
            try:
                await asyncio.wait_for(self._told.wait(), 1)
            except TimeoutError:
                continue

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._loop is not None and self._told is not None:
            # Of a signal's handler the loop does not know until something wakes it.
            self._loop.call_soon_threadsafe(self._told.set)
