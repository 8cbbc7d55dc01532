"""Patterns of record numbers: those that work, those that could give one number twice."""

from __future__ import annotations

import itertools

import pytest

from qsms.rules.number_patterns import PatternError, check_patterns

PREFIXES = {"report": "REP", "action": "ACT"}
SHIPPED = "{prefix}-{year}-{n:04d}"


@pytest.mark.parametrize(
    "pattern", [SHIPPED, "{year}/{prefix}/{n}", "Q {prefix} {n:06d}.{year}", "{year}{prefix}{n:02d}"]
)
def test_what_works(pattern: str) -> None:
    check_patterns({"report": pattern, "action": SHIPPED}, PREFIXES)


@pytest.mark.parametrize(
    ("patterns", "kind", "said"),
    [
        ({"report": "{year}-{n}", "action": "{year}-{n:04d}"}, "action", "gives the same numbers as that of “report”"),
        ({"report": "act-{year}-{n}", "action": "{prefix}-{year}-{n}"}, "action", "the same numbers"),
        ({"report": "{year}"}, "report", "once each"),
        ({"report": "{n}-{n}-{year}"}, "report", "once each"),
        ({"report": "{year}{n}"}, "report", "digits touch"),
        ({"report": "{year}-1{n}"}, "report", "digits touch"),
        ({"report": "{year!r}-{n}"}, "report", "cannot be read"),
        ({"report": "{prefix.__class__}{year}-{n}"}, "report", "cannot be read"),
        ({"report": "{n:99d}-{year}"}, "report", "cannot be read"),
        ({"report": "A" * 30 + "{year}-{n}"}, "report", "too long"),
    ],
)  # fmt: skip
def test_what_does_not(patterns: dict[str, str], kind: str, said: str) -> None:
    with pytest.raises(PatternError, match=said) as error:
        check_patterns(patterns, PREFIXES)
    assert error.value.kind == kind


PIECES = ("{prefix}", "{year}", "{n:02d}", "-", "7", "A")
OTHERS = (SHIPPED, "{year}-{n}", "{n}-{year}", "REP-{year}-{n}", "A-{year}-{n:02d}")


@pytest.mark.parametrize("action", OTHERS)
def test_accepted_patterns_never_give_a_number_twice(action: str) -> None:
    accepted = 0
    for report in map("".join, itertools.permutations(PIECES)):
        try:
            check_patterns({"report": report, "action": action}, PREFIXES)
        except PatternError:
            continue
        accepted += 1
        made = [
            pattern.format(prefix=PREFIXES[kind], year=year, n=n)
            for kind, pattern in (("report", report), ("action", action))
            for year in (2026, 2027)
            for n in (1, 7, 20, 26, 71, 2026, 12026)
        ]
        assert len(made) == len(set(made)), (report, action)
    assert 100 < accepted < 720
