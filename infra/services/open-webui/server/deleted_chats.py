"""Tells the agent which chats were deleted in Open WebUI, so that it deletes what it keeps of them."""

import asyncio
import logging
import re
from pathlib import Path
from urllib.parse import quote

log = logging.getLogger(__name__)
pause_seconds = 60


class DeletedChats:
    """An ASGI application before another one.

    Behind each DELETE request, and once a minute, it tells what is due. A chat is told of until the
    agent has answered, however long the agent is away; and once more ten minutes later, for an answer
    that was under way when its chat was deleted.
    """

    def __init__(self, application, store, tell):
        self.application = application
        self.store = store
        self.tell = tell
        self.wake = asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.work_beside(scope, receive, send)
        await self.application(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "DELETE":
            self.wake.set()

    async def work_beside(self, scope, receive, send):
        started = []

        async def after_start(message):
            if message["type"] == "lifespan.startup.complete":
                started.append(asyncio.create_task(self.tell_forever()))
            await send(message)

        try:
            await self.application(scope, receive, after_start)
        finally:
            for task in started:
                task.cancel()
            await asyncio.gather(*started, return_exceptions=True)

    async def tell_forever(self):
        is_prepared = False
        while True:
            self.wake.clear()
            try:
                if not is_prepared:
                    await self.store.prepare()
                    is_prepared = True
                while await self.tell_due():
                    pass
            except Exception:
                log.exception("Deleted chats can't be read yet")
            try:
                await asyncio.wait_for(self.wake.wait(), pause_seconds)
            except TimeoutError:
                pass

    async def tell_due(self):
        """Gives back how many were due."""
        due = await self.store.due()
        for chat in due:
            try:
                await self.tell(chat)
            except Exception as error:
                log.warning("The agent can't delete what it keeps of a deleted chat yet: %s", error)
                await self.store.failed(chat)
            else:
                await self.store.told(chat)
        return len(due)


class DeletedChatStore:
    """The list of them, in Open WebUI's own database."""

    def __init__(self, run):
        self.run = run
        file = Path(__file__).parent / "deleted_chats.sql"
        # A name on its own line, then its statement.
        parts = re.split(r"^-- (\w+)\n", file.read_text(), flags=re.MULTILINE)
        self.statements = dict(zip(parts[1::2], parts[2::2]))

    async def prepare(self):
        for name in ("table", "function", "trigger"):
            await self.run(self.statements[name], {})

    async def due(self):
        # Under the same name it is there again, as after an import.
        await self.run(self.statements["returned"], {})
        return [row[0] for row in await self.run(self.statements["due"], {})]

    async def told(self, chat):
        for name in ("told", "forgotten"):
            await self.run(self.statements[name], {"chat_id": chat})

    async def failed(self, chat):
        await self.run(self.statements["failed"], {"chat_id": chat})


def runner_of(get_session, text):
    """Runs one statement in its own transaction, by SQLAlchemy's sessions."""

    async def run(statement, values):
        async with get_session() as session:
            result = await session.execute(text(statement), values)
            rows = result.all() if result.returns_rows else []
            await session.commit()
            return rows

    return run


def teller_of(client_session, base_url, key):
    """Asks the agent to delete a chat. client_session is aiohttp's."""

    async def tell(chat):
        headers = {"authorization": f"Bearer {key}"}
        async with client_session(headers=headers) as session:
            async with session.delete(f"{base_url}/chats/{quote(chat, safe='')}") as response:
                if response.status != 200:
                    raise RuntimeError(f"it answered {response.status}")

    return tell
