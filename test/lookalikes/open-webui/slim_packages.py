"""slim_packages.py TARGET: copies what the wheel's own slim list needs out of the environment that runs this."""

import re
import shutil
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

target = Path(sys.argv[1])
site = Path(distribution("open-webui").locate_file(""))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed() -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (site / "requirements-slim.txt").read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def needs(found: Distribution, extras: set[str]) -> list[Requirement]:
    wanted = [Requirement(line) for line in found.requires or []]
    return [
        each
        for each in wanted
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras | {""})
    ]


def installed(name: str) -> Distribution | None:
    """None for what the wheel itself does not require: tracing, and one store of documents."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


packages: dict[str, Distribution] = {}
done: set[tuple[str, str]] = set()
waiting = [(each.name, each.extras) for each in listed()]
while waiting:
    name, extras = waiting.pop()
    fresh = {extra for extra in extras | {""} if (canonical(name), extra) not in done}
    if not fresh:
        continue
    done.update((canonical(name), extra) for extra in fresh)
    found = installed(name)
    if found is not None:
        packages[canonical(name)] = found
        waiting += [(each.name, each.extras) for each in needs(found, fresh)]

for package in packages.values():
    for file in package.files or []:
        # Scripts are outside, and name another interpreter.
        if file.parts[0] == "..":
            continue
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file.locate(), place)
        for compiled in Path(file.locate()).parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            (place.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(compiled, place.parent / "__pycache__")
