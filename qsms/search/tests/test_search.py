"""Finding records: what is found, by whom, and that the documents follow every write. Runs on both engines."""

from __future__ import annotations

import contextlib

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.services import grant
from qsms.records import bulk, listing, scope, services, tasks
from qsms.records.models import Record
from qsms.records.paging import BadPageKey
from qsms.search import documents, marks, queries
from qsms.search.models import SearchDocument
from qsms.search.queries import Search, candidates, count, find
from tests.cast import Cast
from tests.newtype.models import Spill
from tests.newtype.sheets import SpillSheet
from tests.newtype.spills import spill

pytestmark = pytest.mark.usefixtures("any_task")


def titles(actor: Actor, text: str, **narrowed: object) -> list[str]:
    ids = find(actor, text, **narrowed).ids  # type: ignore[arg-type]
    known = dict(Record.everywhere.filter(pk__in=ids).values_list("pk", "title"))
    return [known[pk] for pk in ids]


def test_words_are_found_in_number_title_and_text(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = spill(keeper, title="Drum leaks at stand 14")
    services.edit(safety, made.pk, 1, {"cleaned": "Absorbed with sand by Søren's crew."})
    other = spill(keeper, title="Cart leaks")
    for text in ("drum", "LEAKS stand", "dru", "soren", "sand crew", "14", made.number, made.number.lower()):
        assert made.pk in find(safety, text).ids, text
    assert find(safety, "leaks").ids == [other.pk, made.pk]
    assert find(safety, "drum cart").ids == []
    assert find(safety, "absent").ids == []


def test_a_number_is_found_while_it_is_typed(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    first, second = spill(keeper, title="First"), spill(keeper, title="Second")
    spill(keeper, "outsider", title="Elsewhere")
    head = first.number[:-1]
    assert set(find(safety, head).ids) == {first.pk, second.pk}
    assert find(safety, first.number).ids == [first.pk]
    assert find(safety, str(int(first.number.rpartition("-")[2]))).ids == [first.pk]
    assert find(keeper.actor("reporter"), head).ids == []
    mentions = spill(keeper, title=f"Same as {second.number}")
    assert find(safety, second.number).ids == [second.pk, mentions.pk]


def test_hits_in_the_title_come_first_then_the_newest(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    oldest = spill(keeper, title="Coupling")
    in_text = [spill(keeper, title=f"Text {n}", cleaned="coupling").pk for n in range(3)]
    newest = spill(keeper, title="A coupling again")
    assert find(safety, "coupling").ids == [newest.pk, oldest.pk, *reversed(in_text)]
    services.move(safety, newest.pk, "void", reason="It was water.")
    assert find(safety, "coupling").ids == [newest.pk, oldest.pk, *reversed(in_text)]
    # Where one chooses from a short list, as in the palette, what is open leads.
    search = queries.Search("coupling", open_first=True)
    whole = [oldest.pk, newest.pk, *reversed(in_text)]
    assert queries.page(safety, search).ids == whole
    # Page by page it is the same.
    first = queries.page(safety, search, limit=1)
    second = queries.page(safety, search, limit=1, after=first.after)
    third = queries.page(safety, search, limit=50, after=second.after)
    assert [*first.ids, *second.ids, *third.ids] == whole


def test_pages_by_key_hold_everything_once(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = [spill(keeper, title="Coupling" if n % 3 else "Other", cleaned="coupling 2026").pk for n in range(11)]
    for text in ("coupling", "SPL-2026", "2026"):
        found: list[int] = []
        after = ""
        while True:
            page = find(safety, text, limit=3, after=after)
            found += page.ids
            after = page.after
            if not after:
                break
        assert sorted(found) == sorted(made), text


@pytest.mark.parametrize("key", ["x", "t", "tx", "b-1", "1", "n", "t" + "9" * 30, "t\u0663", "b'; DROP"])
def test_a_key_that_no_search_gave_out_is_refused(keeper: Cast, key: str) -> None:
    with pytest.raises(BadPageKey):
        find(keeper.actor("safety"), "coupling", after=key)


def test_phrases_are_words_side_by_side(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    side = spill(keeper, title="Fuel under the wing").pk
    spill(keeper, title="The fuel wing is under repair")
    in_text = spill(keeper, title="Other", cleaned="Found under the wing.").pk
    assert find(safety, '"under the wing"').ids == [side, in_text]
    assert find(safety, '"under the wing" fuel').ids == [side]
    assert find(safety, '"wing under the"').ids == []
    assert count(safety, Search('"under the wing"')).total == 2


@pytest.mark.parametrize(
    "text",
    [
        "", " ", '"', '""', "*", "^fuel", "fuel*", "NEAR(fuel wing)", "fuel AND", "NOT", "{title}: fuel", "scope:nc",
        "-", "(", "a:b", "🚒", "\x00", "fuel\x00wing", "'", "fuel & !wing", "fuel:*", "'=nc'", "~fuel", "\\", "%", "%s",
        "_", "x" * 10_000, "word " * 2_000, "\ud7ff\ue000", "ﷺ", "\u0301", "٣", "²",
    ],
)  # fmt: skip
def test_nonsense_is_answered_and_never_raises(keeper: Cast, text: str) -> None:
    safety = keeper.actor("safety")
    spill(keeper)
    find(safety, text)
    count(safety, Search(text))
    candidates(safety, "spill", text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_at_all_finds_nothing_for_somebody_without_rights(keeper: Cast, text: str) -> None:
    spill(keeper, title="Fuel under the wing 42")
    actor = Actor(keeper.organisation.pk, keeper.reporter.pk, "Nobody")
    assert find(actor, text).ids == []
    assert count(actor, Search(text)).total == 0
    assert candidates(actor, "spill", text) == []
    # With rights in one organisation: whatever is typed, nothing of another one.
    theirs = spill(keeper, "outsider", title=text.replace("\x00", "").strip()[:200] or "Empty")
    assert theirs.pk not in find(keeper.actor("safety"), text).ids


def test_nobody_can_type_a_mark(keeper: Cast) -> None:
    made = spill(keeper, site=keeper.sites["LKF"], unit=keeper.units["MX"], owner=keeper.owner, disciplines=["1"])
    assert made.pk in find(keeper.actor("safety"), "fuel").ids
    for mark in marks.of_record(Record.everywhere.get(pk=made.pk), [keeper.reporter.pk]):
        for text in (mark, f"={mark}", f"'={mark}'", f"scope:{mark}", f'"{mark}"', f"{mark} ", f"scope : {mark}"):
            assert find(keeper.actor("safety"), text).ids == [], text


def test_a_text_that_holds_marks_opens_nothing(keeper: Cast) -> None:
    reporter = keeper.actor("reporter")
    mark = marks.person_mark(keeper.reporter.pk)
    spill(keeper, title=f"Fuel {mark} ={mark} scope:{mark}", cleaned=f"'={mark}'")
    assert find(reporter, "fuel").ids == []


def test_the_outsider_finds_nothing_and_counts_nothing(keeper: Cast) -> None:
    made = spill(keeper, title="Unmistakable")
    outsider = keeper.actor("outsider")
    for text in ("unmistakable", made.number, "unm"):
        assert find(outsider, text).ids == []
        assert count(outsider, Search(text)).total == 0
    assert candidates(outsider, "spill", "Unmistakable") == []
    assert queries.visible_records(outsider, [made.pk]) == []


# -- documents follow the records ------------------------------------------------------------------------------------


def test_an_edit_takes_the_old_words_away(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = spill(keeper, title="Kerosene", cleaned="sawdust")
    services.edit(safety, made.pk, 1, {"title": "Oil", "cleaned": "sand"})
    assert find(safety, "kerosene").ids == find(safety, "sawdust").ids == []
    assert find(safety, "oil sand").ids == [made.pk]


def test_an_edit_moves_a_record_into_and_out_of_reach(keeper: Cast) -> None:
    safety, local = keeper.actor("safety"), keeper.actor("site_owner")
    made = spill(keeper, site=keeper.sites["STV"])
    assert find(local, "fuel").ids == []
    services.edit(safety, made.pk, 1, {"site": keeper.sites["LKF"]})
    assert find(local, "fuel").ids == [made.pk]
    services.edit(safety, made.pk, 2, {"site": keeper.sites["STV"]})
    assert find(local, "fuel").ids == []


def test_an_assignment_and_a_task_let_people_find(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = spill(keeper)
    for name in ("owner", "colleague", "reporter"):
        assert find(keeper.actor(name), "fuel").ids == [], name
    services.assign(safety, made.pk, keeper.owner.pk)
    assert find(keeper.actor("owner"), "fuel").ids == [made.pk]
    tasks.give(safety, made, "look", "Look at it", person_id=keeper.colleague.pk)
    tasks.give(safety, made, "look", "Look at it", person_id=keeper.colleague.pk)
    assert find(keeper.actor("colleague"), "fuel").ids == [made.pk]
    tasks.finish(safety, made, ("look",))
    services.edit(safety, made.pk, 2, {"title": "Fuel again"})
    assert find(keeper.actor("colleague"), "fuel").ids == [made.pk]
    services.assign(safety, made.pk, keeper.colleague.pk)
    assert find(keeper.actor("owner"), "fuel").ids == []


def test_a_move_changes_the_phase_and_gives_the_checker_sight(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = spill(keeper)
    services.move(safety, made.pk, "clean", fields={"cleaned": "Sand", "checker": keeper.colleague.pk})
    assert find(keeper.actor("colleague"), "sand").ids == [made.pk]
    assert find(safety, "sand", phase="open").ids == [made.pk]
    services.move(safety, made.pk, "void", reason="It was water.")
    assert find(safety, "sand", phase="open").ids == []
    assert find(safety, "sand", phase="void").ids == find(safety, "sand").ids == [made.pk]


def test_an_import_writes_its_documents_in_few_statements(keeper: Cast, django_assert_max_num_queries) -> None:
    safety = keeper.actor("safety")

    def load(n: int) -> list[Record]:
        rows = [bulk.Row({"title": f"Row number{i}", "fuel": "jet", "spilled_on": "2026-01-01"}) for i in range(n)]
        prepared = [bulk.prepare(safety, "spill", row) for row in rows]
        assert not any(one.errors for one in prepared)
        return bulk.create(safety, "spill", [one.record for one in prepared])

    load(1)
    with django_assert_max_num_queries(45):
        made = load(300)
    assert count(safety, Search("row")).total == 301
    assert find(safety, "number299 ").ids == [made[-1].pk]


def test_a_write_that_is_taken_back_leaves_no_trace(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = spill(keeper, title="Kerosene")
    with contextlib.suppress(ZeroDivisionError), write_transaction():
        services.edit(safety, made.pk, 1, {"title": "Oil"})
        1 / 0  # noqa: B018
    assert find(safety, "kerosene").ids == [made.pk]
    assert find(safety, "oil").ids == []


def test_rebuilding_brings_everything_back(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    made = [spill(keeper, title=f"Fuel {n}", owner=keeper.owner).pk for n in range(5)]
    tasks.give(safety, Record.everywhere.get(pk=made[0]), "look", "Look", person_id=keeper.colleague.pk)
    SearchDocument.objects.filter(pk__in=made[:2]).delete()
    assert documents.lacking() == 2
    assert find(safety, "fuel").ids == made[:1:-1]
    steps: list[int] = []
    assert documents.rebuild(steps.append) == sum(steps) == 5
    assert documents.lacking() == 0
    assert find(safety, "fuel").ids == made[::-1]
    assert find(keeper.actor("colleague"), "fuel").ids == made[:1]
    services.edit(safety, made[0], 1, {"title": "Oil"})
    assert made[0] not in find(safety, "fuel").ids


# -- narrowing, counting, candidates ---------------------------------------------------------------------------------


def test_search_narrows_by_kind_lens_site_and_any_column(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    here = spill(keeper, site=keeper.sites["LKF"], disciplines=["1", "4"]).pk
    there = spill(keeper, site=keeper.sites["STV"], disciplines=["2"], fuel="avgas").pk
    assert find(safety, "fuel", sites=[keeper.sites["LKF"].pk]).ids == [here]
    assert find(safety, "fuel", lenses=[2]).ids == [there]
    assert find(safety, "fuel", lenses=[4]).ids == [here]
    assert find(safety, "fuel", kinds=["spill"]).ids == [there, here]
    assert find(safety, "fuel", kinds=["action"]).ids == find(safety, "fuel", kinds=[]).ids == []
    assert find(safety, "fuel", kinds=["spill"], where=scope.Q(fuel="avgas")).ids == [there]


def test_a_list_is_searched_within_its_filters(keeper: Cast) -> None:
    from django.http import QueryDict

    safety = keeper.actor("safety")
    wanted = spill(keeper, fuel="avgas").pk
    for _n in range(4):
        spill(keeper)
    one = listing.parse(SpillSheet(), safety, QueryDict("q=fuel&fuel=avgas"))
    assert queries.in_list(safety, one, 2) == [wanted]
    assert queries.in_list(safety, listing.parse(SpillSheet(), safety, QueryDict("q=fuel&phase=done")), 2) == []


def test_counts_are_capped_and_tell_the_kinds(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    for _n in range(5):
        spill(keeper)
    hits = count(safety, Search("fuel"))
    assert (str(hits), hits.by_kind) == ("5", {"spill": 5})
    hits = count(safety, Search("fuel"), cap=3)
    assert (str(hits), hits.by_kind) == ("3+", {})
    assert count(safety, Search("SPL-2026-000")).total == 5


def test_candidates_share_rare_words(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    safety = keeper.actor("safety")
    monkeypatch.setattr(queries, "RARE", 3)
    like = spill(keeper, title="Quick-release coupling burst", cleaned="hydraulic fluid everywhere").pk
    for _n in range(5):
        spill(keeper, title="Hydraulic fluid on stand")
    assert candidates(safety, "spill", "The coupling gave way, hydraulic fluid on the stand") == [like]
    assert candidates(safety, "spill", "hydraulic fluid on stand") == []
    assert candidates(keeper.actor("reporter"), "spill", "coupling") == []
    assert candidates(safety, "action", "coupling") == []


# -- scope -----------------------------------------------------------------------------------------------------------

ANYTHING = ("spill.view",)
SECRETS = ("spill.view", "spill.view_confidential")
OTHER = ("action.view",)


@st.composite
def rights(draw: st.DrawFn) -> list[tuple[tuple[str, ...], str, int]]:
    one = st.tuples(
        st.sampled_from([ANYTHING, SECRETS, OTHER, ("spill.view_confidential",), ("*",)]),
        st.sampled_from(list(Axis.values)),
        st.integers(0, 2),
    )
    return draw(st.lists(one, max_size=4))


@pytest.fixture
def scattered(keeper: Cast) -> Cast:
    """Spills over every site, unit, owner, reporter, task holder and degree of secrecy."""
    people = [keeper.reporter, keeper.colleague, None]
    places = [*keeper.sites.values(), None]
    safety = keeper.actor("safety")
    n = 0
    for place in places:
        for person in people:
            for secret in (False, True):
                n += 1
                given = {
                    "title": f"Fuel {n}", "cleaned": "rare" if n % 2 else "", "site": place, "fuel": "jet",
                    "unit": keeper.units["MX"] if n % 3 == 0 else None, "owner": person if n % 4 else None,
                    "spilled_on": "2026-01-01",
                }  # fmt: skip
                made = services.create(safety, "spill", given, fixed={"confidential": secret})
                if person and n % 4 == 0:
                    tasks.give(safety, made, "look", "Look", person_id=person.pk)
    spill(keeper, "outsider", title="Fuel rare")
    return keeper


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=rights(), who=st.sampled_from(["reporter", "colleague", "quality"]))
def test_search_finds_exactly_what_the_scope_shows(
    scattered: Cast, held: list[tuple[tuple[str, ...], str, int]], who: str
) -> None:
    sites = list(scattered.sites.values())
    unit = scattered.units["MX"].pk
    given_rights = tuple(
        Right(
            patterns,
            axis,
            sites[place].pk if axis == Axis.SITE else None,
            unit if axis == Axis.UNIT else None,
        )
        for patterns, axis, place in held
    )
    actor = Actor(scattered.organisation.pk, scattered.people[who].pk, who, given_rights)
    seen = scope.visible(actor, "spill")
    assert set(find(actor, "fuel").ids) == set(seen.values_list("pk", flat=True))
    rare = set(seen.filter(cleaned="rare").values_list("pk", flat=True))
    assert set(find(actor, "rare", limit=3).ids) <= rare
    assert set(find(actor, "rare").ids) == rare
    assert count(actor, Search("rare")).total == len(rare)
    assert {one.pk for one in queries.visible_records(actor, list(rare))} == rare
    assert set(find(actor, "SPL-2026-00").ids) == set(seen.values_list("pk", flat=True))


def test_the_cast_finds_what_the_cast_sees(scattered: Cast) -> None:
    grant(scattered.people["colleague"], "auditor", axis="site", site=scattered.sites["STV"])
    for name in scattered.people:
        actor = scattered.actor(name)
        seen = scope.visible(actor, "spill").values_list("pk", flat=True)
        assert set(find(actor, "fuel").ids) == set(seen), name
    everything = actors.system(scattered.organisation.pk)
    assert len(find(everything, "fuel").ids) == Spill.everywhere.filter(tenant=scattered.organisation).count()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of SQLite; PostgreSQL chooses by what it has counted")
def test_no_question_reads_a_whole_table(keeper: Cast) -> None:
    made = spill(keeper, site=keeper.sites["LKF"])
    plans: list[str] = []

    def explain(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.lstrip().startswith("SELECT"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params)
            plans.extend(row[3] for row in rows.fetchall())
        return execute(sql, params, many, context)

    for who in ("safety", "site_owner", "reporter"):
        actor = keeper.actor(who)
        with connection.execute_wrapper(explain):
            find(actor, f"fuel {made.number}", phase="open", after="t999")
            find(actor, made.number)
            find(actor, "fuel", kinds=["spill"], where=scope.Q(fuel="jet"))
            count(actor, Search("fuel wing"))
            candidates(actor, "spill", "Fuel under the wing")
            queries.bodies(queries.visible_records(actor, [made.pk]))
    read = [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan]
    assert plans
    assert [plan for plan in read if not plan.startswith(("SCAN CONSTANT", "SCAN (subquery"))] == []
    assert [plan for plan in plans if "TEMP B-TREE FOR ORDER" in plan] == []
