"""What a Hugging Face hub, or a mirror of it, says and gives."""

import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


class Refusal(Exception):
    """Nothing that another try could change; for the user, with what to do about it."""

    def __init__(self, message: str, remedy: str):
        super().__init__(message)
        self.remedy = remedy


class Broken(Exception):
    """Worth another try, after `wait` seconds where the hub says how long."""

    def __init__(self, message: str, wait: float | None = None):
        super().__init__(message)
        self.wait = wait


class Shrunk(Broken):
    """The hub has less of a file than was fetched of it."""


@dataclass(frozen=True)
class HubFile:
    path: str
    size: int
    # Of the content where the hub keeps it as a large file, else git's own, of a short header and it.
    sha256: str | None
    git_sha1: str | None

    @property
    def identity(self) -> str:
        return self.sha256 or self.git_sha1 or str(self.size)


NOT_FOUND = "Correct LOCAL_MODEL: it is OWNER/NAME:QUANT, as in the address of the model's page."
TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
# What the network does in the middle of a request.
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, OSError)


class Hub:
    def __init__(self, endpoint: str, token: str, timeout: float, proxies: dict[str, str], company_certificates: str):
        self.endpoint = endpoint.rstrip("/")
        self._token = token
        self._timeout = timeout
        trust = ssl.create_default_context()
        if company_certificates:
            trust.load_verify_locations(cadata=company_certificates)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(proxies),
            urllib.request.HTTPSHandler(context=trust),
            _KeepTokenAtHome,
        )

    def files(self, repository: str) -> list[HubFile]:
        """Every file of a repository, in the hub's order."""
        found: list[HubFile] = []
        url: str | None = f"{self.endpoint}/api/models/{repository}/tree/main?recursive=true"
        while url is not None:
            with self._open(url, repository) as response:
                page = entries(self.read_all(response), response.url)
                url = next_page(response.headers.get("Link"))
            found += [hub_file(entry) for entry in page if entry.get("type") == "file"]
        return found

    def open(self, repository: str, path: str, offset: int) -> http.client.HTTPResponse:
        """The file's content from `offset` on; status 200 is the whole file in spite of it."""
        url = f"{self.endpoint}/{repository}/resolve/main/{quote(path)}"
        return self._open(url, repository, {"Range": f"bytes={offset}-"} if offset else {})

    def read_all(self, response: http.client.HTTPResponse) -> bytes:
        return self._reading(response.read)

    def read_some(self, response: http.client.HTTPResponse, most: int) -> bytes:
        return self._reading(lambda: response.read1(most))

    def _reading(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except NETWORK_ERRORS as error:
            raise self._judged_network_error(error) from error

    def _open(self, url: str, repository: str, headers: dict[str, str] | None = None):
        request = urllib.request.Request(url, headers={"User-Agent": "agent-stack", **(headers or {})})
        if self._token:
            # Downloads are redirected to another host, which must not be told the token.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            return self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._judged(error, repository) from error
        except NETWORK_ERRORS as error:
            raise self._judged_network_error(error) from error

    def _judged(self, error: urllib.error.HTTPError, repository: str) -> Exception:
        status = error.code
        said = f"{self.endpoint} answers {status}"
        if status == 416:
            return Shrunk(f"{said}: it has less of the file than was fetched")
        if status in TRANSIENT:
            return Broken(f"{said} ({error.reason})", retry_after(error.headers.get("Retry-After")))
        if status == 401 and self._token:
            return Refusal(f"{said}: it does not accept HF_TOKEN.", "Correct HF_TOKEN in the stack's .env file.")
        if status == 401:
            # To somebody without a token the hub does not tell the two apart.
            return Refusal(
                f"{said}: there is no {repository}, or it is not public.",
                f"{NOT_FOUND} For a model that is not public, set HF_TOKEN in the stack's .env file.",
            )
        if status == 403:
            return Refusal(
                f"{said}: {repository} is not for everybody.",
                "Accept its licence on its page, and set HF_TOKEN of that account in the stack's .env file.",
            )
        if status == 404:
            return Refusal(f"{said}: there is no {repository}.", NOT_FOUND)
        return Refusal(
            f"{said} ({error.reason}).",
            "See whether HF_ENDPOINT in the stack's .env file is the address of a Hugging Face hub.",
        )

    def _judged_network_error(self, error: Exception) -> Exception:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Refusal(
                f"The certificate of {self.endpoint} is not trusted: {reason.verify_message}.",
                "Behind a proxy that inspects TLS, name your company's root certificate in COMPANY_CA_FILE.",
            )
        if "407" in str(reason):
            return Refusal(
                "The proxy wants a user name and a password.",
                "Put them into OUTBOUND_PROXY in the stack's .env file: http://NAME:PASSWORD@HOST:PORT.",
            )
        if isinstance(reason, TimeoutError):
            return Broken(f"{self.endpoint} sent nothing for {self._timeout:.0f} s")
        return Broken(f"{self.endpoint} can't be reached: {reason}")


class _KeepTokenAtHome(urllib.request.HTTPRedirectHandler):
    """A renamed repository redirects within the hub, and the token goes there, too."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        token = req.unredirected_hdrs.get("Authorization")
        if request is not None and token and origin(newurl) == origin(req.full_url):
            request.add_unredirected_header("Authorization", token)
        return request


def origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def hub_file(entry: dict) -> HubFile:
    large = entry.get("lfs") or {}
    return HubFile(
        path=entry["path"],
        size=large.get("size") or entry["size"],
        sha256=large.get("oid"),
        git_sha1=None if large else entry.get("oid"),
    )


def entries(body: bytes, url: str) -> list[dict]:
    try:
        page = json.loads(body)
    except ValueError:
        page = None
    if isinstance(page, list) and all(isinstance(entry, dict) for entry in page):
        return page
    raise Refusal(
        f"{url} is not a list of a model's files.",
        "See whether HF_ENDPOINT in the stack's .env file is the address of a Hugging Face hub, and "
        "whether this network asks for a sign-in first.",
    )


def next_page(link: str | None) -> str | None:
    found = re.search(r'<([^>]+)>;\s*rel="next"', link or "")
    return found.group(1) if found else None


def retry_after(value: str | None) -> float | None:
    return float(value) if value and value.isdigit() else None


def is_model(path: str) -> bool:
    """As llama.cpp has it: GGUF files beside the model are projectors, drafts and statistics."""
    name = path.rsplit("/", 1)[-1]
    others = ("mmproj", "imatrix", "mtp-", "eagle3-", "dflash-", "dspark-")
    return name.endswith(".gguf") and not any(other in name for other in others)


SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)


def pick(files: list[HubFile], repository: str, quant: str) -> HubFile:
    """The file that `llama-server --hf-repo REPOSITORY:QUANT` would take."""
    models = [file for file in files if is_model(file.path)]
    wanted = [quant] if quant else ["Q4_K_M", "Q8_0"]
    matching = [
        file
        for tag in wanted
        for file in models
        if re.search(re.escape(tag) + "[.-]", file.path, re.IGNORECASE)
    ]
    candidates = matching or ([] if quant else models)
    if not candidates:
        raise Refusal(
            f"{repository} has no GGUF file{f' of {quant}' if quant else ''}; it has {listed(models)}.",
            "Correct LOCAL_MODEL in the stack's .env file: OWNER/NAME:QUANT.",
        )
    chosen = candidates[0]
    if SPLIT.search(chosen.path):
        raise Refusal(
            f"{chosen.path} is a part of a model that is split into several files, which can't be served here.",
            "Choose a quantization that is one file, in LOCAL_MODEL.",
        )
    return chosen


def listed(models: list[HubFile]) -> str:
    names = [file.path for file in models if not SPLIT.search(file.path)]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more if names else "none that is one file"
