"""Frameworks in files from strangers: what is too large, too deep or too clever gets a sentence and is not read."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from qsms.rules.data_files import DataError
from qsms.rules.framework_data import from_dict
from qsms.rules.framework_file import read_framework, write_framework
from qsms.rules.untrusted_yaml import guard, strings

PLAIN: dict[str, Any] = {
    "code": "house", "edition": "2020", "title": "House: “standard”", "publisher": "The house", "status": "in_force",
    "basis": "Written for the test", "confidence": "verified", "confidence_note": "Ours",
    "dates": {"published_on": "2020-05-01"},
    "requirements": [
        {"number": "1", "title": "Yes", "heading": True},
        {"number": "1.10", "title": "No", "intent": "- not a list\n\n# not a heading", "documented": ["retain"]},
    ],
}  # fmt: skip
HOUSE = from_dict(PLAIN)


def test_what_is_written_is_read_back_equal() -> None:
    text = write_framework(HOUSE)
    assert read_framework(text.encode()) == HOUSE
    assert read_framework(b"\xef\xbb\xbf" + text.encode()) == HOUSE, "some editors put a mark before UTF-8"


def test_a_file_may_extend_what_is_known() -> None:
    data = {**deepcopy(PLAIN), "edition": "2030", "extends": {"framework": "house/2020", "kind": "revises"}}
    data["requirements"] = [{"number": "1.10", "intent": "More."}]
    content = yaml.safe_dump(data).encode()
    assert read_framework(content, {HOUSE.key: HOUSE}).requirement("1.10").title == "No"
    with pytest.raises(DataError, match="my file: It extends “house/2020”, which is not there"):
        read_framework(content, name="my file")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "The file is not UTF-8 text. Save it as UTF-8."),
        (b"a: &x [1, 2]\nb: *x\n", r"Line 2: Aliases (*x) are not read. Write it out."),
        (b"a: !!python/object/apply:os.system [ls]\n", "Line 1: Tags (tag:yaml.org,2002:python/object/apply"),
        (b"a: !secret x\n", "Line 1: Tags (!secret) are not read. Remove it."),
        (b"[" * 61 + b"]" * 61, "It is nested more than 60 deep."),
        (b"a: 1\n---\nb: 2\n", "A second document begins. Write one in a file."),
        (b"a: [\n", "is not valid YAML"),
        (b"a: 1\na: 2\n", "Line 2: “a” is written twice. Keep one of them."),
        (b"", "The file must hold names with values"),
        (b"- a\n", "The file must hold names with values"),
        (b"requirements: yes\n", "“requirements” is missing. List the requirements"),
    ],
)
def test_hostile_and_broken_files_get_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_framework(content)
    assert said in str(caught.value)


def test_a_file_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qsms.rules.untrusted_yaml.MOST_BYTES", 1024 * 1024)
    with pytest.raises(DataError, match=r"The file has more than 1 MB\. Split it\."):
        read_framework(b" " * (1024 * 1024 + 1))


def test_too_many_values_are_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qsms.rules.untrusted_yaml.MOST_NODES", 3)
    with pytest.raises(DataError, match=r"There are more than 3 values\. Split the file"):
        guard("[1, 2, 3, 4]", "it")


def test_a_document_can_be_read_as_the_text_that_is_written() -> None:
    assert strings("{a: 1.10, b: [no, 2026-11-28, ~], c: {d: ''}, e: }", "it") == {
        "a": "1.10", "b": ["no", "2026-11-28", "~"], "c": {"d": ""}, "e": "",
    }  # fmt: skip
    assert strings("", "it") is None
    with pytest.raises(DataError, match="Line 2: “a” is written twice"):
        strings("a: 1\na: 2", "it")
    with pytest.raises(DataError, match="A name must be text"):
        strings("[a]: 1", "it")
