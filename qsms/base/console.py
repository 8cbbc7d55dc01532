"""What a command says to a person or a script: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int], None]


class Refused(Exception):
    """A command cannot do what was asked. The text is one sentence for the person: what is wrong and how to mend it."""


def say(text: str) -> None:
    """One line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """One line about the work, which a script that reads the result does not want."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """Shows how far work of `total` steps has come; the work calls what it is given with the number of steps done.

    A bar on a terminal. Elsewhere a plain line for every tenth of the way, so that a log stays readable.
    """
    if sys.stderr.isatty():
        with _bar(what, total) as advance:
            yield advance
    else:
        yield _lines(what, total)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as display:
        task = display.add_task(what, total=total)
        yield lambda steps: display.advance(task, steps)


def _lines(what: str, total: int | None) -> Advance:
    done = 0
    shown = 0
    note(f"{what} …" if total is None else f"{what}: {total:,} to do")

    def advance(steps: int) -> None:
        nonlocal done, shown
        done += steps
        tenth = done * 10 // total if total else 0
        if tenth > shown:
            shown = tenth
            note(f"{what}: {done:,} of {total:,}")

    return advance
