"""A made-up record type through its whole life, by the services alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.http import QueryDict

from qsms.base import context
from qsms.base.context import NoOrganisation
from qsms.org.actor import Right
from qsms.org.services import grant
from qsms.records import listing, moves, paging, scope, services, tally, tasks
from qsms.records.bulk import Row, prepare
from qsms.records.bulk import create as bulk_create
from qsms.records.errors import Invalid, NotVisible, Refused, Stale
from qsms.records.history import entries
from qsms.records.models import Deed, Link, Record
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast
from tests.newtype.models import Spill
from tests.newtype.sheets import SpillSheet
from tests.newtype.spills import spill

SHEET = SpillSheet()


def test_a_record_gets_number_state_history_and_tallies(keeper: Cast) -> None:
    made = spill(keeper, site=keeper.sites["LKF"], litres="12.5")
    again = Spill.objects.get(pk=made.pk)
    assert again.number == f"SPL-{dt.datetime.now(dt.UTC).year}-0001"
    assert (again.state, again.phase, str(again.litres)) == ("found", 1, "12.5")
    [created] = entries(again)
    assert created.verb == "created"
    assert created.detail["values"]["fuel"] == "Jet A-1"
    assert tally.recount(keeper.organisation.pk) == {}


def test_bad_values_name_their_field_and_nothing_is_written(keeper: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        services.create(keeper.actor("safety"), "spill", {"title": " ", "fuel": "beer", "spilled_on": "yesterday"})
    assert set(caught.value.errors) == {"title", "fuel", "spilled_on"}
    assert not Record.objects.exists()
    with pytest.raises(Invalid, match="cannot be set here"):
        spill(keeper, state="closed")


def test_a_foreign_key_of_another_organisation_does_not_exist(keeper: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        spill(keeper, owner=keeper.outsider.pk)
    assert set(caught.value.errors) == {"owner"}


def test_the_whole_life_with_an_independent_signature(keeper: Cast) -> None:
    made = spill(keeper, owner=keeper.safety, site=keeper.sites["LKF"])
    safety, quality = keeper.actor("safety"), keeper.actor("quality")
    with pytest.raises(Invalid) as caught:
        services.move(safety, made.pk, "clean", fields={"cleaned": "Absorbent"})
    assert set(caught.value.errors) == {"checker"}
    services.move(safety, made.pk, "clean", fields={"cleaned": "Absorbent", "checker": keeper.colleague.pk})
    colleague = keeper.actor("colleague")
    assert [task.title for task in tasks.mine(colleague)] == ["Check that the stand is clean"]
    with pytest.raises(Refused, match="You are its owner"):
        services.move(safety, made.pk, "check", proof=Proof(PASSWORD))
    with pytest.raises(Invalid, match="not your password"):
        services.move(colleague, made.pk, "check", proof=Proof("wrong"))
    account = keeper.colleague.account
    assert account is not None
    account.set_password(PASSWORD)
    account.save()
    closed = services.move(colleague, made.pk, "check", proof=Proof(PASSWORD))
    assert closed.closed_at is not None
    assert tasks.mine(colleague) == []
    with pytest.raises(Refused, match="is now “Closed”"):
        services.move(quality, made.pk, "void", reason="late")
    assert [e.verb for e in entries(closed)] == ["move.check", "move.clean", "created"]
    assert entries(closed)[0].meaning == "checked"
    assert tally.recount(keeper.organisation.pk) == {}


def test_a_shut_move_says_who_may(keeper: Cast) -> None:
    made = spill(keeper, "reporter", site=keeper.sites["LKF"])
    reporter = keeper.actor("reporter")
    [shut] = [v for v in moves.verdicts(reporter, made) if v.move.code == "clean"]
    [words] = moves.reasons(reporter, made, shut)
    assert words.startswith("You may not do this. Ask ")
    assert "Safety Person" in words


def test_stale_edits_merge_or_say_both_sides(keeper: Cast) -> None:
    made = spill(keeper)
    safety, quality = keeper.actor("safety"), keeper.actor("quality")
    services.edit(safety, made.pk, 1, {"litres": "5.0", "title": "Fuel under the left wing"})
    merged = services.edit(quality, made.pk, 1, {"reference": "LKF-77"})
    assert (merged.version, merged.title) == (3, "Fuel under the left wing")
    with pytest.raises(Stale) as caught:
        services.edit(quality, made.pk, 1, {"title": "Fuel spill"})
    assert caught.value.mine == {"title": "Fuel spill"}
    assert caught.value.theirs == {"title": "Fuel under the left wing"}
    assert caught.value.who == "Safety Person"


def test_the_outsider_sees_nothing(keeper: Cast) -> None:
    made = spill(keeper)
    outsider = keeper.actor("outsider")
    with pytest.raises(NotVisible):
        services.find(outsider, "spill", made.pk)
    with pytest.raises(NotVisible):
        services.move(outsider, made.pk, "void", reason="x")
    with context.organisation(keeper.other.pk):
        assert paging.page(outsider, SHEET).ids == []
        assert paging.count(outsider, SHEET) == 0
        assert not Record.objects.exists()


def test_asking_without_an_organisation_is_a_mistake(keeper: Cast) -> None:
    with context.entered(context.Context()), pytest.raises(NoOrganisation):
        Record.objects.count()


def scattered(keeper: Cast) -> None:
    """Spills at two sites and none, of several owners, some in a unit, some confidential."""
    sites = [keeper.sites["LKF"], keeper.sites["STV"], None]
    owners = [keeper.owner, keeper.reporter, None]
    for n in range(36):
        spill(
            keeper,
            "reporter" if n % 4 == 0 else "safety",
            site=sites[n % 3],
            owner=owners[n // 3 % 3],
            unit=keeper.units["MX"] if n % 5 == 0 else None,
            title=f"Spill {n}",
            disciplines=["1", "3", "4"][n % 3 :][:1],
        )
    Record.everywhere.filter(pk__in=list(Record.objects.values_list("pk", flat=True))[::7]).update(confidential=True)
    grant(keeper.owner, "process_owner", site=keeper.sites["STV"])
    tally.repair(keeper.organisation.pk)


def test_branches_find_what_the_plain_condition_finds(keeper: Cast) -> None:
    scattered(keeper)
    for name in ("safety", "site_owner", "owner", "reporter", "colleague", "other_site_auditor"):
        actor = keeper.actor(name)
        oracle = sorted(scope.visible(actor, "spill").values_list("pk", flat=True), reverse=True)
        read: list[int] = []
        after = ""
        while True:
            page = paging.page(actor, SHEET, after=after, limit=5)
            read += page.ids
            after = page.after
            if not after:
                break
        assert read == oracle, name
        assert paging.count(actor, SHEET) == len(oracle)
        assert paging.count(actor, SHEET, cap=2) == min(len(oracle), 3)
        asked = [(Q(), "-pk"), (Q(fuel="jet"), "due_on"), (Q(pk__in=()), "-pk"), (Q(owner_id=keeper.owner.pk), "-pk")]
        own = scope.visible(actor, "spill").filter(owner=keeper.owner).count()
        assert paging.counts(actor, SHEET, asked, cap=99) == [len(oracle), len(oracle), 0, own], name
        assert paging.counts(actor, SHEET, asked[:1], cap=2) == [min(len(oracle), 3)]
        named = Q(pk__in=list(Record.objects.values_list("pk", flat=True)))
        assert paging.page(actor, SHEET, named, limit=100, few=True).ids == oracle
        assert paging.count(actor, SHEET, named, few=True) == len(oracle)
        rows = {row.pk: row for row in Record.objects.all()}
        assert {pk for pk, row in rows.items() if scope.sees(actor, row)} == set(oracle), name
        by_due = paging.page(actor, SHEET, Q(fuel="jet"), order="due_on", limit=100).ids
        assert sorted(by_due, reverse=True) == oracle
        for where in (Q(), Q(fuel="jet")):
            first = Spill.objects.filter(pk__in=paging.newest(actor, "spill", where, limit=5))
            assert sorted(first.values_list("pk", flat=True), reverse=True) == oracle[:5], name
    nobody = paging.newest(keeper.actor("safety"), "spill", Q(pk__in=()), limit=5)
    assert not Spill.objects.filter(pk__in=nobody).exists()


def test_counts_by_state_are_those_of_what_the_reader_sees(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    scattered(keeper)
    void = Record.objects.filter(site=keeper.sites["LKF"]).first()
    assert void is not None
    services.move(keeper.actor("safety"), void.pk, "void", reason="Twice")
    for name in ("safety", "site_owner", "owner", "reporter"):
        actor = keeper.actor(name)
        seen = scope.visible(actor, "spill")
        told = tally.states(actor, "spill")
        assert (told is None) == (name == "reporter"), name
        if told is not None:
            assert told == Counter(seen.values_list("state", flat=True)), name
            of_quality = seen.filter(listing.concerning(2)).values_list("state", flat=True)
            assert tally.states(actor, "spill", lens=2) == Counter(of_quality), name
    # Everything but what is confidential, and of one site that as well: no sum of cells says so, and none is guessed.
    reader = replace(
        keeper.actor("safety"),
        rights=(
            Right(("spill.view",), "all"),
            Right(("spill.view", "spill.view_confidential"), "site", keeper.sites["STV"].pk),
        ),
    )
    assert tally.states(reader, "spill") is None
    assert paging.count(reader, SHEET) == scope.visible(reader, "spill").count()
    # Who has many records of their own is counted live instead.
    monkeypatch.setattr(paging, "OWN_COUNTED", 3)
    assert tally.states(keeper.actor("owner"), "spill") is None


def test_history_refuses_to_be_altered(keeper: Cast) -> None:
    made = spill(keeper)
    for statement in (lambda: Deed.objects.filter(record=made).update(reason="x"), Deed.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement()


def test_the_same_key_makes_one_record(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    values = {"title": "Fuel", "fuel": "jet", "spilled_on": "2026-11-20"}
    first = services.create(safety, "spill", values, once="k1")
    assert services.create(safety, "spill", values, once="k1").pk == first.pk
    with pytest.raises(Invalid, match="used before"):
        services.create(safety, "spill", {**values, "title": "Other"}, once="k1")
    assert Record.objects.count() == 1


def test_links_stand_in_both_histories(keeper: Cast) -> None:
    one, two = spill(keeper), spill(keeper)
    safety = keeper.actor("safety")
    made = services.link(safety, one.pk, two.pk, "relates", reason="same stand")
    assert next(e.verb for e in entries(two)) == "linked"
    with pytest.raises(Invalid):
        services.unlink(safety, made.pk, reason=" ")
    services.unlink(safety, made.pk, reason="mistake")
    assert not Link.objects.exists()


def test_many_at_once_are_full_records(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    rows = [
        prepare(safety, "spill", Row({"title": f"Row {n}", "fuel": "jet", "spilled_on": "2026-11-20"}))
        for n in range(30)
    ]
    assert not any(row.errors for row in rows)
    made = bulk_create(safety, "spill", [row.record for row in rows])
    numbers = Spill.objects.order_by("pk").values_list("number", flat=True)
    assert [record.number for record in made] == list(numbers)
    assert len(set(numbers)) == 30
    assert [e.verb for e in entries(made[7])] == ["imported"]
    assert tally.recount(keeper.organisation.pk) == {}
    bad = prepare(safety, "spill", Row({"title": "", "fuel": "jet", "spilled_on": "2026-11-20"}))
    assert set(bad.errors) == {"title"}


@pytest.mark.parametrize("order", ["-id", "due_on", "-risk_class"])
@pytest.mark.parametrize("key", ["x", "v~x~1", "v~2026-01-01", "z~~1", "v~2026-02-31~1"])
def test_a_page_key_of_no_list_is_refused(keeper: Cast, order: str, key: str) -> None:
    spill(keeper)
    with pytest.raises(paging.BadPageKey):
        paging.page(keeper.actor("safety"), SHEET, order=order, after=key)


def test_nonsense_in_a_filter_reaches_no_database(keeper: Cast) -> None:
    spill(keeper)
    actor = keeper.actor("safety")
    asked = QueryDict("owner=99999999999999999999&q=%00SPL")
    listed = listing.parse(SHEET, actor, asked)
    assert listed.problems
    assert len(paging.page(actor, SHEET, listing.found(actor, listed)).ids) == 1


def test_a_search_without_a_hit_is_an_empty_page_for_everybody(keeper: Cast) -> None:
    spill(keeper, site=keeper.sites["LKF"], owner=keeper.owner)
    for who in ("safety", "owner", "reporter"):
        # What a list makes of a text that stands in no record: every branch of the union is empty before it is asked.
        assert paging.page(keeper.actor(who), SHEET, Q(pk__in=[])).ids == []
