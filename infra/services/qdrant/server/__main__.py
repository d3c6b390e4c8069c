"""Starts the server. Its environment has the names of Qdrant's own settings."""

import logging
import os
import sys
import tempfile
from pathlib import Path

import uvicorn

from .app import build_app
from .quiet_server import QuietServer
from .store import Store


def main() -> None:
    setting = os.environ.get
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        level=setting("QDRANT__LOG_LEVEL", "INFO").upper(),
    )
    store = Store(
        storage=Path(setting("QDRANT__STORAGE__STORAGE_PATH", "/qdrant/storage")),
        snapshots=Path(setting("QDRANT__STORAGE__SNAPSHOTS_PATH", "/qdrant/snapshots")),
    )
    # An upload is kept there until it is unpacked: /tmp is memory, and small.
    tempfile.tempdir = str(store.staging)
    config = uvicorn.Config(
        build_app(store, setting("QDRANT__SERVICE__API_KEY")),
        host=setting("QDRANT__SERVICE__HOST", "0.0.0.0"),
        port=int(setting("QDRANT__SERVICE__HTTP_PORT", "6333")),
        log_config=None,
        access_log=False,
        # Longer than a client keeps an idle connection, so that it never meets a closing one.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=15,
    )
    server = QuietServer(config)
    server.run()
    if not server.started:
        sys.exit("The server could not start.")


if __name__ == "__main__":
    main()
