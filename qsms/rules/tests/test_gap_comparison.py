"""Comparing two snapshots of a gap assessment."""

from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.gap_comparison import Answer, Moved, Way, compare, tally, way

ANSWERS = st.dictionaries(st.sampled_from(["4.1", "4.2", "7.1.5.2", "8.3", "10.2"]), st.sampled_from(list(Answer)))


def test_each_kind_of_move_is_told_in_reading_order() -> None:
    before = {"4.1": Answer.GAP, "4.2": Answer.MET, "8.3": Answer.MET, "10.2": Answer.PARTLY, "9.3": Answer.GAP}
    after = {"4.1": Answer.PARTLY, "4.2": Answer.GAP, "8.3": Answer.NOT_APPLICABLE, "10.2": Answer.PARTLY,
             "7.2": Answer.MET}  # fmt: skip
    assert compare(["4.1", "4.2", "7.2", "8.3", "9.3", "10.2"], before, after) == (
        Moved("4.1", Answer.GAP, Answer.PARTLY, Way.BETTER),
        Moved("4.2", Answer.MET, Answer.GAP, Way.WORSE),
        Moved("7.2", None, Answer.MET, Way.ANSWERED),
        Moved("8.3", Answer.MET, Answer.NOT_APPLICABLE, Way.SCOPE),
        Moved("9.3", Answer.GAP, None, Way.WITHDRAWN),
    )


def test_a_number_that_the_text_has_no_more_is_not_lost() -> None:
    assert [one.number for one in compare(["4.1"], {"10.1": Answer.MET}, {"4.1": Answer.MET})] == ["4.1", "10.1"]


@given(ANSWERS, ANSWERS)
def test_backwards_it_is_the_opposite_and_what_is_equal_is_not_told(
    one: dict[str, Answer], other: dict[str, Answer]
) -> None:
    opposite = {Way.BETTER: Way.WORSE, Way.WORSE: Way.BETTER, Way.ANSWERED: Way.WITHDRAWN, Way.WITHDRAWN: Way.ANSWERED,
                Way.SCOPE: Way.SCOPE}  # fmt: skip
    there, back = compare(sorted(one), one, other), compare(sorted(one), other, one)
    assert {(each.number, opposite[each.way]) for each in there} == {(each.number, each.way) for each in back}
    assert {each.number for each in there} == {n for n in {*one, *other} if one.get(n) is not other.get(n)}
    assert compare([], one, one) == ()


def test_better_is_never_worse() -> None:
    assert way(Answer.GAP, Answer.MET) is Way.BETTER
    assert way(Answer.MET, Answer.PARTLY) is Way.WORSE
    assert way(None, None) is None


def test_what_has_no_answer_is_counted_as_well() -> None:
    found = tally(["4.1", "4.2", "4.3"], {"4.1": Answer.MET, "4.2": Answer.GAP, "9.9": Answer.GAP})
    assert found == {Answer.MET: 1, Answer.PARTLY: 0, Answer.GAP: 1, Answer.NOT_APPLICABLE: 0, None: 1}
