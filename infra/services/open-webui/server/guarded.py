"""Open WebUI behind what the stack adds to it: what uvicorn serves in both images."""

import os
from functools import partial

from aiohttp import ClientSession, ClientTimeout
from deleted_chats import DeletedChats, DeletedChatStore, runner_of, teller_of
from first_start import FirstStart, set_up_of
from kept_settings import KeptSettings
from open_webui.internal.db import get_async_db
from open_webui.main import app as open_webui
from open_webui.models.config import Config
from open_webui.models.models import ModelForm, Models
from open_webui.models.users import Users
from own_addresses import OwnAddresses
from sqlalchemy import text

in_time = partial(ClientSession, timeout=ClientTimeout(total=30))

named = FirstStart(open_webui, set_up_of(Models, Users, ModelForm, os.environ["DEFAULT_MODELS"]))
erasing = DeletedChats(
    KeptSettings(named, Config),
    DeletedChatStore(runner_of(get_async_db, text)),
    teller_of(in_time, os.environ["OPENAI_API_BASE_URL"], os.environ["OPENAI_API_KEY"]),
)
app = OwnAddresses(
    erasing,
    listed=[address for address in os.environ["OPENWEBUI_ADDRESSES"].split(",") if address],
    known_as=os.environ["CORS_ALLOW_ORIGIN"],
)
