"""newest_releases.py FILE...: leaves the five newest releases in a CHANGELOG.md.

Open WebUI reads all of it into HTML at every start, which takes a second and a half, and shows five.
"""

import sys
from pathlib import Path

SHOWN = 5


def newest(text):
    head, *releases = text.split("\n## ")
    return "\n## ".join([head, *releases[:SHOWN]]).rstrip() + "\n"


for name in sys.argv[1:]:
    path = Path(name)
    if path.exists():
        path.write_text(newest(path.read_text(encoding="utf8")), encoding="utf8")
