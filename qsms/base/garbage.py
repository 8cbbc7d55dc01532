"""How often Python looks for garbage. By itself after every 700 new objects, which is often while much is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def looked_for_seldom() -> Iterator[None]:
    """For a block that makes hundreds of thousands of objects, most of which stay."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
