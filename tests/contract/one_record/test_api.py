"""What holds for every record type through the API: who is outside finds nothing there, not even a difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qsms.api import openapi, shapes, tokens
from qsms.base import context
from qsms.org import actor as actors
from qsms.records import registry, scope, verbs
from qsms.records.models import Comment, Deed, Link, Record
from tests.cast import ROLES, Cast
from tests.contract.conftest import KINDS
from tests.contract.factory import SECRET, values

EVERYBODY = ("reporter", "owner", "colleague", *ROLES)
Ask = Callable[..., Any]


def asking(cast: Cast, who: str) -> Ask:
    """A function that sends one request with a token of this person."""
    person = cast.people[who]
    with context.organisation(person.organisation_id):
        text = tokens.create(actors.system(person.organisation_id), person.pk, name="Contract")[1]
    client = Client(headers={"Authorization": f"Bearer {text}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        send = getattr(client, method.lower())
        return send(f"/api/v1/{path}", headers={n.replace("_", "-"): v for n, v in headers.items()}, **content)

    return ask


# Every door around one record, each with a body that would do something if it were open. Some are broken on purpose:
# who is outside must not learn from the complaint that there is a record to complain about.
DOORS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"title": "Mine"}),
    ("PATCH", "", "no object"),
    ("POST", "assign/", {"person": 1}),
    ("POST", "assign/", {}),
    ("GET", "moves/", None),
    ("POST", "moves/{move}/", {"reason": "Mine"}),
    ("POST", "moves/nonsense/", {}),
    ("GET", "verbs/", None),
    ("POST", "verbs/{verb}/", {"reason": "Mine", "text": "Mine", "lens": "safety"}),
    ("POST", "verbs/{verb}/", "no object"),
    ("GET", "verbs/{verb}/", None),
    ("POST", "verbs/nonsense/", {}),
    ("GET", "links/", None),
    ("POST", "links/", {"target": "1", "relation": "relates"}),
    ("POST", "links/", {"relation": 5}),
    ("DELETE", "links/1/?reason=Mine", None),
    ("GET", "history/", None),
    ("GET", "comments/", None),
    ("POST", "comments/", {"text": "Mine"}),
    ("POST", "comments/", {"text": ""}),
    ("GET", "attachments/", None),
    ("POST", "attachments/", {}),
    ("GET", "attachments/1/", None),
    ("DELETE", "attachments/1/?reason=Mine", None),
]


def told(answer: Any) -> tuple[int, Any]:
    """Status and words of an answer, without the mark of the request."""
    return answer.status_code, {**answer.json(), "request": ""}


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_outside_and_absent_are_the_same(cast: Cast, kind: str, record: Record, who: str) -> None:
    if who == "nobody":
        # A person of the same organisation who holds no role at all.
        cast.colleague.grants.all().delete()
    ask = asking(cast, "outsider" if who == "outsider" else "colleague")
    before = (Deed.everywhere.filter(record=record).count(), Comment.everywhere.count(), Link.everywhere.count())
    move = registry.get(kind).lifecycle.moves[0].code
    verb = next((one.code for one in verbs.of(kind)), "nonsense")
    for method, rest, body in DOORS:
        path = rest.format(move=move, verb=verb)
        absent = told(ask(method, f"{kind}/{record.pk + 1000}/{path}", body))
        assert absent[0] == 404, (method, path)
        for key in (record.pk, record.number):
            assert told(ask(method, f"{kind}/{key}/{path}", body)) == absent, (method, path)
        headed = told(ask(method, f"{kind}/{record.pk}/{path}", body, If_Match='"1"', If_None_Match='"1"'))
        assert headed == absent
    after = (Deed.everywhere.filter(record=record).count(), Comment.everywhere.count(), Link.everywhere.count())
    assert after == before


def test_the_outsiders_lists_and_counts_are_empty(cast: Cast, kind: str, record: Record) -> None:
    ask = asking(cast, "outsider")
    if ask("GET", f"{kind}/").status_code == 404:
        return
    for query in (
        "",
        f"?q={SECRET}",
        f"?q={record.number}",
        "?phase=all&order=id",
        f"?order=-id&after={record.pk + 1}",
    ):
        answer = ask("GET", f"{kind}/{query}{'&' if query else '?'}count=1").json()
        assert answer == {"items": [], "next": None, "count": 0, "count_is_capped": False}
    counted = ask("GET", f"{kind}/counts/").json()
    assert (counted["open"], counted["late"], set(counted["states"].values())) == (0, 0, {0})
    assert ask("GET", "tasks/").json()["items"] == []
    assert record.number not in ask("GET", "me/").content.decode()


def test_another_organisations_places_and_people_are_no_choice(cast: Cast, kind: str, record: Record) -> None:
    ask = asking(cast, "outsider")
    if ask("GET", f"{kind}/").status_code == 404:
        return
    # The same sentence for a site of somebody else's as for one that is nowhere.
    site = [told(ask("GET", f"{kind}/?site={pk}"))[0] for pk in (cast.sites["LKF"].pk, 987654)]
    assert site in ([400, 400], [200, 200])
    link = [ask("POST", f"{kind}/{record.pk}/links/", {"target": "1", "relation": "relates"}).status_code]
    assert link == [404]


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_sees_it_reads_it_and_who_does_not_gets_404(cast: Cast, kind: str, record: Record, who: str) -> None:
    ask = asking(cast, who)
    actor = cast.actor(who)
    for confidential in (False, True):
        Record.everywhere.filter(pk=record.pk).update(confidential=confidential)
        record.refresh_from_db()
        sees = scope.sees(actor, registry.get(kind).model.everywhere.get(pk=record.pk))
        read = ask("GET", f"{kind}/{record.number}/")
        listed = ask("GET", f"{kind}/?phase=all")
        if sees:
            assert read.status_code == 200
            assert read.json()["title"] == record.title
            assert set(read.json()) == {"kind", *shapes.slots(registry.get(kind))}
            assert [one["id"] for one in listed.json()["items"]] == [record.pk]
            for beside in ("moves", "links", "history", "comments", "attachments"):
                assert ask("GET", f"{kind}/{record.pk}/{beside}/").status_code == 200
        else:
            assert read.status_code == 404
            assert listed.status_code == 404 or listed.json()["items"] == []
            assert ask("PATCH", f"{kind}/{record.pk}/", {"title": "Mine"}, If_Match='"1"').status_code == 404


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_changes_and_who_may_not_is_told_why(cast: Cast, kind: str, record: Record, who: str) -> None:
    ask, actor = asking(cast, who), cast.actor(who)
    again = registry.get(kind).model.everywhere.get(pk=record.pk)
    answer = ask("PATCH", f"{kind}/{record.pk}/", {"title": "Another title"}, If_Match=f'"{record.version}"')
    if scope.may(actor, "change", again):
        assert (answer.status_code, answer.json()["title"]) == (200, "Another title")
        assert answer["ETag"] == f'"{record.version + 1}"'
    elif scope.sees(actor, again):
        assert answer.status_code == 403
        assert answer.json()["reasons"]
    else:
        assert answer.status_code == 404
    given = values(actors.system(cast.organisation.pk), kind, site=cast.sites["LKF"].pk)
    made = ask("POST", f"{kind}/", _plain(given), Idempotency_Key="once")
    if actor.holds(f"{kind}.create"):
        assert made.status_code in (201, 422)
        again_made = ask("POST", f"{kind}/", _plain(given), Idempotency_Key="once")
        assert again_made.json().get("number") == made.json().get("number")
    else:
        assert made.status_code in (403, 404)


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """The contract's values as JSON takes them: a lens has a word, a moment and a key are written."""
    found = {}
    for name, value in given.items():
        if name == "disciplines":
            value = ["safety"]
        found[name] = value.isoformat() if hasattr(value, "isoformat") else getattr(value, "pk", value)
    return found


def test_the_document_describes_what_is_answered(cast: Cast, kind: str, record: Record) -> None:
    document = openapi.document()
    assert f"/{kind}/{{key}}/" in document["paths"]
    answer = asking(cast, "safety")("GET", f"{kind}/{record.pk}/")
    if answer.status_code == 404:
        return
    name = document["paths"][f"/{kind}/{{key}}/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    described = document["components"]["schemas"][name["$ref"].rpartition("/")[2]]["properties"]
    assert set(answer.json()) == set(described)


def test_no_kind_takes_an_address_of_the_api_itself() -> None:
    assert not {"me", "tasks", "docs", "counts"} & set(KINDS)
