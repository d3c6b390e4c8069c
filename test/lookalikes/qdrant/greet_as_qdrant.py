"""The server of ours, introducing itself as the Qdrant that it stands in for.

Whoever asks for the kind of data behind a snapshot has to get the original's answer: its files are of
another format than our server's, and what may be restored where depends on it.
"""

from pathlib import Path

from server import app
from server.__main__ import main
from starlette.responses import JSONResponse

VERSION = Path("/opt/engine/version").read_text().strip()


async def greeting(_: object) -> JSONResponse:
    title = "qdrant - vector search engine"
    return JSONResponse({"title": title, "version": VERSION, "commit": "0" * 40})


app._greeting = greeting
main()
