"""Keeps what an administrator changes in Open WebUI's page, beside what the stack sets."""

import hashlib
import json
import logging

log = logging.getLogger(__name__)

#: What the page needs to work inside this stack: the environment's at each start, and never stored.
of_the_stack = frozenset(
    [
        "webui.url",
        "rag.embedding_engine",
        "rag.embedding_model",
        "rag.openai.api_base_url",
        "rag.openai.api_key",
    ]
)
#: How Open WebUI keeps its connections: by their index.
urls, keys, configs = connection = (
    "openai.api_base_urls",
    "openai.api_keys",
    "openai.api_configs",
)
banners = "ui.banners"
#: Where the environment's values of the last start are remembered, as hashes.
last_environment = "agent_stack.environment"


class KeptSettings:
    """An ASGI application whose settings are brought in line before it starts."""

    def __init__(self, application, config):
        self.application = application
        self.config = config
        config.persistent_enabled_for = not_of_the_stack(config.persistent_enabled_for)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            try:
                await self.bring_in_line()
            except Exception:
                # As they were the last time is better than not at all.
                log.exception("Settings could not be brought in line with the environment")
        await self.application(scope, receive, send)

    async def bring_in_line(self):
        environment = {
            key: value
            for key, value in self.config.DEFAULTS.items()
            if self.config.persistent_enabled_for(key)
        }
        stored = await self.config.get_all()
        changes = changes_of(environment, stored, stored.get(last_environment) or {})
        await self.config.upsert(changes)


def not_of_the_stack(enabled_for):
    return lambda key: key not in of_the_stack and enabled_for(key)


def changes_of(environment, stored, last):
    """What to store so that the environment's changes take effect, and the administrator's stay.

    A setting that nobody has changed in the page follows the environment. One that somebody has
    changed stays, all but the connection to the agent and the banner, which are put among theirs.
    """
    changes = {last_environment: {key: hashed(value) for key, value in environment.items()}}
    for key, value in environment.items():
        if key in stored and last.get(key) == hashed(stored[key]) != hashed(value):
            changes[key] = value
    if urls in stored:
        changes |= with_own_connection(
            {key: environment[key] for key in connection},
            {key: stored.get(key) or type(environment[key])() for key in connection},
        )
    if banners in stored:
        changes[banners] = with_own_banner(environment[banners], stored[banners] or [])
    return changes


def hashed(value):
    """There are keys among the values."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def with_own_connection(own, stored):
    url, key, config = own[urls][0], own[keys][0], own[configs]["0"]
    if url in stored[urls]:
        index = stored[urls].index(url)
        others = stored
    else:
        index = 0
        others = {
            urls: [url, *stored[urls]],
            keys: [key, *stored[keys]],
            configs: {shifted(name): value for name, value in stored[configs].items()},
        }
    # Somebody may have switched it off.
    is_on = others[configs].get(str(index), {}).get("enable", True)
    all_keys = [*others[keys], *[""] * (len(others[urls]) - len(others[keys]))]
    all_keys[index] = key
    return {
        urls: others[urls],
        keys: all_keys,
        configs: {**others[configs], str(index): {**config, "enable": is_on}},
    }


def shifted(index):
    return str(int(index) + 1) if index.isdigit() else index


def with_own_banner(own, stored):
    own_ids = {"small-model"}
    return own + [banner for banner in stored if banner.get("id") not in own_ids]
