"""Our own export sent back: what is here already is passed over by its number, and what is not comes in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qsms.base import context
from qsms.exchange import limits, runs
from qsms.exchange.matching import suggest
from qsms.exchange.models import ImportRun
from qsms.exchange.readers import open_table
from qsms.exchange.values import nearest
from qsms.org.models import Person
from qsms.records import registry, services
from qsms.records.models import Record
from tests.cast import Cast
from tests.contract.factory import make_beside, values
from tests.newtype.models import Spill

from .conftest import SignIn
from .tables import brought_in, checked, exported, imported, quiet, spills

KINDS = sorted(sheet.kind for sheet in registry.all_types() if sheet.form)


@pytest.fixture
def allowed(keeper: Cast) -> Callable[[str], Cast]:
    """Lets the safety managers here and elsewhere do everything with a kind; there are the same places elsewhere."""

    def allow(kind: str) -> Cast:
        for organisation in (keeper.organisation, keeper.other):
            for role in organisation.roles.filter(code="safety_manager"):
                role.permissions = [*role.permissions, f"{kind}.*"]
                role.save()
        for site in keeper.sites.values():
            keeper.other.sites.create(code=site.code, name=site.name, zone=site.zone)
        for person in (keeper.owner, keeper.safety):
            Person.objects.create(organisation=keeper.other, name=person.name, email=person.email)
        return keeper

    return allow


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_own_export_adds_nothing(allowed: Callable[[str], Cast], kind: str, form: str) -> None:
    cast = allowed(kind)
    here, sheet = cast.actor("safety"), registry.get(kind)
    for n in range(3):
        # Each for a process of its own: of some kinds there is one for the same places.
        [process, _other] = [
            one.processes.create(code=f"P{n}", name=f"P{n}") for one in (cast.organisation, cast.other)
        ]
        given = values(here, kind, site=cast.sites["LKF"], owner=cast.owner, disciplines=[1], process=process)
        # Without a key of their own, as everything that people enter.
        services.create(here, kind, {**given, "title": f"Number {n}"})
    # Some kinds bring records along when they are made.
    count, everything = sheet.model.everywhere.count(), Record.everywhere.count()
    data = exported(cast.organisation.pk, here, kind, form)
    run = brought_in(cast.organisation.pk, here, kind, form, data)
    assert (run.rows, run.new, run.known, run.bad) == (count, 0, count, 0), run.problems["bad"]
    assert Record.everywhere.count() == everything

    # Elsewhere the same numbers are foreign: each row comes in, with a number of its own. What it points at is there.
    values(cast.actor("outsider"), kind)
    make_beside(cast.actor("outsider"), cast.organisation.pk, kind)
    run = brought_in(cast.other.pk, cast.actor("outsider"), kind, form, data)
    assert (run.known, run.made, run.bad) == (0, count, 0), run.problems["bad"]


def test_a_foreign_number_comes_in_with_a_number_of_its_own(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    imported(actor, spills(1))
    stands = Spill.objects.get().number
    text = f"Number,Title,Fuel,Spilled on\n{stands},Drip,jet,2026-01-01\nOLD-7,Drop,jet,2026-01-01\n"
    run = imported(actor, text)
    assert (run.known, run.made) == (1, 1)
    came = Spill.objects.get(title="Drop")
    assert came.number not in ("OLD-7", stands)
    assert came.reference == ""


def test_the_number_of_others_lists_stays_the_reference(keeper: Cast) -> None:
    actor = keeper.actor("safety")
    text = "Number,Title,Fuel,Spilled on\nOLD-7,Drop,jet,2026-01-01\n"
    imported(actor, text)
    assert Spill.objects.get().reference == "OLD-7"
    again = checked(actor, text)
    assert (again.new, again.known) == (0, 1)


@pytest.mark.parametrize("at_once", [10, 100])
def test_numbers_just_given_recognise_nothing(keeper: Cast, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """A list from elsewhere has numbers that this import gives out itself while later rows still wait."""
    monkeypatch.setattr(limits, "STEP_ROWS", 10)
    monkeypatch.setattr(limits, "AT_ONCE_ROWS", at_once)
    there, here = keeper.actor("outsider"), keeper.actor("safety")
    imported(here, spills(40), skip_bad=True)
    rows = list(csv.reader(io.StringIO(exported(keeper.organisation.pk, here, "spill", "csv").decode("utf-8-sig"))))
    place = rows[0].index("Airport reference")
    out = io.StringIO()
    # The newest first, as a list shows them, and without the key, so that only the number could be known.
    bare = [["" if n == place else cell for n, cell in enumerate(row)] for row in rows[:0:-1]]
    csv.writer(out).writerows([rows[0], *bare])
    with context.organisation(keeper.other.pk):
        run = checked(there, out.getvalue())
        assert (run.new, run.known) == (40, 0)
        # What somebody enters meanwhile gets a number that stands in the file too.
        services.create(there, "spill", {"title": "Meanwhile", "fuel": "jet", "spilled_on": "2026-01-01"})
        assert runs.claim_run(run, skip_bad=True, worker="", job_id=None)
        runs.do_run(run, there, quiet)
        assert (run.made, run.passed_over) == (40, 0)


def test_the_writing_asks_for_the_number_again(keeper: Cast) -> None:
    """A record that stood before the file came, but could not be seen by the check."""
    actor = keeper.actor("safety")
    imported(actor, spills(2))
    first, second = Spill.objects.order_by("pk")
    head = "Number,Title,Fuel,Spilled on\n"
    run = checked(actor, f"{head}{first.number},A,jet,2026-01-01\nOLD-1,B,jet,2026-01-01\nOLD-2,C,jet,2026-01-01\n")
    assert (run.known, run.new) == (1, 2)
    Record.everywhere.filter(pk=second.pk).update(number="OLD-2")
    assert runs.claim_run(run, skip_bad=False, worker="", job_id=None)
    runs.do_run(run, actor, quiet)
    assert (run.made, run.passed_over) == (1, 1)


def test_what_somebody_may_not_see_is_passed_over_and_only_counted(keeper: Cast) -> None:
    """As with the keys of earlier imports: else it would come in twice."""
    imported(keeper.actor("safety"), spills(1))
    hidden = Spill.objects.get()
    Record.everywhere.filter(pk=hidden.pk).update(site=keeper.sites["STV"], confidential=True)
    text = f"Number,Title,Fuel,Spilled on,Site\n{hidden.number},Other,jet,2026-01-01,LKF\n"
    run = checked(keeper.actor("site_owner"), text)
    assert (run.new, run.known, run.bad) == (0, 1, 0)
    assert hidden.title not in str(run.problems)


def test_the_page_says_what_the_number_is_for_and_it_can_be_set_aside(
    keeper: Cast, sign_in: SignIn, work_off: Callable[[], int]
) -> None:
    imported(keeper.actor("safety"), spills(1))
    spill = Spill.objects.get()
    text = f"Number,Title,Fuel,Spilled on\n{spill.number},Drip,jet,2026-01-01\n"
    client = sign_in("safety")
    file = SimpleUploadedFile("a.csv", text.encode())
    columns = client.post("/r/spill/import/", {"file": file})["Location"]
    page = client.get(columns).content.decode()
    assert '<option value="number" selected>Recognises what is here already</option>' in page
    assert "1 of the first 1 rows are here already" in page
    fields = {"by": "hand", "do": "check", "to-0": "number", "to-1": "title", "to-2": "fuel", "to-3": "spilled_on"}
    here = client.post(columns, fields)["Location"]
    work_off()
    assert "There is no row to import." in client.get(here).content.decode()
    client.post(columns, fields | {"to-0": ""})
    work_off()
    run = ImportRun.objects.get(pk=here.rstrip("/").rsplit("/", 1)[-1])
    assert (run.new, run.known) == (1, 0)
    twice = client.post(columns, fields | {"to-1": "number"})
    assert twice.status_code == 422
    start = client.get("/r/spill/import/").content.decode()
    assert "Recognises what is here already" not in start


RISKS = "risk_id,title,level,residual_level,owner\n" + "".join(
    f"R{n:02d},Risk {n},High,{'High' if n % 2 else 'Low'},IT\n" for n in range(1, 13)
)


def test_what_tells_a_row_again_is_a_column_whose_values_differ(keeper: Cast, tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    sheet = registry.get("hazard")

    def matched(text: str) -> dict[str, str]:
        path.write_text(text, encoding="utf-8")
        table = open_table(path, name="risks.csv")
        return {one.column: one.target for one in suggest(sheet, table, keeper.organisation.pk)}

    found = matched(RISKS)
    assert found["risk_id"] == sheet.import_key
    assert sheet.import_key not in (found["level"], found["residual_level"])
    # Called like a key, and the same in every row: it is none.
    label = sheet.field_label(sheet.import_key)
    same = matched(RISKS.replace("residual_level", str(label)))
    assert (same[str(label)], same["risk_id"]) == ("", sheet.import_key)


def test_only_what_is_alike_is_suggested() -> None:
    people = ["Dana Whitlock", "Sara Vance"]
    assert nearest("IT", people) is None
    assert nearest("Safety", people) is None
    assert nearest("Dana Whitlok", people) == "Dana Whitlock"
    assert nearest("Whitlock Dana", people) == "Dana Whitlock"
