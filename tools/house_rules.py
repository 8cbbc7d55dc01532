"""Rules of this house that no other tool knows: `python tools/house_rules.py`. Each finding is one line.

Keys that must not be in a repository, names that say nothing, unfinished marks, registries named in a lock file, and
waits in a browser that our own pages refuse.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMELESS = {"utils.py", "helpers.py", "common.py", "misc.py"}

# Each pattern is written so that it does not match itself.
KEYS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token": re.compile(
        r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-[\w-]{20,}|sk-[\w-]{32,})"
    ),
    "a signed web token": re.compile(r"\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{20,}"),
    "a password in an address": re.compile(
        r"\b[a-z][a-z0-9+]*://[^\s:/@\"'<>{}$]+:(?!password@|secret@)[^\s/@\"'<>{}$]{6,}@"
    ),
}

UNFINISHED = re.compile(r"#\s*(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
# Asks again and again by evaluating text in the page, and under our Content-Security-Policy the second try is refused.
# A test that waits this way passes as long as the machine is quick.
POLLS_IN_PAGE = re.compile(r"\.wait_for_" + r"function\(")
REGISTRY = re.compile(r"^\s*--?(?:index-url|extra-index-url|find-links|i)\b|https?://", re.MULTILINE)

# People's own text and other people's data may hold anything.
DATA = {".csv", ".xlsx", ".svg", ".woff2", ".png", ".jpg", ".ico"}


def findings(path: str, text: str) -> Iterator[str]:
    """What the file at `path`, holding `text`, does against the rules of the house."""
    name = Path(path).name
    if name in NAMELESS:
        yield f"{path}: a file called {name} gathers what has no home. Name what it is about."
    if name.endswith(".lock"):
        if REGISTRY.search("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))):
            yield f"{path}: names where packages come from. Run `make lock`."
        return
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in KEYS.items():
            if pattern.search(line):
                yield f"{path}:{number}: looks like {what}. Take it out and make it void."
        if path.endswith(".py") and UNFINISHED.search(line):
            yield f"{path}:{number}: an unfinished mark. Finish it, or leave it out."
        if path.endswith(".py") and POLLS_IN_PAGE.search(line):
            yield f"{path}:{number}: the page's policy refuses this wait. Use expect(...), or becomes() of the harness."


def tracked() -> Iterator[tuple[str, str]]:
    """Path and text of every text file of the repository, those not yet added included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for path in filter(None, listed.split("\0")):
        file = Path(path)
        if file.suffix in DATA or "/static/vendor/" in path or not file.is_file():
            continue
        try:
            yield path, file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def main() -> int:
    """Prints the findings; 1 if there are any."""
    found = [finding for path, text in tracked() for finding in findings(path, text)]
    sys.stdout.write("".join(f"{finding}\n" for finding in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
