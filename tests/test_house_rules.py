"""Each rule of the house, with a bad sample that it must find and a good one that it must leave."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[1] / "tools"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


house_rules = load("house_rules")
doc_links = load("doc_links")


@pytest.mark.parametrize(
    ("path", "text", "part"),
    [
        ("qsms/base/utils.py", "", "gathers what has no home"),
        ("a.txt", "-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("a.py", "key = 'AKIA" + "IOSFODNN7EXAMPLE'", "an access key"),
        ("a.py", "token = 'ghp_" + "a1" * 18 + "'", "a token"),
        ("a.yaml", "url: postgresql://qsms:" + "hunter2hunter2@db/qsms", "a password in an address"),
        ("a.py", "x = 1  # TO" + "DO later", "an unfinished mark"),
        ("qsms/ui/tests/test_browser.py", "    page.wait_for_" + "function('done')", "policy refuses this wait"),
        ("requirements.lock", "--index-url https:" + "//packages.example/simple", "names where packages come from"),
    ],
)
def test_a_bad_sample_is_found(path: str, text: str, part: str) -> None:
    assert [line for line in house_rules.findings(path, text) if part in line]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("qsms/base/moment.py", "todo_list = []  # what is left to do"),
        ("qsms/ui/tests/test_browser.py", "    page.wait_for_url('**/record/')\n    expect(why).to_have_value('')"),
        ("docs/a.md", "DATABASE_URL=postgresql://user:password@host/name"),
        ("a.py", 'address = f"postgresql://{user}:{word}@{host}/name"'),
        ("requirements.lock", "# made with https:" + "//a.tool\ndjango==5.2.19 \\\n    --hash=sha256:00"),
    ],
)
def test_a_good_sample_is_left(path: str, text: str) -> None:
    assert list(house_rules.findings(path, text)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One heading\n\n[here](#one-heading) [gone](other.md) [away](#two) [far](https://example.org)\n")
    assert [line.split(": ", 1)[1] for line in doc_links.broken(page)] == [
        "“other.md” leads nowhere.",
        "page.md has no heading “two”.",
    ]
