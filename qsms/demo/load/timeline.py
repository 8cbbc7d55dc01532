"""One line of time on which every step of every record waits for its instant."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from qsms.base import moment

Step = Callable[[], None]
OPENS, CLOSES = 7, 17


class Timeline:
    """Steps by instant. One that lies after `now` has not happened yet and is dropped."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._queue: list[tuple[datetime, int, Step]] = []
        self._ranks = count()

    def at(self, instant: datetime, step: Step) -> None:
        """Let this happen at `instant`; among steps of one instant the first that was planned comes first."""
        if instant <= self.now:
            heapq.heappush(self._queue, (instant, next(self._ranks), step))

    def run(self) -> Iterator[datetime]:
        """Let everything happen in its order; gives the instant of each step that is done."""
        last = datetime.min.replace(tzinfo=UTC)
        while self._queue:
            instant, _rank, step = heapq.heappop(self._queue)
            # A step planned for the past, by one that came late, happens now.
            last = max(last, instant)
            with moment.at(last):
                step()
            yield last


def later(rng: Random, after: datetime, low_hours: float, high_hours: float) -> datetime:
    """An instant between so many hours after another one, at any time of the day."""
    return after + timedelta(hours=rng.uniform(low_hours, high_hours))


def in_office(rng: Random, after: datetime, low_hours: float, high_hours: float, zone: ZoneInfo) -> datetime:
    """The same within working hours: what falls into a night or a week-end is done on the next working morning."""
    local = later(rng, after, low_hours, high_hours).astimezone(zone)
    if local.weekday() < 5 and OPENS <= local.hour < CLOSES:
        return local.astimezone(UTC)
    morning = local.replace(hour=OPENS, minute=30, second=0, microsecond=0)
    if local.hour >= CLOSES:
        morning += timedelta(days=1)
    while morning.weekday() >= 5:
        morning += timedelta(days=1)
    return (morning + timedelta(minutes=rng.randrange(5, 150))).astimezone(UTC)
