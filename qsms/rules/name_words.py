"""The word lists behind the warnings about names, read once from data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import say as _

SHIPPED = Path(__file__).parent / "data" / "name_words.yaml"
LISTS = (
    "given_names",
    "titles",
    "name_cues",
    "not_names",
    "everyday_names",
    "place_words",
    "lettered_things",
    "not_registrations",
    "airline_codes",
    "call_signs",
)


@dataclass(frozen=True)
class NameWords:
    """Words of one edition, as sets, and the pattern of registrations other than those of the United States."""

    edition: str
    given_names: frozenset[str]
    titles: frozenset[str]
    name_cues: frozenset[str]
    not_names: frozenset[str]
    everyday_names: frozenset[str]
    place_words: frozenset[str]
    lettered_things: frozenset[str]
    not_registrations: frozenset[str]
    airline_codes: frozenset[str]
    call_signs: frozenset[str]
    registration: re.Pattern[str]


def load_name_words(source: Path | str) -> NameWords:
    """The word lists of a YAML file or text; raises `DataError` that names the list to mend."""
    name, data = read_mapping(source)
    wrong = [
        _("“%(key)s” is missing. Write words with spaces between them.", key=key)
        for key in ("edition", *LISTS)
        if not isinstance(data.get(key), str) or not data[key].strip()
    ]
    rows = data.get("registrations")
    if not isinstance(rows, list) or not rows or not all(_complete(row) for row in rows):
        wrong.append(_("“registrations” is missing. List entries with a prefix and the form of the rest."))
    if wrong:
        raise DataError(name, wrong)
    assert isinstance(rows, list)
    forms = [f"(?:{'|'.join(map(re.escape, row['prefix'].split()))}){row['rest']}" for row in rows]
    words = {key: frozenset(data[key].split()) for key in LISTS}
    return NameWords(
        edition=data["edition"], registration=re.compile(rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w-])"), **words
    )


def _complete(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) and row[key] for key in ("prefix", "rest"))


@lru_cache(maxsize=1)
def shipped_words() -> NameWords:
    """The word lists that come with the product."""
    return load_name_words(SHIPPED)
