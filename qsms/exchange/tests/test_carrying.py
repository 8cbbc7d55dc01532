"""What an import keeps when it is stopped, broken off or done twice, and what its rows bring along."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from qsms.base import jobs
from qsms.exchange import kinds, limits, runs
from qsms.exchange.building import Builder, UnknownField
from qsms.exchange.carrying import Overtaken
from qsms.exchange.models import ImportRun
from qsms.records import bulk, tally
from qsms.records.errors import Invalid, Refused
from qsms.records.history import entries
from qsms.records.models import Link, Record
from tests.cast import Cast
from tests.newtype.models import Spill

from .tables import HEAD, checked, imported, quiet, spills


def claimed(cast: Cast, run: ImportRun, *, skip_bad: bool = False) -> ImportRun:
    assert runs.claim_run(run, skip_bad=skip_bad, worker="", job_id=None)
    return run


class Breaks(RuntimeError):
    """The machine goes down."""


def breaks_after(rows: int):  # type: ignore[no-untyped-def]
    def tell(done: int, total: int | None, sentence: str) -> None:
        if done >= rows:
            raise Breaks

    return tell


def test_a_second_run_adds_none(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    first = imported(actor, spills(30))
    assert (first.rows, first.new, first.made, first.state) == (30, 30, 30, "done")
    second = checked(actor, spills(30))
    assert (second.new, second.known) == (0, 30)
    with pytest.raises(Refused, match="no row to import"):
        runs.claim_run(second, skip_bad=True)
    third = imported(actor, spills(35))
    assert (third.known, third.made) == (30, 5)
    assert Record.objects.count() == 35
    assert tally.recount(keeper.organisation.pk) == {}


def test_what_came_in_between_check_and_import_is_passed_over(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    run = checked(actor, spills(10))
    imported(keeper.actor("quality"), spills(4))
    runs.do_run(claimed(keeper, run), actor, quiet)
    assert (run.made, run.passed_over) == (6, 4)
    assert Record.objects.count() == 10


def test_an_import_that_breaks_off_keeps_nothing(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STEP_ROWS", 10)
    actor = keeper.actor("safety")
    run = claimed(keeper, checked(actor, spills(50)))
    with pytest.raises(Breaks):
        runs.do_run(run, actor, breaks_after(20))
    assert not Record.objects.exists()
    run.refresh_from_db()
    assert (run.state, run.made, run.position) == ("running", 0, 0)
    # Whoever takes it up again does all of it.
    runs.do_run(run, actor, quiet)
    assert (run.state, run.made) == ("done", 50)
    assert Record.objects.count() == 50


def test_a_long_import_goes_in_steps_and_on_where_it_broke_off(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STEP_ROWS", 10)
    monkeypatch.setattr(limits, "AT_ONCE_ROWS", 20)
    actor = keeper.actor("safety")
    run = checked(actor, spills(45, key=""))
    with pytest.raises(Refused, match="45 rows are more than can go in all at once"):
        runs.claim_run(run, skip_bad=False)
    claimed(keeper, run, skip_bad=True)
    with pytest.raises(Breaks):
        runs.do_run(run, actor, breaks_after(20))
    run.refresh_from_db()
    assert (run.position, run.made, Record.objects.count()) == (20, 20, 20)
    runs.end_badly(run.pk, ImportRun.State.FAILED, "The server stopped.")
    run.refresh_from_db()
    claimed(keeper, run, skip_bad=True)
    runs.do_run(run, actor, quiet)
    assert (run.state, run.position, run.made) == ("done", 45, 45)
    assert Spill.objects.values("reference").distinct().count() == 45


def test_rows_without_a_key_are_never_doubled_by_going_on(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STEP_ROWS", 5)
    monkeypatch.setattr(limits, "AT_ONCE_ROWS", 5)
    actor = keeper.actor("safety")
    text = "Title,Fuel,Spilled on\n" + "Same,jet,2026-01-01\n" * 20
    run = claimed(keeper, checked(actor, text), skip_bad=True)
    with pytest.raises(Breaks):
        runs.do_run(run, actor, breaks_after(10))
    run.refresh_from_db()
    # The worker that was thought dead and the one that took over: the slower one finds that it was overtaken.
    slow = ImportRun.objects.get(pk=run.pk)
    runs.do_run(run, actor, quiet)
    with pytest.raises(Overtaken):
        runs.do_run(slow, actor, quiet)
    assert Record.objects.count() == 20


def test_a_run_that_is_done_is_not_done_again(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    run = claimed(keeper, checked(actor, "Title,Fuel,Spilled on\nDrip,jet,2026-01-01\n"))
    late = ImportRun.objects.get(pk=run.pk)
    runs.do_run(run, actor, quiet)
    with pytest.raises(Overtaken):
        runs.do_run(late, actor, quiet)
    runs.do_run(run, actor, quiet)
    assert not runs.claim_run(run, skip_bad=False)
    assert Record.objects.count() == 1


def test_stopping_keeps_nothing_and_is_no_fault(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STEP_ROWS", 10)
    actor = keeper.actor("safety")
    run = claimed(keeper, checked(actor, spills(30)))

    def tell(done: int, total: int | None, sentence: str) -> None:
        if done >= 20:
            raise jobs.Stopped

    with pytest.raises(jobs.Stopped):
        runs.do_run(run, actor, tell)
    assert not Record.objects.exists()


def test_what_has_changed_since_the_check_is_refused(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    text = f"{HEAD},Site\nDrip,jet,2026-01-01,R-1,LKF\nDrip,jet,2026-01-01,R-2,DOR\n"
    strict, lenient = checked(actor, text), checked(actor, text)
    keeper.sites["DOR"].is_active = False
    keeper.sites["DOR"].save()
    with pytest.raises(Refused, match=r"Row 3: Site: “DOR” is no longer in use.*check again. Nothing was kept"):
        runs.do_run(claimed(keeper, strict), actor, quiet)
    assert not Record.objects.exists()
    runs.do_run(claimed(keeper, lenient, skip_bad=True), actor, quiet)
    lenient.refresh_from_db()
    assert (lenient.made, lenient.refused, lenient.state) == (1, 1, "done")
    assert lenient.problems["refused"][0]["row"] == 3


def test_a_right_that_was_taken_away_stops_the_import(keeper: Cast) -> None:
    run = claimed(keeper, checked(keeper.actor("safety"), spills(3)))
    with pytest.raises(Refused, match="You may not import these"):
        runs.do_run(run, keeper.actor("reporter"), quiet)
    assert not Record.objects.exists()


@pytest.fixture
def bringing() -> Iterator[None]:
    """Spills whose rows bring actions along and whose title is made by the room."""

    def build(actor: object, values: dict[str, object]) -> bulk.Row:
        if values.get("fuel") == "avgas":
            raise Invalid({"fuel": "Avgas is not sold here."})
        return bulk.Row({**values, "title": f"At the pump: {values['title']}"})

    nested = {"actions": kinds.Nested("action", values={"action_kind": "correction"}, state="closed")}
    kinds.offer("spill", nested=nested, build=build)
    yield
    kinds.withdraw("spill")


MAPPING = {
    "mapping": "pump",
    "target": "spill",
    "fields": {
        "title": {"column": "Title"},
        "fuel": {"column": "Fuel"},
        "spilled_on": {"column": "Day"},
        "site": {"column": "Site"},
        "actions[].title": {"column": "Done", "steps": [{"shorten": 40}]},
        "actions[].description": {"column": "Done"},
    },
}


@pytest.mark.usefixtures("bringing")
def test_a_row_brings_its_actions_along(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    text = "Title,Fuel,Day,Site,Done\nDrip,jet,2026-01-01,LKF,Swept\nLeak,jet,2026-01-02,,\nBad,avgas,2026-01-02,,\n"
    run = runs.begin(actor, "spill", [("pump.csv", io.BytesIO(text.encode()))])
    runs.match_unattended(run, actor, given=MAPPING)
    runs.claim_check(run)
    run.refresh_from_db()
    runs.do_check(run, actor, quiet)
    assert (run.new, run.bad) == (2, 1)
    assert run.problems["bad"][0]["wrong"] == [["Fuel", "Avgas is not sold here."]]
    runs.do_run(claimed(keeper, run, skip_bad=True), actor, quiet)
    assert (run.made, run.brought) == (2, 1)
    spill = Spill.objects.get(title="At the pump: Drip")
    [link] = Link.objects.filter(target=spill.pk)
    action = Record.objects.get(pk=link.source_id)
    assert (action.kind, action.title, action.site_id, action.state) == (
        "action",
        "Swept",
        keeper.sites["LKF"].pk,
        "closed",
    )
    assert link.relation == "raised_from"
    assert [entry.verb for entry in entries(spill)] == ["linked", "imported"]
    assert [entry.verb for entry in entries(action)] == ["linked", "imported"]


@pytest.mark.usefixtures("bringing")
def test_what_is_wrong_in_what_a_row_brings_along_is_told(keeper: Cast) -> None:
    builder = Builder(keeper.actor("safety"), "spill")
    made = builder.make({"title": "T", "fuel": "jet", "spilled_on": "2026-01-01", "actions": [{"title": "x"}]})
    assert set(made.errors) == {"actions[].description"}
    with pytest.raises(UnknownField, match="Fuel spill has no field “orders"):
        builder.check_fields(["title", "orders[].title"])


def test_a_mapping_for_fields_that_do_not_exist_is_refused(keeper: Cast) -> None:
    with pytest.raises(UnknownField, match="Fuel spill has no field “colour”"):
        Builder(keeper.actor("safety"), "spill").check_fields(["title", "colour"])


def test_files_are_cleared_away_in_time(keeper: Cast) -> None:
    import datetime as dt

    from qsms.exchange.shelf import shelf

    actor = keeper.actor("safety")
    run = imported(actor, spills(3))
    files = {run.files[0]["hash"], run.staged_hash}
    assert all(shelf().has(one) for one in files)
    again = checked(actor, spills(3))
    ImportRun.objects.filter(pk=run.pk).update(created_at=run.created_at - dt.timedelta(days=60))
    # The same file was sent again lately, so it stays.
    assert runs.clear_away(run.created_at - dt.timedelta(days=30)) == 1
    assert shelf().has(again.files[0]["hash"])
    assert not shelf().has(run.staged_hash)
