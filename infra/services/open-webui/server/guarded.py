"""Open WebUI behind OwnAddresses: what uvicorn serves in both images."""

import os

from first_start import FirstStart, set_up_of
from open_webui.main import app as open_webui
from open_webui.models.models import ModelForm, Models
from open_webui.models.users import Users
from own_addresses import OwnAddresses

app = OwnAddresses(
    FirstStart(open_webui, set_up_of(Models, Users, ModelForm, os.environ["DEFAULT_MODELS"])),
    listed=[address for address in os.environ["OPENWEBUI_ADDRESSES"].split(",") if address],
    known_as=os.environ["CORS_ALLOW_ORIGIN"],
)
