"""python3 -c THIS VARIABLE MODULES PROGRAM [WORDS...]: runs the module PROGRAM when its database answers.

VARIABLE is the environment's name of the database's URL. MODULES, separated by commas, are imported first:
that takes most of a start, and needs no database.

A start that fails because the database went away begins again, in this container.
"""

import gc
import importlib
import os
import runpy
import socket
import struct
import sys
import time
from urllib.parse import urlsplit


def log(text):
    print(text, file=sys.stderr, flush=True)


def why_not_ready(host, port):
    """Empty where Postgres takes connections, or has another complaint that its client can tell better."""
    startup = struct.pack("!i", 196608) + b"user\0postgres\0\0"
    try:
        with socket.create_connection((host, port), 5) as connection:
            connection.settimeout(5)
            connection.sendall(struct.pack("!i", len(startup) + 4) + startup)
            answer = connection.recv(1024)
    except OSError as error:
        return str(error)
    # While it starts or recovers it says so: 57P03, cannot_connect_now.
    return "it is starting" if not answer or b"57P03" in answer else ""


def wait_for(host, port):
    said = 0.0
    while reason := why_not_ready(host, port):
        if time.monotonic() - said > 10:
            said = time.monotonic()
            log(f"waiting for the database at {host}:{port}: {reason}")
        time.sleep(0.2)


def main():
    # As in python/install-locked, for published images.
    gc.set_threshold(50_000, 20, 50)
    variable, modules, program, *words = sys.argv[1:]
    address = urlsplit(os.environ[variable])
    database = (address.hostname, address.port or 5432)
    for name in filter(None, modules.split(",")):
        try:
            importlib.import_module(name)
        except Exception as error:
            # The program says it better, should it need the module.
            log(f"{name} can't be imported ahead: {error}")
    wait_for(*database)
    sys.argv = [program, *words]
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    except BaseException as error:
        wanted = isinstance(error, KeyboardInterrupt) or getattr(error, "code", error) in (0, None)
        reason = "" if wanted else why_not_ready(*database)
        if not reason:
            raise
        log(f"starting again, since the database went away: {reason}")
        os.execv(sys.executable, sys.orig_argv)


main()
