"""Lists: the same words as on the screen, paged by key, and strict about what is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from qsms.org.actor import Actor
from qsms.records import listing, services
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import Program

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


def numbers(answer: object) -> list[str]:
    return [one["number"][-1] for one in answer.json()["items"]]  # type: ignore[attr-defined]


def test_pages_follow_each_other_by_key(program: Programs, spill: Make) -> None:
    for n in range(5):
        spill(title=f"Spill {n}")
    safety = program("safety")
    first = safety.get("spill/?limit=2&count=1&fields=number")
    assert first.json() == {
        "items": [{"kind": "spill", "number": f"SPL-2026-000{n}"} for n in (5, 4)],
        "next": first.json()["next"], "count": 5, "count_is_capped": False,
    }  # fmt: skip
    link = first["Link"].removeprefix("<").partition(">")[0]
    second = safety.get(link)
    assert numbers(second) == ["3", "2"]
    third = safety.get(f"spill/?limit=2&after={second.json()['next']}")
    assert (numbers(third), third.json()["next"]) == (["1"], None)
    assert not third.has_header("Link")


def test_filters_orders_and_phases_are_those_of_the_screen(program: Programs, spill: Make, keeper: Cast) -> None:
    spill(due_on="2026-05-01", owner=keeper.owner)
    spill(due_on="2026-02-01", fuel="avgas", disciplines=["1"])
    gone = spill()
    services.move(keeper.actor("safety"), gone.pk, "void", reason="Twice")
    safety = program("safety")
    assert numbers(safety.get("spill/")) == ["2", "1"]
    assert numbers(safety.get("spill/?phase=all")) == ["3", "2", "1"]
    assert numbers(safety.get("spill/?phase=void")) == ["3"]
    assert numbers(safety.get("spill/?order=due_on")) == ["2", "1"]
    assert numbers(safety.get("spill/?fuel=avgas&fuel=jet")) == ["2", "1"]
    assert numbers(safety.get("spill/?fuel=avgas")) == ["2"]
    assert numbers(safety.get("spill/?late=1")) == ["2"]
    assert numbers(safety.get("spill/?late=0")) == ["2", "1"]
    refused = safety.get("spill/?late=perhaps")
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "“perhaps” is no choice for Late. Write 1, or leave it out.",
    )
    assert numbers(safety.get(f"spill/?owner={keeper.owner.pk}")) == ["1"]
    assert numbers(program("owner").get("spill/?owner=me")) == ["1"]
    assert numbers(safety.get("spill/?due_on_from=2026-04-01")) == ["1"]
    assert numbers(safety.get("spill/?q=SPL-2026-0002")) == ["2"]
    # Where the number of a figure leads can be asked for here as well.
    assert numbers(safety.get("spill/?month=2026-03")) == ["1"]
    assert numbers(safety.get("spill/?month=2026-01")) == ["2"]
    assert safety.get("spill/?late=1&count=1").json()["count"] == 1


def test_a_text_search_that_the_assembly_hands_over_is_used(
    program: Programs, spill: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _other = spill(), spill()

    def search(actor: Actor, one: listing.Listing, limit: int) -> Sequence[int]:
        return [made.pk] if (one.sheet.kind, one.text) == ("spill", "wing") else []

    monkeypatch.setattr(listing, "_search", [search])
    assert numbers(program("safety").get("spill/?q=wing")) == ["1"]
    assert numbers(program("safety").get("spill/?q=tail")) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("stat=found", "“stat” means nothing here"),
        ("state=lost", "“lost” is no choice"),
        ("phase=gone", "“gone” is no phase"),
        ("order=title", "no order “title”"),
        ("limit=201", "from 1 to 200"),
        ("limit=0", "from 1 to 200"),
        ("limit=many", "“many” is not"),
        ("after=x", "no page key"),
        ("order=due_on&after=v~x~1", "no page key"),
        ("fields=number,secret", "“secret” is no field"),
        ("fields=extra", "“extra” is no field"),
        ("due_on_from=soon", "“soon” is not a date"),
        ("owner=99999999999999999999", "“99999999999999999999” is nobody here"),
        ("owner=me&owner=99999", "“99999” is nobody here"),
        ("month=2026-13", "“2026-13” is no choice for Opened in"),
        ("count=maybe", "is 1 or 0"),
    ],
)
def test_a_query_that_cannot_be_read_is_told_and_never_guessed(
    program: Programs, spill: Make, query: str, words: str
) -> None:
    spill()
    answer = program("safety").get(f"spill/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert words in answer.json()["detail"]


def test_open_records_are_counted_by_state_within_the_scope(program: Programs, spill: Make, keeper: Cast) -> None:
    spill(due_on="2026-02-01")
    moved = spill()
    spill("colleague")
    services.move(keeper.actor("safety"), moved.pk, "clean", fields={"cleaned": "Sand", "checker": keeper.quality})
    whole = {"kind": "spill", "open": 3, "states": {"found": 2, "cleaned": 1}, "late": 1}
    assert program("safety").get("spill/counts/").json() == whole
    own = {"kind": "spill", "open": 1, "states": {"found": 1, "cleaned": 0}, "late": 0}
    assert program("colleague").get("spill/counts/").json() == own
    assert program("outsider").get("spill/counts/").json()["open"] == 0
