"""Ratings of records of any kind, through any lens, and what the record says afterwards."""

from __future__ import annotations

import pytest

from qsms.org.models import Role
from qsms.records import history, services, tally
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.risk import doors, matrices
from tests.cast import Cast

from .makers import analysed, hazard, rate

ENVIRONMENT = 4


def test_every_cell_of_the_shipped_matrix_gives_the_class_of_its_table(cast: Cast) -> None:
    record = hazard(cast)
    rule = matrices.matrix_for(cast.actor("safety"), 1).rule
    tones = {"accep": 1, "toler": 2, "intol": 3}
    assert len(rule.all_cells()) == 25
    for cell in rule.all_cells():
        rate(cast, record, cell.code, why_severity="Every cell in turn")
        stored = Record.everywhere.get(pk=record.pk)
        assert (stored.risk_cell, stored.risk_class) == (cell.code, tones[rule.risk_class(cell.class_code).tone])
    assert tally.recount(cast.organisation.pk) == {}


def test_the_deed_says_what_was_rated_and_why(cast: Cast) -> None:
    record = hazard(cast)
    rate(cast, record, "3B", why="Five spills in 12 months")
    deed = next(one for one in history.entries(record) if one.verb == "risk.assessed")
    assert deed.reason == "Five spills in 12 months"
    assert {(c.field, c.new) for c in deed.changes} == {("initial", "3B Tolerable"), ("risk_class", "3B Tolerable")}


def test_a_record_of_another_kind_can_be_rated_too(cast: Cast) -> None:
    given = {"title": "Fuel on stand 4", "fuel": "jet", "spilled_on": "2026-11-20", "site": cast.sites["LKF"]}
    role = Role.objects.get(organisation=cast.organisation, code="quality_manager")
    role.permissions = [*role.permissions, "spill.*"]
    role.save()
    quality = cast.actor("quality")
    spill = services.create(quality, "spill", given)
    made = doors.assess(quality, spill.pk, kind="initial", matrix=doors.matrix_for(quality, 1), choice="4C", why="Seen")
    assert doors.current(spill) == made
    assert Record.everywhere.get(pk=spill.pk).risk_cell == "4C"


def test_each_lens_has_its_own_matrix_and_the_worst_shows_on_the_record(cast: Cast) -> None:
    record = hazard(cast, disciplines=1 | ENVIRONMENT)
    actor = cast.actor("safety")
    rate(cast, record, "1E")
    table = doors.matrix_for(actor, ENVIRONMENT)
    assert table.code == "environment-significance"
    levels = {"probability": "4", "severity": "4", "scale": "3", "duration": "3"}
    made = doors.assess(actor, record.pk, kind="initial", matrix=table, choice=levels, why="Drain", lens=ENVIRONMENT)
    assert (made.cell, made.class_code, made.lens) == ("40", "significant", ENVIRONMENT)
    stored = Record.everywhere.get(pk=record.pk)
    assert (stored.risk_class, stored.risk_cell) == (2, "40")


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"cell": "6B"}, "cell", "“6B” is not a cell of ICAO 5 × 5"),
        ({"why": "  "}, "why", "Write why"),
        ({"kind": "guess"}, "kind", "“guess” is no kind of rating"),
        ({"kind": "predicted"}, "kind", "no initial rating yet"),
        ({"lens": 3}, "lens", "not known"),
    ],
)
def test_bad_input_gets_a_sentence_at_its_field(cast: Cast, more: dict[str, object], field: str, words: str) -> None:
    record = hazard(cast)
    given = {"cell": "3B", **more}
    with pytest.raises(Invalid) as invalid:
        rate(cast, record, given.pop("cell"), **given)  # type: ignore[arg-type]
    assert words in invalid.value.errors[field]
    assert doors.assessments(record) == []


def test_two_people_who_rate_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    record = hazard(cast)
    first = rate(cast, record, "3B", seen=0)
    with pytest.raises(Refused, match="Safety Person rated this risk 3B while you were on the page"):
        rate(cast, record, "4B", by="quality", seen=0)
    assert rate(cast, record, "4B", by="quality", seen=first.pk).cell == "4B"


def test_outsiders_and_people_without_the_right_rate_nothing(cast: Cast) -> None:
    record = hazard(cast)
    with pytest.raises(Refused, match="may not rate"):
        rate(cast, record, "3B", by="executive")
    with pytest.raises(NotVisible):
        rate(cast, record, "3B", by="reporter")
    outsider = cast.actor("outsider")
    with pytest.raises(NotVisible):
        doors.assess(outsider, record.pk, kind="initial", matrix=1, choice="3B", why="x")


def test_the_heat_map_counts_what_its_reader_sees(cast: Cast) -> None:
    for cell, values in (("3B", {}), ("3B", {}), ("4B", {"site": cast.sites["STV"]}), ("4B", {"confidential": True})):
        rate(cast, analysed(cast, **values), cell)
    table = doors.matrix_for(cast.actor("safety"), 1)
    assert doors.heat(cast.actor("safety"), table) == {"3B": 2, "4B": 2}
    assert doors.heat(cast.actor("director"), table) == {"3B": 2, "4B": 2}
    assert doors.heat(cast.actor("other_site_auditor"), table) == {"4B": 1}
    assert doors.heat(cast.actor("site_owner"), table) == {"3B": 2}
    assert doors.heat(cast.actor("outsider"), table) == {}
    assert doors.heat(cast.actor("reporter"), table) == {}
