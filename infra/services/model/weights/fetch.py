"""Fetches the weights of one model into the volume that llama.cpp reads them from, once.

It goes on where an earlier run ended. Progress is on standard output, a line at a time; an error is two
lines on standard error, "error: …" and "remedy: …".
"""

import errno
import fcntl
import hashlib
import os
import re
import signal
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from hub import Broken, Hub, HubFile, Refusal, Shrunk, pick

# Tries in a row that bring no byte further.
TRIES = 6
LONGEST_WAIT = 60.0
CHUNK = 1 << 20
SPARE_DISK = 64_000_000
REACH = (
    "See whether this machine reaches it. A proxy is named in OUTBOUND_PROXY, a mirror in HF_ENDPOINT; "
    "docs/local-model.md says how to put the file there by hand."
)


def megabytes(count: float) -> str:
    return f"{count / 1_000_000:.0f}"


def say(text: str) -> None:
    print(text, flush=True)


class Progress:
    """A line for each hundredth, at most one a second and at least one in ten."""

    def __init__(self, total: int, done: int):
        self._total = total
        self._began = time.monotonic()
        self._first = done
        self._at = float("-inf")
        self._hundredth = -1

    def tell(self, done: int) -> None:
        since = time.monotonic() - self._at
        hundredth = done * 100 // self._total
        if since < 1 or (hundredth == self._hundredth and since < 10):
            return
        self._at, self._hundredth = time.monotonic(), hundredth
        say(f"{megabytes(done)} of {megabytes(self._total)} MB{self._left(done)}")

    def _left(self, done: int) -> str:
        elapsed = time.monotonic() - self._began
        if elapsed < 3 or done <= self._first:
            return ""
        seconds = (self._total - done) * elapsed / (done - self._first)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


class Fetch:
    def __init__(self, hub: Hub, repository: str, first_wait: float):
        self._hub = hub
        self._repository = repository
        self._first_wait = first_wait

    def choose(self, quant: str) -> HubFile:
        files: list[HubFile] = []
        self._persistently(lambda: files.extend(self._hub.files(self._repository)), lambda: 0)
        return pick(files, self._repository, quant)

    def download(self, file: HubFile, part: Path) -> None:
        """Fills `part`, and leaves it only where its content is what the hub says it is."""
        progress = Progress(file.size, size_of(part))
        for attempt in (1, 2):
            self._persistently(lambda: self._receive(file, part, progress), lambda: size_of(part))
            say(f"checking {megabytes(file.size)} MB")
            if digest_matches(file, part):
                return
            part.unlink()
            if attempt == 1:
                say("what came is not what the hub has; fetching it again")
        raise Refusal(
            f"{file.path} of {self._repository} is damaged on its way, twice: its checksum is not the hub's.",
            "See what changes downloads on this network (a proxy, a mirror), and run ./stack up again.",
        )

    def _receive(self, file: HubFile, part: Path, progress: Progress) -> None:
        offset = size_of(part)
        if offset > file.size:
            part.unlink()
            offset = 0
        if offset == file.size:
            return
        try:
            response = self._hub.open(self._repository, file.path, offset)
        except Shrunk:
            part.unlink()
            raise
        # A server that knows no ranges sends the whole file.
        resumes = response.status == 206
        done = offset if resumes else 0
        with response, part.open("ab" if resumes else "wb") as out:
            progress.tell(done)
            while chunk := self._hub.read_some(response, CHUNK):
                out.write(chunk)
                done += len(chunk)
                progress.tell(done)
        if size_of(part) < file.size:
            raise Broken(f"the transfer ended after {megabytes(size_of(part))} MB")

    def _persistently(self, action, reached) -> None:
        """Tries again with growing pauses, as long as it gets further or not too often in vain."""
        failures = 0
        while True:
            before = reached()
            try:
                return action()
            except Broken as broken:
                failures = 1 if reached() > before else failures + 1
                if failures >= TRIES:
                    raise Refusal(f"{broken}; {TRIES} tries were in vain.", REACH) from broken
                wait = broken.wait or self._first_wait * 2 ** (failures - 1)
                wait = min(wait, LONGEST_WAIT)
                say(f"{broken}; trying again in {wait:.0f} s")
                time.sleep(wait)


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def digest_matches(file: HubFile, path: Path) -> bool:
    if file.sha256 is None and file.git_sha1 is None:
        return size_of(path) == file.size
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(b"blob %d\0" % file.size)
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == file.identity


def require_room(file: HubFile, part: Path) -> None:
    missing = file.size - min(size_of(part), file.size)
    free = os.statvfs(part.parent)
    available = free.f_bavail * free.f_frsize
    if available < missing + SPARE_DISK:
        raise no_room(f"{megabytes(missing)} MB are missing, and {megabytes(available)} MB are free")


def no_room(why: str) -> Refusal:
    return Refusal(
        f"There is no room for the model on Docker's disk: {why}.",
        "Free some (docker system df shows what Docker holds), or choose a smaller LOCAL_MODEL.",
    )


def require_memory(file: HubFile, limit_mebibytes: int) -> None:
    if limit_mebibytes and file.size > limit_mebibytes * 1024**2:
        raise Refusal(
            f"{file.path} has {megabytes(file.size)} MB, more than the model's memory limit of {limit_mebibytes} MiB.",
            "Choose a smaller quantization or a smaller model in LOCAL_MODEL.",
        )


def locked(path: Path):
    """Held by one process at a time, and given back when it ends, however it ends."""
    lock = path.open("w")
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            say("another process is fetching it; waiting for that")
            time.sleep(1)


def fetch(target: Path, environment: dict[str, str]) -> None:
    model = environment["MODEL"]
    if target.exists():
        return say(f"{model} is there already")
    repository, _, quant = model.partition(":")
    endpoint = environment.get("HF_ENDPOINT") or "https://huggingface.co"
    hub = Hub(
        endpoint,
        token=environment.get("HF_TOKEN", ""),
        timeout=float(environment.get("STALL_SECONDS", "60")),
        proxies=reachable_proxies(),
        company_certificates=environment.get("COMPANY_CERTIFICATES", ""),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.with_name(f"{target.name}.lock")):
        if target.exists():
            return say(f"{model} is there already")
        say(f"looking for {model} at {hub.endpoint}")
        fetching = Fetch(hub, repository, float(environment.get("RETRY_SECONDS", "2")))
        file = fetching.choose(quant)
        require_memory(file, int(environment.get("MEMORY_LIMIT_MEBIBYTES", "0")))
        part = target.with_name(f"{target.name}.{file.identity[:12]}.part")
        for stale in target.parent.glob(f"{target.name}.*.part"):
            if stale != part:
                stale.unlink()
        require_room(file, part)
        fetching.download(file, part)
        with part.open("rb+") as content:
            os.fsync(content.fileno())
        part.rename(target)
        say(f"{megabytes(file.size)} MB are there")


def reachable_proxies() -> dict[str, str]:
    """Those of the environment, without one on a loopback interface: that is another machine's."""
    proxies = urllib.request.getproxies_environment()
    reached = {}
    for scheme, address in proxies.items():
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        if scheme != "no" and re.fullmatch(r"localhost|127\..*|::1", host):
            say(f"the proxy {host} can't be reached from a container; OUTBOUND_PROXY names one that can")
        else:
            reached[scheme] = address
    return reached


def interrupted(number: int, _frame) -> None:
    say("interrupted; the next run goes on from here")
    sys.exit(128 + number)


def main() -> None:
    # The first process of a container gets no signal that it does not handle.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupted)
    try:
        fetch(Path(os.environ["TARGET"]), dict(os.environ))
    except Refusal as refusal:
        fail(refusal)
    except OSError as error:
        fail(disk_error(error))


def disk_error(error: OSError) -> Refusal:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room("it is full")
    return Refusal(
        f"The model's volume can't be written to: {error.strerror} ({error.filename}).",
        f"Its folders must belong to user {os.getuid()}: docs/local-model.md says how to put files there.",
    )


def fail(refusal: Refusal) -> None:
    print(f"error: {refusal}\nremedy: {refusal.remedy}", file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
