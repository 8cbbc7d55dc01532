"""Calls in threads of their own that start at the same moment, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from qsms.base import context
from qsms.records.errors import Refused, Stale


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave back, or the refusal of a service that it raised, in order.

    The organisation that is active where this is called is active in every thread.
    """
    outer = context.current()
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            with context.entered(outer):
                return call()
        except (Refused, Stale) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
