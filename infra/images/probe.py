"""python3 -c THIS PORT PATH [INTERVAL START_PERIOD]: ends well when this container's server is healthy.

The same as python/probe, which says how it goes, for published images that have Python and no bash.
"""

import os
import socket
import sys
import time

PATIENCE, LIFE = 5, 60
# In memory, and gone when the container starts again.
MEMORY = os.environ.get("PROBE_MEMORY", "/tmp/.probe")

port, path = int(sys.argv[1]), sys.argv[2]
interval, start_period = (int(word) for word in (sys.argv[3:5] or (0, 0)))


def complaint():
    """Why the server is not healthy; empty where it is."""
    deadline = time.monotonic() + PATIENCE
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            while len(answer) < 65536:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
    except TimeoutError:
        # It may have answered and kept the connection.
        pass
    except OSError as error:
        return str(error)
    status = answer.split(b"\r", 1)[0].decode("latin-1")
    if status.startswith("HTTP/1.") and status[8:12] == " 200":
        return ""
    return f"{path}: {status or f'no answer within {PATIENCE} s'}"


def remember(what):
    try:
        with open(MEMORY, "w") as file:
            file.write(what + "\n")
        return True
    except OSError:
        return False


def recall():
    try:
        with open(MEMORY) as file:
            return file.readline().strip()
    except OSError:
        return ""


def healthy():
    # Where nothing can be remembered, the next probe would end as soon as it begins.
    if not remember("healthy"):
        time.sleep(interval)
    sys.exit(0)


def failed(said):
    remember("failed")
    print(said)
    sys.exit(1)


def until_healthy(end, pause):
    while said := complaint():
        if time.monotonic() >= end:
            failed(said)
        time.sleep(pause)
    healthy()


def watch():
    # One that is killed leaves this: the next one then tells Docker at once how the server is.
    remember("watching")
    end = time.monotonic() + LIFE
    while True:
        time.sleep(interval)
        if said := complaint():
            failed(said)
        if time.monotonic() + interval > end:
            healthy()


def main():
    before = recall()
    now = time.monotonic()
    if interval == 0 or os.environ.get("PROBE_ONCE"):
        sys.exit(complaint() or 0)
    if before == "healthy":
        watch()
    elif before == "watching":
        until_healthy(now, 0)
    elif before == "" or before.startswith("starting"):
        end = float(before[len("starting ") :] or now + start_period + interval)
        remember(f"starting {end}")
        until_healthy(end, 0.1)
    else:
        until_healthy(now + interval, 1)


main()
