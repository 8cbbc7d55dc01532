"""What a room gets for a model, a lifecycle and a sheet: every door of the product, for a type of under 120 lines."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qsms.api import tokens
from qsms.base.jobs.work import next_queued, take, work_on
from qsms.org import actor as actors
from qsms.records import history
from qsms.records.models import Deed, Signature
from tests.cast import PASSWORD, Cast
from tests.contract import conftest as contract
from tests.newtype.models import Spill
from tests.newtype.spills import spill

TOP = Path(__file__).parent.parent
ROOM = TOP / "tests" / "newtype"
CONTRACT = TOP / "tests" / "contract"
PAGE = TOP / "docs" / "how-to" / "add-a-record-type.md"
OWN = ("models.py", "sheets.py")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def safety(keeper: Cast) -> Client:
    """The safety manager's browser."""
    return browser(keeper, "safety")


def browser(cast: Cast, who: str) -> Client:
    account = cast.account(who)
    account.set_password(PASSWORD)
    account.save()
    client = Client()
    client.force_login(account)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def body(answer: Any) -> bytes:
    """A file, streamed or not."""
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def work_off() -> None:
    """Do every job that waits, as the worker would."""
    while (job_id := next_queued()) is not None and take(job_id, "test"):
        work_on(job_id, "test")


def test_it_takes_fewer_than_120_lines() -> None:
    lines = [line for name in OWN for line in (ROOM / name).read_text("utf-8").splitlines()]
    assert len(lines) < 120
    # Nothing of it stands anywhere else: what is left of the room is its app, its migrations and help for tests.
    others = {path.name for path in ROOM.glob("*.py")} - {*OWN, "__init__.py", "apps.py", "spills.py"}
    assert not others


def test_the_how_to_shows_precisely_this_type() -> None:
    """The blocks of the page, one after the other, are the files themselves."""
    shown = [block.strip("\n") for block in BLOCK.findall(PAGE.read_text("utf-8"))]
    assert len(shown) == 4
    for name, blocks in (("models.py", shown[:1]), ("sheets.py", shown[1:3]), ("apps.py", shown[3:])):
        assert "\n\n\n".join(blocks) + "\n" == (ROOM / name).read_text("utf-8"), name


def test_the_contract_takes_it_up() -> None:
    assert "spill" in contract.KINDS
    found = [one.relative_to(TOP).with_suffix("") for one in CONTRACT.rglob("test_*.py")]
    modules = [importlib.import_module(".".join(one.parts)) for one in found]
    per_kind = [
        name
        for module in modules
        for name, test in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("test_") and {"kind", "record"} & inspect.signature(test).parameters.keys()
    ]
    assert len(per_kind) >= 10
    # The fixtures of the folder name every registered kind; no module narrows them.
    assert not [module.__name__ for module in modules if hasattr(module, "kind") or hasattr(module, "record")]


def test_list_form_page_moves_and_board(keeper: Cast, safety: Client) -> None:
    assert "No open fuel spills" in text(safety.get("/r/spill/"))
    form = text(safety.get("/r/spill/new/"))
    for label in ("Fuel", "Litres", "Spilled on", "Airport reference", "How it was cleaned", "Checker"):
        assert label in form
    given = {
        "title": "Fuel under the wing",
        "fuel": "jet",
        "litres": "12.5",
        "spilled_on": "2026-02-20",
        "site": keeper.sites["LKF"].pk,
        "owner": "Owner Person",
    }
    assert "“yesterday” is not a date" in text(safety.post("/r/spill/new/", {**given, "spilled_on": "yesterday"}), 422)
    made = safety.post("/r/spill/new/", given)
    assert made.status_code == 303
    here = str(made["Location"])
    page = text(safety.get(here))
    for words in ("Fuel under the wing", "Jet A-1", "12.5", "Larkfield", "Owner Person", "Found", "Clean up"):
        assert words in page
    assert "Fuel under the wing" in text(safety.get("/r/spill/"))
    assert "Fuel under the wing" in text(safety.get("/r/spill/?fuel=jet"))
    assert "Fuel under the wing" not in text(safety.get("/r/spill/?fuel=avgas"))
    board = safety.get("/r/spill/board/")
    assert "Fuel under the wing" in text(board)
    assert [str(lane.state.label) for lane in board.context["lanes"]] == ["Found", "Cleaned"]

    assert "Fill it in" in text(safety.post(f"{here}move/clean/", {}), 422)
    cleaned = {"cleaned": "Sawdust, swept twice", "checker": "Quality Person"}
    assert safety.post(f"{here}move/clean/", cleaned).status_code == 303
    checker = browser(keeper, "quality")
    assert "Check that the stand is clean" in text(checker.get("/"))
    assert "This is not your password" in text(checker.post(f"{here}move/check/", {"password": "no"}), 422)
    assert "not known what you have read" in text(checker.post(f"{here}move/check/", {"password": PASSWORD}), 422)
    [shown] = set(re.findall(r'name="shown" value="(\w+)"', text(checker.get(f"{here}move/check/"))))
    assert checker.post(f"{here}move/check/", {"password": PASSWORD, "shown": shown}).status_code == 303
    closed = Spill.objects.get()
    assert (closed.state, closed.closed_at is not None) == ("closed", True)
    assert "Check that the stand is clean" not in text(checker.get("/"))

    # History holds the deeds, and the page shows them.
    deeds = list(reversed(history.entries(closed)))
    assert [deed.verb for deed in deeds] == ["created", "move.clean", "move.check"]
    assert [deed.actor for deed in deeds] == ["Safety Person", "Safety Person", "Quality Person"]
    assert ("cleaned", "", "Sawdust, swept twice") in [(c.field, c.old, c.new) for c in deeds[1].changes]
    assert Signature.objects.get().meaning == "checked"
    told = text(safety.get(f"{here}tab/history/"))
    assert "Sawdust, swept twice" in told
    assert "checked" in told


def test_the_api(keeper: Cast) -> None:
    token = tokens.create(actors.system(keeper.organisation.pk), keeper.safety.pk, name="Test")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def ask(method: str, path: str, values: Any = None, **headers: str) -> Any:
        content = b"" if values is None else json.dumps(values).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.generic(method, f"/api/v1/{path}", content, content_type="application/json", headers=named)

    given = {"title": "Hose dripped", "fuel": "avgas", "spilled_on": "2026-02-21", "owner": keeper.owner.pk}
    made = ask("POST", "spill/", given)
    assert made.status_code == 201
    number = made.json()["number"]
    assert [one["number"] for one in ask("GET", "spill/?fuel=avgas").json()["items"]] == [number]
    assert ask("GET", "spill/?fuel=jet").json()["items"] == []
    assert ask("PATCH", f"spill/{number}/", {"litres": "3.5"}).status_code == 428
    changed = ask("PATCH", f"spill/{number}/", {"litres": "3.5"}, If_Match=made["ETag"])
    assert (changed.status_code, changed.json()["litres"]) == (200, "3.5")
    assert ask("PATCH", f"spill/{number}/", {"litres": "4"}, If_Match=made["ETag"]).status_code == 412
    assert ask("GET", f"spill/{number}/", If_None_Match=changed["ETag"]).status_code == 304

    moves = {one["code"]: one for one in ask("GET", f"spill/{number}/moves/").json()["moves"]}
    assert moves["clean"]["open"] is True
    assert moves.keys() >= {"clean", "void"}
    fields = {"fields": {"cleaned": "Mop", "checker": keeper.quality.pk}}
    moved = ask("POST", f"spill/{number}/moves/clean/", fields)
    assert (moved.status_code, moved.json()["state"]) == (200, "cleaned")

    other = spill(keeper, title="The same hose")
    link = {"target": other.number, "relation": "relates"}
    assert ask("POST", f"spill/{number}/links/", link).status_code == 201
    assert other.number in text(ask("GET", f"spill/{number}/links/"))
    verbs = [one["verb"] for one in ask("GET", f"spill/{number}/history/").json()["items"]]
    assert verbs == ["linked", "move.clean", "edited", "created"]
    assert "/spill/{key}/" in text(ask("GET", "openapi.json"))


def test_import_and_export_and_search(keeper: Cast, safety: Client) -> None:
    table = (
        "Airport reference,Title,Fuel,Spilled on,Site,Litres\n"
        "R-1,Drip at the bowser,Jet A-1,2026-02-01,LKF,2.5\n"
        "R-2,Wet apron,avgas,2026-02-02,Stavnes,40\n"
    )

    def bring(words: str) -> str:
        sent = safety.post("/r/spill/import/", {"file": SimpleUploadedFile("log.csv", words.encode())})
        assert sent.status_code == 302
        columns = str(sent["Location"])
        fields = ("reference", "title", "fuel", "spilled_on", "site", "litres")
        matched = {f"to-{n}": name for n, name in enumerate(fields)}
        run = str(safety.post(columns, {"by": "hand", "do": "check", "order": "DMY", **matched})["Location"])
        work_off()
        return run

    run = bring(table)
    assert "Import 2 rows" in text(safety.get(run))
    assert not Spill.objects.exists()
    assert safety.post(f"{run}start/").status_code == 302
    work_off()
    first, second = Spill.objects.order_by("reference")
    assert (first.title, first.fuel, str(first.litres)) == ("Drip at the bowser", "jet", "2.5")
    assert (second.site, second.state) == (keeper.sites["STV"], "found")
    assert [deed.verb for deed in history.entries(first)] == ["imported"]
    # The same once more: the airport's reference recognises them.
    again = text(safety.get(bring(table)))
    assert "Here already" in again
    assert Spill.objects.count() == 2

    csv = body(safety.get("/r/spill/export/?format=csv&fuel=jet")).decode("utf-8-sig")
    assert csv.count("\r\n") == 2
    assert "Drip at the bowser" in csv
    assert "Wet apron" not in csv
    rows = json.loads(body(safety.get("/r/spill/export/?format=json")))
    assert {row["reference"]: row["litres"] for row in rows} == {"R-1": "2.5", "R-2": "40.0"}
    assert body(safety.get("/r/spill/export/?format=xlsx")).startswith(b"PK")
    assert Deed.objects.filter(verb="exported").count() == 3

    found = text(safety.get("/search/?q=bowser"))
    assert first.number in found
    assert second.number not in found
    assert first.number in text(safety.get("/palette/?q=bowser"))
    assert "bowser" in text(safety.get("/pick/record/?q=bowser"))
