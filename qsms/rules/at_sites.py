"""How much is shown at each of several sites, kept in one whole number, so that all of them are weighed at once.

What holds for several sites is met where it is shown at every one of them. A number of this module has two bits for
each site: that a part is shown there, and that the whole is. Where sites are no question there is one place, and the
number says no more than a `Level`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import reduce
from operator import and_, or_

from qsms.rules.evidence import Level

# What is shown at each site: the bits of the whole below, those of a part above them.
Shown = int


class AtSites:
    """Reads and writes what is shown at these sites; at one place where there are none."""

    def __init__(self, sites: Iterable[Hashable] = ()) -> None:
        self.sites = frozenset(sites)
        self._place = {site: at for at, site in enumerate(sorted(self.sites, key=str))}
        self._n = len(self._place) or 1
        self._wholes = (1 << self._n) - 1
        self._parts = self._wholes << self._n
        self.full: Shown = self._wholes | self._parts

    def at(self, level: Level, site: Hashable | None) -> Shown:
        """What shows so much at a site, or at all of them where it is of none.

        What is of a site that is none of these, such as one that was closed, shows them a part.
        """
        if level is Level.NOTHING:
            return 0
        if site is None or not self._place:
            return self.full if level is Level.WHOLE else self._parts
        place = self._place.get(site)
        if place is None:
            return self._parts
        here = 1 << place
        return here << self._n | (here if level is Level.WHOLE else 0)

    def level(self, shown: Shown) -> Level:
        """How much is shown of all sites together: the whole where it is so at each, a part where anything is."""
        if shown == self.full:
            return Level.WHOLE
        return Level.PART if shown else Level.NOTHING

    def wholly(self, shown: Shown) -> Shown:
        """The same at the sites where the whole is shown, and nothing elsewhere."""
        here = shown & self._wholes
        return here | here << self._n

    def partly(self, shown: Shown) -> Shown:
        """No more than a part, wherever anything is shown."""
        return shown & self._parts

    def where(self, shown: Shown, other: Shown) -> Shown:
        """What is shown at the sites where the other shows anything."""
        here = (other & self._parts) >> self._n
        return shown & (here | here << self._n)

    def together(self, parts: Iterable[Shown], beside: Shown = 0) -> Shown:
        """What is shown of the whole of these parts: all where all are, a part where any is, or what is beside them."""
        every = list(parts)
        if not every:
            return self.partly(beside)
        return (reduce(and_, every) & self._wholes) | (reduce(or_, every, beside) & self._parts)

    def joined(self, shown: Shown, others: Iterable[Shown]) -> Shown:
        """What needs others beside it: the whole where they are wholly shown too, else a part."""
        return self.partly(shown) | (reduce(and_, others, shown) & self._wholes)

    def through(self, shown: Shown, gives: Callable[[Level], Level]) -> Shown:
        """What is shown of something else, by what each level shows of it."""
        whole, part = shown & self._wholes, (shown & self._parts) >> self._n & ~shown
        return self._of(whole, gives(Level.WHOLE)) | self._of(part, gives(Level.PART))

    def _of(self, here: int, level: Level) -> Shown:
        return 0 if level is Level.NOTHING else here << self._n | (here if level is Level.WHOLE else 0)

    def some_alone(self, shown: Shown) -> frozenset[Hashable] | None:
        """The sites at which anything is shown, where it is so at some of them alone; else None."""
        parts = shown & self._parts
        if not parts or parts == self._parts:
            return None
        return frozenset(site for site, place in self._place.items() if parts >> self._n >> place & 1)
