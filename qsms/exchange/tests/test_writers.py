from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.exchange import limits
from qsms.exchange.error_file import ErrorFile
from qsms.exchange.guard import guarded, unguarded
from qsms.exchange.readers import open_table
from qsms.exchange.sentences import TableError
from qsms.exchange.sheet_names import safe_sheet_name
from qsms.exchange.tests.shared import need_shared
from qsms.exchange.writers import csv_chunks, json_chunks, write_csv, write_json, write_xlsx

# A clock time without a zone, as a workbook holds it.
at = dt.datetime.fromisoformat

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "\u200b=1", "＝1", "＋1", "－1", "＠x",
    "\tplain", "\rplain",
    "'=1", "''=1", "=cmd|'/C calc'!A0", "\x00=1",
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "'tis", "a=1", "1-2", "plain", "'", "3 + 4", "''quoted''"])
def test_other_text_stays(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


@given(st.text() | st.text("='+-@ \t\r\u200b＝"))
def test_the_guard_goes_there_and_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r＝＋－＠")
    assert guarded(text).strip("\u200b \t\r")[:1] not in set("=+-@＝＋－＠")


def test_the_known_payloads_are_dead_in_both_formats(tmp_path: Path) -> None:
    payloads = need_shared("bad-input/csv_injection_payloads.txt").read_text().splitlines()
    buffer = io.BytesIO()
    write_csv(buffer, ["=head"], [[text] for text in payloads])
    for row in csv.reader(io.StringIO(buffer.getvalue().decode("utf-8-sig"), newline="")):
        assert row[0][:1] not in set("=+-@")
    write_xlsx(target := io.BytesIO(), ["=head"], [[text] for text in payloads])
    page = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    assert page is not None
    for (cell,) in page.iter_rows():
        assert cell.data_type == "s"
        assert str(cell.value)[:1] not in set("=+-@")


def test_numbers_and_dates_stay_what_they_are() -> None:
    row = [-5, -1.5, Decimal("-2.50"), dt.date(2026, 11, 24), at("2026-11-24T14:05"), True, None]
    header = list("abcdefg")
    text = b"".join(csv_chunks(header, [row], bom=False)).decode()
    assert text == "a,b,c,d,e,f,g\r\n-5,-1.5,-2.50,2026-11-24,2026-11-24 14:05:00,yes,\r\n"
    write_xlsx(target := io.BytesIO(), header, [row])
    page = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    assert page is not None
    assert [cell.value for cell in page[2]] == [
        -5, -1.5, -2.5, at("2026-11-24T00:00"), at("2026-11-24T14:05"), True, None,
    ]  # fmt: skip


def test_moments_of_a_workbook_are_clock_times_of_the_zone_asked_for() -> None:
    moment = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    write_xlsx(target := io.BytesIO(), ["at"], [[moment]], zone=dt.timezone(dt.timedelta(hours=1)))
    page = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    assert page is not None
    assert page["A2"].value == at("2026-11-25T00:30")


def test_values_no_workbook_can_hold_become_text(tmp_path: Path) -> None:
    row = [10**20, Decimal("0.12345678901234567890"), float("inf"), dt.date(1850, 1, 1), ["a", "b"], "#N/A", "=1"]
    path = tmp_path / "w.xlsx"
    with path.open("wb") as file:
        write_xlsx(file, list("abcdefg"), [row])
    page = openpyxl.load_workbook(path).active
    assert page is not None
    assert [cell.value for cell in page[2]] == [
        "100000000000000000000", "0.12345678901234567890", "inf", "1850-01-01", "a; b", "#N/A", "'=1",
    ]  # fmt: skip
    assert {cell.data_type for cell in page[2]} == {"s"}


def test_characters_a_workbook_cannot_hold_are_shown_as_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    with path.open("wb") as file:
        write_xlsx(file, ["a"], [["bell\x07 null\x00 half\ud800 end\uffff"]])
    assert [row.cells for row in open_table(path, name="c.xlsx").rows()] == [
        ["bell\ufffd null\ufffd half\ufffd end\ufffd"]
    ]


def test_a_text_too_long_for_a_cell_says_that_it_was_cut() -> None:
    for text in ("x" * 40_000, "\U0001f600" * 20_000):
        write_xlsx(target := io.BytesIO(), ["a"], [[text]])
        page = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
        assert page is not None
        value = str(page["A2"].value)
        assert len(value.encode("utf-16-le")) // 2 <= 32_767
        assert "[cut: " in value


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 3)
    write_xlsx(io.BytesIO(), ["a"], [[1], [2]])
    with pytest.raises(TableError, match="Choose CSV"):
        write_xlsx(io.BytesIO(), ["a"], [[1], [2], [3]])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT).filter(lambda row: any(row)), max_size=6))
def test_csv_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with path.open("wb") as file:
        write_csv(file, ["alpha", "beta", "gamma"], rows)
    found = open_table(path, name="x.csv", head=1, delimiter=",")
    assert found.columns.names == ("alpha", "beta", "gamma")
    assert [tuple(row.cells) for row in found.rows()] == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(XML_TEXT, XML_TEXT).filter(lambda row: any(row)), max_size=4))
def test_workbook_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "x.xlsx"
    with path.open("wb") as file:
        write_xlsx(file, ["alpha", "beta"], rows)
    found = open_table(path, name="x.xlsx", head=1)
    assert [tuple(row.cells) for row in found.rows()] == rows


@given(st.lists(st.tuples(TEXT, st.integers(), st.booleans() | st.none()), max_size=5))
def test_json_comes_back(rows: list[tuple[str, int, bool | None]]) -> None:
    write_json(target := io.BytesIO(), ["a", "b", "c"], rows)
    assert [tuple(item.values()) for item in json.loads(target.getvalue())] == rows


def test_json_keeps_exact_numbers_and_refuses_repeated_names() -> None:
    text = b"".join(json_chunks(["n", "d", "l"], [[Decimal("1.10"), dt.date(2026, 1, 2), ["a"]]]))
    assert json.loads(text) == [{"n": "1.10", "d": "2026-01-02", "l": ["a"]}]
    assert json.loads(b"".join(json_chunks(["n"], []))) == []
    with pytest.raises(ValueError, match="different name"):
        list(json_chunks(["n", "n"], []))


def test_writing_takes_rows_one_by_one() -> None:
    taken = 0

    def rows() -> object:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield [number]

    chunks = csv_chunks(["n"], rows())  # type: ignore[arg-type]
    assert next(chunks).startswith(b"\xef\xbb\xbfn\r\n0\r\n")
    assert taken < 1_000


def test_sheet_names() -> None:
    assert safe_sheet_name("Open / late: [all]?") == "Open late all"
    assert safe_sheet_name("'") == "Sheet"
    assert safe_sheet_name("history") == "History of records"
    assert len(safe_sheet_name("x" * 50)) == 31
    assert safe_sheet_name("Data", ["DATA"]) == "Data (2)"
    assert len(safe_sheet_name("x" * 50, ["x" * 31])) == 31


def test_the_error_file_holds_the_failing_rows_and_can_be_imported_again(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('Report,Report,Row\nName,Text,\n\na,fine,1\nb,=bad,2\nc,"line\nbreak",3\n')
    table = open_table(source, name="in.csv", head=(1, 2))
    errors = {5: ["“=bad” is not a date.", "Write it as 2026-11-24."], 6: ["Too long."]}
    out = tmp_path / "out.csv"
    with out.open("wb") as file:
        mend = ErrorFile(file, [table])
        for row in table.rows():
            if row.number in errors:
                mend.add(table, row, errors[row.number])
        mend.close()
        assert mend.count == 2
    again = open_table(out, name=out.name)
    assert again.columns.names == ("Row (2)", "What to mend", *table.columns.names)
    assert [[str(cell) for cell in row.cells] for row in again.rows()] == [
        ["5", "“=bad” is not a date. Write it as 2026-11-24.", "b", "=bad", "2"],
        ["6", "Too long.", "c", "line\nbreak", "3"],
    ]


def test_the_error_file_of_several_tables_names_the_file(tmp_path: Path) -> None:
    tables = []
    for name, text in (("one.csv", "a,b\n1,2\n3,4\n"), ("two.csv", "b,c\n5,6\n7,8\n")):
        (tmp_path / name).write_text(text)
        tables.append(open_table(tmp_path / name, name=name))
    out = tmp_path / "out.csv"
    with out.open("wb") as file:
        mend = ErrorFile(file, tables)
        for table in tables:
            mend.add(table, table.first(1)[0], ["Bad."])
        mend.close()
    assert out.read_text("utf-8-sig").splitlines() == [
        "File,Row,What to mend,a,b,c",
        "one.csv,2,Bad.,1,2,",
        "two.csv,2,Bad.,,5,6",
    ]
