"""Every variable that the program reads stands on the page of settings, and the page names no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from qsms.base import env

TOP = Path(__file__).parents[1]
READERS = {"text", "flag", "number", "choice", "words"}


def variables(source: str) -> Iterator[str]:
    """The names in calls such as `env.flag("QSMS_DEMO")`."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        name = node.args[0]
        if (
            node.func.attr in READERS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env"
            and isinstance(name, ast.Constant)
            and isinstance(name.value, str)
        ):
            yield name.value


def test_the_page_of_settings_is_complete() -> None:
    files = [path for path in (TOP / "qsms").rglob("*.py") if "tests" not in path.parts]
    sources = [path.read_text(encoding="utf-8") for path in files]
    read = {name for source in sources if "env." in source for name in variables(source)}
    page = (TOP / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert {"PORT", "DATABASE_URL", "QSMS_HOME"} <= read
    assert read == described
    # The bench's own database, which it reads by itself.
    assert {name for name in read if name.startswith(env.PREFIX)} == env.NAMES - {"QSMS_BENCH_DATABASE_URL"}
