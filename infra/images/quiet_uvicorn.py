"""uvicorn looks ten times a second whether it is to end. Here it is told so, and looks once a second."""

import asyncio

import uvicorn

TICKS_A_SECOND = 10
handle_exit = uvicorn.Server.handle_exit


async def main_loop(server):
    server.loop, server.told = asyncio.get_running_loop(), asyncio.Event()
    ticks = 0
    while not await server.on_tick(ticks):
        ticks += TICKS_A_SECOND
        try:
            await asyncio.wait_for(server.told.wait(), 1)
        except asyncio.TimeoutError:
            pass


def handle_exit_at_once(server, sig, frame):
    handle_exit(server, sig, frame)
    if hasattr(server, "told"):
        # This is a signal's handler: the loop sleeps on until something wakes it.
        server.loop.call_soon_threadsafe(server.told.set)


uvicorn.Server.main_loop = main_loop
uvicorn.Server.handle_exit = handle_exit_at_once
