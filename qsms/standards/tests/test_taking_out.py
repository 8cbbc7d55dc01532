"""Whatever leaves this room as a file leaves a deed that says who took it: held over every door of the room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, reverse

from qsms.base import moment
from qsms.base.jobs.work import next_queued, take, work_on
from qsms.records.models import Deed
from qsms.standards import bringing, bringing_pairs, shipped
from qsms.standards.models import PART_5, Declaration
from qsms.standards.urls import urlpatterns
from tests.cast import Cast

from .conftest import Login
from .makers import AS9100, ISO_9001, action, adopted, bound, text
from .test_gaps import assessment

DEEDS = ("exported", bringing.SENT, bringing_pairs.SENT)
# The doors of this room that give files. One that is new comes here, and leaves its deed.
FILES = {
    "export", "export-edition", "export-pairs", "gap-export", "ageing", "side-by-side", "sites", "statement",
    "pack-file", "declaration",
}  # fmt: skip


def doors(cast: Cast, client: Client) -> Iterator[tuple[str, str]]:
    """Every door of the room, by name, with an address at which there is something."""
    adoption, gap = adopted(cast, ISO_9001), assessment(cast)
    adopted(cast, PART_5)
    bound(cast, action(cast), ISO_9001, "7.1.5.2", expires_on=moment.now().date())
    given = {"title": "Part 135 certificate", "certificate_kind": "part_135", "held_since": "2019-03-01",
             "statement": "I declare that our SMS is developed, documented and in use."}  # fmt: skip
    assert client.post("/r/declaration/new/", given).status_code == 303
    asked = client.post(f"/standards/adopted/{adoption.number}/outputs/", {"clause": "7.1.5"})["Location"]
    while (job_id := next_queued()) is not None and take(job_id, "test"):
        work_on(job_id, "test")
    numbers = {"adopted": adoption.number, "gaps": gap.number, "declaration": Declaration.everywhere.get().number}
    known: dict[str, Any] = {
        "code": "iso-9001", "edition": "2015", "clause": "7.1.5.2", "job_id": int(asked.rstrip("/").rpartition("/")[2])
    }  # fmt: skip
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        given = {**known, "number": numbers.get(route.partition("/")[0], adoption.number)}
        wanted = {name: given[name] for name in pattern.pattern.converters}
        yield str(pattern.name), reverse(f"standards:{pattern.name}", kwargs=wanted)


def test_every_file_of_the_room_leaves_a_deed_and_every_page_leaves_none(cast: Cast, login: Login) -> None:
    client, found = login("quality"), set()
    for name, address in list(doors(cast, client)):
        for form in ("csv", "xlsx"):
            before = Deed.everywhere.filter(verb__in=DEEDS).count()
            answer = client.get(address, {"format": form, "standard": [ISO_9001, AS9100]})
            if answer.streaming:
                assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            is_file = "attachment" in answer.headers.get("Content-Disposition", "")
            found |= {name} if is_file else set()
            after = Deed.everywhere.filter(verb__in=DEEDS).count()
            assert after - before == is_file, (name, address, answer.status_code)
    assert found == FILES


def test_the_deed_says_what_left_and_stands_in_the_history_of_the_organisation(cast: Cast, login: Login) -> None:
    adoption, client = adopted(cast, ISO_9001), login("quality")
    client.get(f"/standards/adopted/{adoption.number}/export/?format=xlsx")
    client.get(f"/standards/adopted/{adoption.number}/statement/")
    table, statement = Deed.everywhere.filter(verb="exported").order_by("pk")
    assert (table.actor, table.subject) == (cast.people["quality"], "organisation")
    assert table.detail["what"] == f"{adoption.number}-coverage"
    assert table.detail["rows"] == len(shipped.frameworks()[ISO_9001].requirements)
    assert statement.detail["form"] == "pdf"
    assert "rows" not in statement.detail
    page = text(login("administrator"), "/administration/history/")
    assert f"exported {adoption.number}-coverage ({table.detail['rows']} rows)" in page
    assert f"exported {statement.detail['what']}" in page
    assert login("site_owner").get(f"/standards/adopted/{adoption.number}/export/").status_code == 404
    assert Deed.everywhere.filter(verb="exported").count() == 2, "what is refused leaves nothing"
