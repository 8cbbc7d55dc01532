"""Every address of the product, and what would have to be put into it to reach one record: read from the routes.

A page that is added tomorrow is a door of the contract tomorrow. One whose address holds something new fails a test
until it is said here how to fill it, or that it names no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

# Parts of an address that name a record.
OF_A_RECORD = {"key", "number", "report_id", "check"}
# Addresses that name no record: they are about the reader, the organisation, the installation or a standard. Those of
# them that show records stand by hand in the lists of test_doors.py.
ASIDE = re.compile(
    r"^/(administration|account|sign-in|set-up|static|ui/gallery|draft|pick|overview/<|risk/matrices/<"
    r"|standards/(edition|clause)/<|documents/types/|training/(matrix/person|release|excuse|verify)/<|reports/forms/<|report/form/|report/anonymous/|news/<|health"
    r"|r/<kind>/(import|export|view|preview)/<|api/v1/<rest>)"
)
PART = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")


@dataclass(frozen=True, slots=True)
class Door:
    """An address with its open parts, such as `/r/<kind>/<key>/edit/`."""

    path: str
    # As the routes write it.
    route: str = ""

    @property
    def parts(self) -> frozenset[str]:
        return frozenset(found["name"] for found in PART.finditer(self.path))

    @property
    def is_of_many(self) -> bool:
        return self.parts <= {"kind"}

    @property
    def is_of_a_record(self) -> bool:
        return bool(self.parts & OF_A_RECORD)

    def filled(self, values: Mapping[str, object]) -> str:
        """The address with these values. Raises KeyError for a part that nobody knows how to fill."""
        return PART.sub(lambda found: str(values[found["name"]]), self.path)


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, path)
        else:
            yield path


@cache
def addresses() -> tuple[Door, ...]:
    """Every address there is."""
    found = dict.fromkeys(_walk(get_resolver().url_patterns, "/"))
    return tuple(Door(PART.sub(lambda part: f"<{part['name']}>", path), path[1:]) for path in found)


@cache
def every() -> tuple[Door, ...]:
    """Every address that may show records or something about them."""
    return tuple(door for door in addresses() if not ASIDE.match(door.path))
