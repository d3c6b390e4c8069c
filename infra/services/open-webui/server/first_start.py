"""How a new Open WebUI introduces itself: as Open WebUI keeps it, and an administrator's to change."""

import base64
import logging
from pathlib import Path

log = logging.getLogger(__name__)
icon = Path(__file__).parent / "assistant.png"


class FirstStart:
    """An ASGI application whose `set_up` runs when it has started, before it serves."""

    def __init__(self, application, set_up):
        self.application = application
        self.set_up = set_up

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            return await self.application(scope, receive, send)

        async def after_start(message):
            if message["type"] == "lifespan.startup.complete":
                try:
                    await self.set_up()
                except Exception:
                    # A page without its name is still a page.
                    log.exception("The model's name and icon could not be set")
            await send(message)

        return await self.application(scope, receive, after_start)


def set_up_of(models, users, model_form, model):
    """Names the model `model` where it has no entry, and keeps the release notes from a new administrator."""

    async def set_up():
        administrator = await users.get_super_admin_user()
        if administrator is None:
            return
        if await models.get_model_by_id(model) is None:
            image = base64.b64encode(icon.read_bytes()).decode()
            entry = model_form(
                id=model,
                name="Assistant",
                meta={"profile_image_url": f"data:image/png;base64,{image}"},
                params={},
            )
            await models.insert_new_model(entry, administrator.id)
        if not administrator.settings:
            # They are of Open WebUI's versions; whoever wants them finds them under Settings, About.
            await users.update_user_settings_by_id(administrator.id, {"ui": {"showChangelog": False}})

    return set_up
