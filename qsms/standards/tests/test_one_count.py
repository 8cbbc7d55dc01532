"""One truth for counts: every page and file of a coverage holds the rows that its header counts."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from typing import Any

import openpyxl
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.org.actor import Actor
from qsms.rules.coverage import State, Tally, cover
from qsms.rules.declaration import completeness
from qsms.rules.evidence import Evidence, Strength
from qsms.rules.frameworks import Framework, Reference
from qsms.rules.tests.test_coverage import TODAY, trees
from qsms.standards import profile, rows, tracking
from qsms.standards.choices import STATES
from qsms.standards.models import Adoption, CoverageDay
from qsms.standards.outputs.pack import Pack
from qsms.standards.outputs.statement import Statement
from qsms.standards.standing import Standing
from qsms.standards.views import adopted as page
from tests.cast import Cast

from .conftest import Login
from .makers import AS9100, action, adopted, bound, text

WORDS = {str(word): state for state, (word, _look) in STATES.items()}
READER = Actor(1, None, "Reader", (), "UTC", "Larkfield")


def stood(framework: Framework, evidence: list[Evidence], exempt: set[str]) -> Standing:
    """A standing without a database."""
    coverage = cover([framework], evidence, TODAY, exempt={framework.key: exempt})[framework.key]
    editions = {framework.key: framework}
    away = dict.fromkeys(exempt, "By rule")
    return Standing(Adoption(), framework, coverage, {}, editions, {}, {}, away, (), {}, 1, {})


def tallied(states: list[State]) -> Tally:
    return Tally(**Counter(state.value for state in states))


@settings(max_examples=60)
@given(trees(), st.data())
def test_header_and_rows_agree_in_every_output_of_any_tree(tree: Framework, data: st.DataObject) -> None:
    numbers = st.sampled_from([*tree.by_number])
    exempt = data.draw(st.sets(numbers, max_size=2))
    shown = data.draw(st.dictionaries(numbers, st.sampled_from(Strength), max_size=5))
    pieces = [Evidence(n, Reference(tree.key, at), TODAY, shows) for n, (at, shows) in enumerate(shown.items())]
    found = stood(tree, pieces, exempt)
    # The words of pieces are no part of a count, and would need records.
    bare = {number: _bare(each) for number, each in found.coverage.covered.items()}
    found = Standing(**{**vars(found), "coverage": type(found.coverage)(tree.key, TODAY, bare, found.coverage.tally)})
    header = found.coverage.tally

    of_file = [(line[2], line[3]) for line in page.lines(found)]
    assert tallied([WORDS[word] for kind, word in of_file if kind == "Requirement"]) == header
    lines = list(Statement(found, READER, dt.datetime(2026, 11, 28, tzinfo=dt.UTC)).lines())
    assert tallied([one.state for one in lines if one.kind == "Requirement"]) == header
    assert [one.word for one in lines] == [word for _kind, word in of_file]
    assert all(one.why for one in lines)
    assert tallied([covered.state for _one, covered in rows.counted(found)]) == header
    # The sections of a declaration are what stands under the roots.
    sections = completeness(tree, found.coverage, profile.rules(), []).sections
    for one in sections:
        below = [bare[number] for number in tree.subtree(one.number) if bare[number].counts]
        assert tallied([each.state for each in below]) == one.tally
    pack = Pack(found, "", READER, dt.datetime(2026, 11, 28, tzinfo=dt.UTC))
    assert [pack._chapter(number).state for number in tree.by_number] == [word for _kind, word in of_file]


def _bare(covered: Any) -> Any:
    return type(covered)(**{**vars(covered), "evidence": (), "through": ()})


def test_a_clause_with_points_under_it_counts_alike_in_header_links_rows_sites_and_files(
    cast: Cast, login: Login
) -> None:
    """AS9100D 8.1.1 has a text of its own and point (b) under it: shown itself, and its point not."""
    adoption = adopted(cast, AS9100, site=cast.sites["LKF"])
    bound(cast, action(cast), AS9100, "8.1.1")
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/"
    header = {word: int(n) for word, n in re.findall(r"</svg>([^<]+)</span> (\d+)</a></li>", text(client, path))}
    assert header["Covered"] == 1, header

    narrowed = re.findall(r'<span class="num">([^<]*)</span>', text(client, f"{path}?state=met"))
    assert narrowed == ["8", "8.1", "8.1.1"]
    assert "8.1.1" not in re.findall(r'<span class="num">([^<]*)</span>', text(client, f"{path}?state=partly"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}export/?format=xlsx").content), read_only=True)
    exported = [row[3] for row in book.worksheets[0].values if row[2] == "Requirement"]
    assert Counter(exported) == {word: n for word, n in header.items() if n}
    assert Counter(line.rsplit(",", 1)[1] for line in text(client, f"{path}sites/?format=csv").splitlines()[1:]) == (
        Counter(exported)
    )
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}statement/?format=xlsx").content), read_only=True)
    stated = list(book["Requirements"].iter_rows(min_row=2, values_only=True))
    assert Counter(row[3] for row in stated if row[2] == "Requirement") == Counter(exported)
    assert {word: int(str(n)) for word, n in book["About"].values if word in WORDS} == header
    clause = text(client, "/standards/clause/as9100/D/8.1.1/")
    assert "Fresh evidence shows all of it." in clause
    assert "With what stands under it: Partly." in clause


def test_days_on_which_nothing_changed_are_not_told_as_changes(
    cast: Cast, login: Login, clock: time_machine.Traveller
) -> None:
    adoption = adopted(cast, AS9100)
    bound(cast, action(cast), AS9100, "8.1.1")
    for _day in range(3):
        tracking.watch_coverage()
        clock.shift(dt.timedelta(days=1))
    CoverageDay.everywhere.filter(day=CoverageDay.everywhere.latest("day").day).update(through_crosswalk=3)
    page_of = text(login("quality"), f"/standards/adopted/{adoption.number}/trend/")
    table = page_of.split("Days on which something changed", 1)[1]
    assert table.count("<tr") == 2, "the head and the first day"
    assert "trend-spec" in page_of, "the line is still drawn up to the last day"
