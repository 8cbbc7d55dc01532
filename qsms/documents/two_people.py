"""A route that asks for two people gets two: the rule for deputies, without a database."""

from __future__ import annotations

from collections.abc import Iterable

# Who signed, and for whom they stood in; None: for themselves.
Hand = tuple[int, int | None]


def is_free(hands: Iterable[Hand], by: int, lent_by: int | None) -> bool:
    """Whether somebody may sign one more step, beside those that were signed.

    Whoever holds two roles themselves signs for both. By way of a deputy nobody has a part in two steps: neither who
    signs, nor whom they stand in for.
    """
    now = {by, lent_by} - {None}
    return not any(
        now & {other, for_whom} and (lent_by is not None or for_whom is not None) for other, for_whom in hands
    )
