from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qsms.exchange.mappings import (
    ImportMapping,
    RowErrors,
    apply,
    load_mapping,
    load_mappings,
    make_mapping,
    recognise,
    suggest_columns,
)
from qsms.exchange.readers import open_table
from qsms.exchange.steps import MappingError


def mapping(**changes: Any) -> ImportMapping:
    data: dict[str, Any] = {
        "mapping": "sample",
        "target": "report",
        "recognise": ["ID", "When"],
        "key": "external_id",
        "blank": ["n/a", "[none*"],
        "lookups": {
            "forms": {
                "match": "contains",
                "otherwise": "=hazard",
                "entries": {"Attendant": "cabin", "Pilot": "flight"},
            },
            "strict": {"entries": {"High": "h", "Low": "l"}},
        },
        "fields": {
            "external_id": {"column": "ID", "required": True, "steps": [{"prefix": "X "}]},
            "title": {"first": ["Synopsis", "Text"], "steps": ["first_sentence", {"shorten": 20}]},
            "narrative": {"join": ["Text", {"column": ["More", "Second text"], "label": "Also"}]},
            "occurred_on": {"column": "When", "steps": [{"date": "MDY"}]},
            "date_precision": {"constant": "day", "when": ["When"]},
            "form": {"column": "Who", "steps": [{"lookup": "forms"}], "default": "hazard"},
            "level": {"column": "Level", "steps": [{"lookup": "strict"}]},
            "lenses": {"collect": [{"column": "Tags", "split": ","}], "steps": [{"add": ["safety"]}]},
            "actions[].title": {"column": "Done", "steps": ["first_sentence"]},
            "actions[].description": {"column": "Done"},
        },
    }
    return make_mapping({**data, **changes}, "sample.yaml")


def row(**cells: Any) -> dict[str, Any]:
    return {"ID": "7", "When": "1/30/2026", **cells}


COLUMNS = ["ID", "When", "Synopsis", "Text", "Group / Second text", "Who", "Level", "Tags", "Done", "Other"]


def test_a_row_becomes_fields() -> None:
    bound = mapping().bind(COLUMNS)
    found = bound.apply(
        row(
            Synopsis="n/a",
            Text="First sentence is long. Second.",
            **{"Group / Second text": "more"},
            Who="Flight Attendant; Pilot",
            Level="LOW",
            Tags="a, b",
            Done="We did it. And more.",
        )
    )
    assert found == {
        "external_id": "X 7",
        "title": "First sentence is…",
        "narrative": "First sentence is long. Second.\n\nAlso: more",
        "occurred_on": dt.date(2026, 1, 30),
        "date_precision": "day",
        "form": "cabin",
        "level": "l",
        "lenses": ["safety", "a", "b"],
        "actions": [{"title": "We did it.", "description": "We did it. And more."}],
    }
    assert bound.key_of(found) == "X 7"
    assert bound.unused == ("Other",)
    assert bound.missing == ()


def test_empty_cells_leave_fields_out() -> None:
    bound = mapping().bind(COLUMNS)
    assert bound.apply({"ID": 7, "Text": "[none given]"}) == {
        "external_id": "X 7",
        "form": "hazard",
        "lenses": ["safety"],
    }


def test_all_errors_of_a_row_are_told_with_their_column() -> None:
    with pytest.raises(RowErrors) as errors:
        mapping().bind(COLUMNS).apply({"ID": " ", "When": "soon", "Level": "Hihg"})
    assert [(p.field, p.column) for p in errors.value.problems] == [
        ("external_id", "ID"),
        ("occurred_on", "When"),
        ("level", "Level"),
    ]
    assert errors.value.sentences == (
        "ID: This cell is empty, but it is needed. Fill it in.",
        "When: “soon” is not a date. Write it as 2026-11-24 or 24 Nov 2026.",
        "Level: “Hihg” is not known here. Did you mean “High”?",
    )


def test_a_plain_name_finds_the_one_group_that_has_it() -> None:
    plain = mapping(fields={"a": {"column": "Text"}}, key="", recognise=["Text"])
    assert plain.bind(["G / text "]).apply({"G / text ": "x"}) == {"a": "x"}
    assert plain.bind(["G / Text", "H / Text"]).missing == ("Text",)
    assert not plain.recognises(["G / Text", "H / Text"])


def test_layouts_are_recognised_by_columns_they_have_and_lack() -> None:
    new = mapping(mapping="new", recognise=["ID", "When", "UAS"])
    old = mapping(mapping="old", recognise=["ID", "When"], absent=["UAS"])
    wide = mapping(mapping="wide", recognise=["ID"])
    every = [wide, old, new]
    assert recognise(every, ["ID", "When", "UAS"]) is new
    assert recognise(every, ["id", "WHEN"]) is old
    assert recognise(every, ["ID"]) is wide
    assert recognise(every, ["Name"]) is None


def test_apply_takes_rows_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("ID,When,Text\n7,1/30/2026,Hello\n")
    (found,) = open_table(path, name="x.csv").rows()
    assert apply(mapping(), found)["narrative"] == "Hello"


def test_columns_are_suggested_for_the_mapping_page() -> None:
    columns = ["Date of occurrenc", "Report / Narrative", "Unrelated"]
    fields = {"title": ["Title"], "occurred_on": ["Date of occurrence"], "narrative": ["What happened", "Narrative"]}
    assert suggest_columns(columns, fields) == {
        "occurred_on": "Date of occurrenc",
        "narrative": "Report / Narrative",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": {}}, "“fields” is missing"),
        ({"colour": 1}, "“colour” is not known here"),
        ({"key": "nothing"}, "the key “nothing” is no field"),
        ({"fields": {"a": {}}}, "write exactly one of"),
        ({"fields": {"a": {"column": "x", "join": ["y"]}}}, "write exactly one of"),
        ({"fields": {"a": {"column": "x", "steps": ["fly"]}}}, "there is no step “fly”"),
        ({"fields": {"a": {"column": "x", "steps": [{"lookup": "none"}]}}}, "there is no lookup “none”"),
        ({"fields": {"a": {"column": "x", "steps": [{"date": "XYZ"}]}}}, "does not suit the step “date”"),
        ({"fields": {"a": {"column": "x", "steps": [{"shorten": "long"}]}}}, "does not suit the step “shorten”"),
        ({"fields": {"a": {"join": "x"}}}, "needs a list"),
        ({"fields": {"a": {"column": 5}}}, "names no column"),
        ({"fields": {"a[]": {"column": "x"}}}, "name[].part"),
        ({"lookups": {"l": {"entries": {True: "x"}}}}, "quote yes, no"),
        ({"lookups": {"l": {"entries": {"a": "x"}, "otherwise": "explode"}}}, "otherwise is “explode”"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError) as refusal:
        mapping(**{"key": "", **changes})
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("sample.yaml")


def test_mapping_files(tmp_path: Path) -> None:
    text = "mapping: a\ntarget: report\nfields: {x: {column: X}}\n"
    (tmp_path / "a.yaml").write_text(text)
    assert set(load_mappings(tmp_path)) == {"a"}
    (tmp_path / "b.yaml").write_text(text)
    with pytest.raises(MappingError, match=r"b.yaml: there is another mapping “a”"):
        load_mappings(tmp_path)
    (tmp_path / "c.yaml").write_text("a: [")
    with pytest.raises(MappingError, match="not readable as YAML"):
        load_mapping(tmp_path / "c.yaml")
    (tmp_path / "c.yaml").write_text("- a")
    with pytest.raises(MappingError, match="expected names with values"):
        load_mapping(tmp_path / "c.yaml")
