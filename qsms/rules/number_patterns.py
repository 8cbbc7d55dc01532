"""How record numbers may be written: `{prefix}-{year}-{n:04d}` and what an organisation makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qsms.rules.sentences import say as _

PIECE = re.compile(r"\{(prefix|year|n(?::0[2-9]d)?)\}")
PLAIN = re.compile(r"[A-Za-z0-9 ./_-]*")
LONGEST = 40
# What year and number take together, at their longest.
DIGITS = 14


class PatternError(ValueError):
    """A pattern that cannot be used; `kind` is the record type it was meant for."""

    def __init__(self, kind: str, text: object) -> None:
        super().__init__(str(text))
        self.kind = kind


def check_patterns(patterns: Mapping[str, str], prefixes: Mapping[str, str]) -> None:
    """Raise PatternError unless every pattern can be read and no two kinds could ever share a number.

    Each names the year and the number once, because numbers begin anew every year; digits must not touch them.
    """
    shapes: dict[str, str] = {}
    for kind, pattern in patterns.items():
        shape = _shape(kind, pattern, prefixes[kind])
        for other, known in shapes.items():
            if known == shape:
                raise PatternError(
                    kind,
                    _("“%(pattern)s” gives the same numbers as that of “%(other)s”. Name the prefix in it.",
                      pattern=pattern, other=other),
                )  # fmt: skip
        shapes[kind] = shape


def _shape(kind: str, pattern: str, prefix: str) -> str:
    pieces = PIECE.findall(pattern)
    names = [piece.partition(":")[0] for piece in pieces]
    rest = PIECE.sub("", pattern)
    if not PLAIN.fullmatch(rest):
        raise PatternError(
            kind,
            _("“%(pattern)s” cannot be read. Write letters, digits and - . / _ around {prefix}, {year} and {n:04d}.",
              pattern=pattern),
        )  # fmt: skip
    if names.count("year") != 1 or names.count("n") != 1 or names.count("prefix") > 1:
        raise PatternError(
            kind,
            _("“%(pattern)s” needs {year} and {n} once each, because numbers begin anew every year.", pattern=pattern),
        )
    shape = PIECE.sub(lambda found: {"p": prefix, "y": "@", "n": "#"}[found[1][0]], pattern)
    if re.search(r"[0-9@]#|#[0-9@]|[0-9]@|@[0-9]", shape):
        raise PatternError(
            kind,
            _("In “%(pattern)s” digits touch each other, so that numbers could not be told apart. Put a - between.",
              pattern=pattern),
        )  # fmt: skip
    if len(shape) - 2 + DIGITS > LONGEST:
        raise PatternError(kind, _("“%(pattern)s” is too long. Use 26 characters at most.", pattern=pattern))
    return shape.upper()
