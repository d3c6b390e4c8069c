"""Lets a browser in only from the chat page itself, under each of its own addresses."""

import ipaddress
import json
from urllib.parse import urlsplit


class OwnAddresses:
    """An ASGI application before another one.

    Host says under which address a browser asks, Origin which page makes it ask. Both must be the chat
    page's own:

    - localhost and any IP address, whatever the port: a forwarded port works without a setting. A
      website can't pass for one of them, since it needs its own name to point at this machine.
    - the listed addresses, each as https://chat.example.com.

    A page of another port is another page, though a browser sends it the same cookies. A request without
    an Origin is not a page's script: a browser sends none when somebody opens a page.

    The application knows one address. It sees its own pages' requests as coming from there.
    """

    def __init__(self, application, listed, known_as):
        self.application = application
        self.listed = frozenset(listed)
        self.listed_hosts = frozenset(urlsplit(address).netloc for address in listed)
        self.known_as = known_as

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            return await self.application(scope, receive, send)
        hosts = values(scope, b"host")
        origins = values(scope, b"origin")
        stranger = self.stranger(hosts, origins)
        if stranger is None:
            return await self.application(self.from_known_page(scope), receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        return await refuse(scope, send, stranger)

    def stranger(self, hosts, origins):
        """The first address that is not the page's own; None where all are."""
        for host in hosts:
            if host not in self.listed_hosts and not is_local(host):
                return host
        for origin in origins:
            if origin not in self.listed and not (
                urlsplit(origin).netloc in hosts and is_local(urlsplit(origin).netloc)
            ):
                return origin
        return None

    def from_known_page(self, scope):
        known_as = self.known_as.encode("latin-1")
        headers = [
            (name, known_as if name == b"origin" else value) for name, value in scope["headers"]
        ]
        return {**scope, "headers": headers}


def values(scope, name):
    return [value.decode("latin-1").lower() for key, value in scope["headers"] if key == name]


def is_local(host):
    """Whether a Host header has a name that no website can have."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def refuse(scope, send, stranger):
    detail = (
        f"Open WebUI is not set up for the address {stranger}. If it is yours, add it to "
        "OPENWEBUI_ADDRESSES in the stack's settings (as https://chat.example.com) and bring the "
        "stack up again. A proxy must pass the Host header on."
    )
    reads_html = any("text/html" in value for value in values(scope, b"accept"))
    kind = "text/plain; charset=utf-8" if reads_html else "application/json"
    body = f"{detail}\n" if reads_html else json.dumps({"detail": detail})
    headers = [
        (b"content-type", kind.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
