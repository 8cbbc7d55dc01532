"""What a list offers: counts on the ready views, columns of one's own, what is new, and deeds on several rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qsms.base import context
from qsms.records.models import Deed, Record, SavedView
from qsms.ui import lists
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import Login

Make = Callable[..., Spill]


def tabs(page: Any) -> dict[str, Any]:
    return {tab.label: tab.count for tab in page.context["views"]}


def heads(page: Any) -> list[str]:
    """The words above the columns of a list."""
    return re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?(\w[\w ]*)', page.context["table"])


@pytest.fixture
def several(keeper: Cast, spill: Make) -> list[Spill]:
    """Two late ones, one of them the safety manager's, and four that are neither."""
    late = [spill(due_on=dt.date(2026, 1, 5), owner=keeper.people[name]) for name in ("safety", "owner")]
    return [*late, *(spill(title=f"Drip {n}") for n in range(4))]


@pytest.mark.parametrize("rows_a_page", [50, 3], ids=["all on one page", "on more pages"])
def test_the_ready_views_say_how_much_is_in_them(
    keeper: Cast, several: list[Spill], login: Login, monkeypatch: pytest.MonkeyPatch, rows_a_page: int
) -> None:
    monkeypatch.setattr(lists, "PAGE", rows_a_page)
    client = login("safety")
    assert tabs(client.get("/r/spill/")) == {"All open": "6", "Late": "2", "Mine": "1"}
    with CaptureQueriesContext(connection) as asked:
        client.get("/r/spill/")
    assert len(asked) <= 10
    # Each is the number of the list that it leads to.
    for query, n in (("late=1", 2), ("owner=me", 1)):
        assert str(client.get(f"/r/spill/?{query}").context["total"]) == str(n)
    assert tabs(login("outsider").get("/r/spill/")) == {"All open": "0", "Late": "0", "Mine": "0"}


def test_columns_are_chosen_and_kept_for_the_reader_and_their_exports(
    keeper: Cast, several: list[Spill], login: Login
) -> None:
    client = login("safety")
    assert "Owner" in heads(client.get("/r/spill/"))
    assert "columns=" not in client.get("/r/spill/").context["exports"][1].url
    answer = client.post("/r/spill/columns/?late=1", {"columns": ["state", "litres", "nonsense"]})
    assert answer["Location"] == "/r/spill/?late=1"
    page = client.get("/r/spill/?late=1")
    assert heads(page) == ["Number", "Title", "Litres", "State"]
    [link] = [one.url for one in page.context["exports"] if one.label == "CSV"]
    rows = list(csv.reader(io.StringIO(b"".join(client.get(link)).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert (rows[0], len(rows)) == (["Number", "Title", "Litres", "State"], 3)
    assert "Owner" in heads(login("quality").get("/r/spill/")), "nobody else's list has changed"
    assert client.get("/r/spill/view/").context["own"] == [], "it is no view with a name"
    client.post("/r/spill/columns/", {"usual": "1"})
    assert "Owner" in heads(client.get("/r/spill/"))
    assert not SavedView.everywhere.exists()


def test_what_is_new_waits_until_it_is_asked_for(keeper: Cast, several: list[Spill], spill: Make, login: Login) -> None:
    client = login("safety")
    ask = client.get("/r/spill/?site=LKF", follow=True).context["newer_url"]
    assert "LKF" not in ask
    assert " new" not in client.get(ask).content.decode()
    spill(title="Fresh"), spill(title="Fresh too"), spill(title="Elsewhere", site=keeper.sites["STV"])
    told = client.get(ask).content.decode()
    assert "2 new" in told
    assert f'href="/r/spill/?site={keeper.sites["LKF"].pk}"' in told
    assert " new" not in login("outsider").get("/r/spill/newer/?since=0").content.decode()
    assert client.get("/r/spill/?order=due_on").context["newer_url"] == ""


def test_the_lens_of_several_is_set_at_once(keeper: Cast, several: list[Spill], login: Login) -> None:
    client = login("safety")
    ids = [one.pk for one in several[:2]]
    assert b"No lens is ticked" in client.post("/r/spill/lens/", {"row": ids, "sent": "1"}).content
    client.post("/r/spill/lens/", {"row": ids, "lens": ["1", "4"], "reason": "Seen on the ramp"})
    assert set(Record.everywhere.filter(pk__in=ids).values_list("disciplines", flat=True)) == {5}
    assert Deed.everywhere.filter(record_id__in=ids, verb="edited", reason="Seen on the ramp").count() == 2
    assert login("outsider").post("/r/spill/lens/", {"row": ids, "lens": ["2"]}).status_code == 422
    assert set(Record.everywhere.filter(pk__in=ids).values_list("disciplines", flat=True)) == {5}


def test_those_ticked_are_exported(keeper: Cast, several: list[Spill], login: Login) -> None:
    client = login("safety")
    ids = [several[0].pk, several[3].pk]
    page = client.post("/r/spill/export/chosen/", {"row": ids})
    choice = client.get(page["Location"])
    assert "Ticked: 2 of the list." in choice.content.decode()
    assert "columns=" not in page["Location"]
    client.post("/r/spill/columns/", {"columns": ["litres"]})
    own = client.post("/r/spill/export/chosen/", {"row": ids})["Location"]
    assert "columns=number&columns=title&columns=litres" in own
    with context.organisation(keeper.organisation.pk):
        answer = client.get(f"{page['Location']}&format=csv&columns=number")
    rows = b"".join(answer).decode("utf-8-sig").split()  # type: ignore[arg-type]
    assert sorted(rows[1:]) == sorted(one.number for one in (several[0], several[3]))
