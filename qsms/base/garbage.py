"""How often Python looks for garbage. By itself after every 700 new objects, which is often while much is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def look_for_it_less_often() -> None:
    """For what answers requests: a page of thousands of rows makes as many objects and drops them by itself.

    Not so seldom that what does not drop by itself lies in memory for long.
    """
    gc.set_threshold(2_000, 10, 5)


@contextmanager
def looked_for_seldom() -> Iterator[None]:
    """For a block that makes hundreds of thousands of objects, most of which stay."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
