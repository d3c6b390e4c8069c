"""Open WebUI behind OwnAddresses: what uvicorn serves in both images."""

import os

from open_webui.main import app as open_webui
from own_addresses import OwnAddresses

app = OwnAddresses(
    open_webui,
    listed=[address for address in os.environ["OPENWEBUI_ADDRESSES"].split(",") if address],
    known_as=os.environ["CORS_ALLOW_ORIGIN"],
)
