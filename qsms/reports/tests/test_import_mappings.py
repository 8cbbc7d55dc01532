"""The mappings that ship for known exports, on small excerpts and on the whole files where they are at hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import qsms.reports
from qsms.exchange.mappings import RowErrors, load_mappings, recognise
from qsms.exchange.readers import open_table
from qsms.exchange.tests.shared import need, need_shared, shared_files

MAPPINGS = load_mappings(Path(qsms.reports.__file__).parent / "data" / "mappings")
FORMS = {"flight_crew", "cabin", "maintenance", "ground", "hazard", "quality"}


def imported(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """The mapping that the file is recognised for, and all its rows as fields; any error fails the test."""
    table = open_table(path, name=path.name)
    mapping = recognise(MAPPINGS.values(), table.columns.names)
    assert mapping is not None
    bound = mapping.bind(table.columns.names)
    assert bound.missing == ()
    return mapping.code, [bound.apply(row) for row in table.rows()]


def asrs(tmp_path: Path, *, uas: bool, **cells: str) -> Path:
    names = [
        " /ACN", "Time/Date", "Place/Locale Reference", "Place/State Reference", "Aircraft 1/Make Model Name",
        "Aircraft 1/Flight Phase", "Aircraft 2/Make Model Name", "Person 1/Function", "Person 1/Qualification",
        "Events/Anomaly", "Assessments/Primary Problem", "Report 1/Narrative", "Report 1/Callback",
        "Report 2/Narrative",
        "Report 2/Callback", "Report 1/Synopsis", "/",
    ]  # fmt: skip
    if uas:
        names.insert(4, "Place/Latitude | Longitude (UAS)")
    pairs = [name.split("/") for name in names]
    values = ['"' + cells.get(pair[1] + pair[0].strip()[-1:], cells.get(pair[1], "")) + '"' for pair in pairs]
    lines = [",".join(p[0] for p in pairs), ",".join(p[1].replace(" | ", " / ") for p in pairs), "", ",".join(values)]
    path = tmp_path / "asrs.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


REPORT = {
    "ACN": "1235311",
    "Date": "201501",
    "Locale Reference": "SEA.Airport",
    "State Reference": "WA",
    "Make Model Name": "No Aircraft",
    "Flight Phase": "Cruise; Cruise; Descent",
    "Function": "Flight Attendant (On Duty)",
    "Qualification": "Flight Attendant Current",
    "Anomaly": "Conflict NMAC; Deviation / Discrepancy - Procedural Hazardous Material Violation",
    "Primary Problem": "Company Policy",
    "Narrative1": "It happened.",
    "Callback1": "The reporter added a word.",
    "Narrative2": "[Report narrative contained no additional information.]",
    "Synopsis": "NMAC. A crew met another aircraft on approach. They turned.",
}


@pytest.mark.parametrize(("uas", "code"), [(True, "asrs-2015"), (False, "asrs-older")])
def test_an_asrs_report(tmp_path: Path, uas: bool, code: str) -> None:
    found, (report,) = imported(asrs(tmp_path, uas=uas, **REPORT))
    assert found == code
    assert report == {
        "external_id": "ASRS 1235311",
        "title": "NMAC. A crew met another aircraft on approach.",
        "narrative": "It happened.\n\nCallback: The reporter added a word.",
        "occurred_on": dt.date(2015, 1, 1),
        "date_precision": "month",
        "place": "SEA.Airport, WA",
        "form": "cabin",
        "disciplines": ["safety", "quality", "environment"],
        "flight_phase": "Cruise; Descent",
        "categories": ["Conflict NMAC", "Deviation / Discrepancy - Procedural Hazardous Material Violation"],
        "primary_problem": "Company Policy",
    }
    assert "Current" not in str(report), "the reporter's qualification is kept out"


def test_an_asrs_row_without_number_or_month_is_refused(tmp_path: Path) -> None:
    table = open_table(asrs(tmp_path, uas=True, **{**REPORT, "ACN": "", "Date": "January"}), name="asrs.csv")
    (row,) = table.rows()
    with pytest.raises(RowErrors) as errors:
        MAPPINGS["asrs-2015"].bind(table.columns.names).apply(row)
    assert [problem.field for problem in errors.value.problems] == ["external_id", "occurred_on"]


def test_a_safecom_brings_its_corrective_action(tmp_path: Path) -> None:
    names = (
        ",Agency,Region,Location,Date,Tracking #,Manufacturer,Model,Narrative,Corrective Action,Hazard,Incident,"
        "Management,UAS,Accident,Airspace,Maintenance,Mishap Prevention,Text"
    )
    path = tmp_path / "safecom.csv"
    path.write_text(
        f"{names}\n0,State,Wyoming,KYBG,11/9/2014,15-0052,Eurocopter,AS350B3,"
        '"A drone came near the helicopter.\nWe left.",'
        '"Spoke with the pilot of the drone. Sent a letter.","Pilot Action, Other",,,,,Intrusion,,Kudos,x\n'
    )
    code, (report,) = imported(path)
    assert code == "safecom"
    assert report == {
        "external_id": "SAFECOM 15-0052",
        "title": "A drone came near the helicopter.",
        "narrative": "A drone came near the helicopter.\nWe left.",
        "occurred_on": dt.date(2014, 11, 9),
        "date_precision": "day",
        "place": "KYBG, Wyoming",
        "form": "flight_crew",
        "disciplines": ["safety"],
        "aircraft_type": "Eurocopter AS350B3",
        "categories": ["Hazard: Pilot Action", "Hazard: Other", "Airspace: Intrusion", "Mishap prevention: Kudos"],
        "actions": [
            {
                "title": "Spoke with the pilot of the drone.",
                "description": "Spoke with the pilot of the drone. Sent a letter.",
            }
        ],
    }


def test_a_logbook_entry(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"\xef\xbb\xbfIDENT,PROBLEM,ACTION\r\n100006,SCREWS LOOSE.,TIGHTENED SCREWS.\r\n")
    code, (report,) = imported(path)
    assert code == "maintnet"
    assert report == {
        "external_id": "MAINTNET 100006",
        "title": "SCREWS LOOSE.",
        "narrative": "SCREWS LOOSE.\n\nAction taken: TIGHTENED SCREWS.",
        "form": "maintenance",
        "disciplines": ["quality"],
    }


def test_the_eleven_asrs_files_hold_4718_reports() -> None:
    keys = Counter[str]()
    for path in shared_files("narratives/asrs/*_2015_2021.csv"):
        code, reports = imported(need(path))
        assert code == "asrs-2015"
        for report in reports:
            keys[report["external_id"]] += 1
            assert report["form"] in FORMS
            assert 0 < len(report["title"]) <= 200
            assert report["narrative"]
    assert len(keys) == 4_718


@pytest.mark.parametrize(
    ("name", "code", "count"),
    [
        ("asrs/altitude_deviation_older_layout.csv", "asrs-older", 926),
        ("safecom_uas.csv", "safecom", 180),
        ("maintnet_aircraft_problem_action.csv", "maintnet", 6_169),
    ],
)
def test_the_other_files(name: str, code: str, count: int) -> None:
    found, reports = imported(need_shared(f"narratives/{name}"))
    assert found == code
    assert len({report["external_id"] for report in reports}) == len(reports) == count
