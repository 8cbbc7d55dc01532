"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import reverse

from qsms.records.models import Record
from qsms.ui import addresses as pages


def assess(record: Record) -> str:
    """The page on which the risk of a record is rated."""
    return reverse("risk:assess", args=[record.number])


def shown(record: Record) -> str:
    """Where the risk of a record is shown: on the page of a hazard, on a tab of other records."""
    return pages.record(record) if record.kind == "hazard" else pages.tab(record, "risk")


def accept(record: Record) -> str:
    """The page on which the risk of a record is accepted."""
    return reverse("risk:accept", args=[record.number])


def bow_tie(record: Record) -> str:
    """The page on which the bow-tie of a hazard is written."""
    return reverse("risk:bow-tie", args=[record.number])


def add_control(record: Record) -> str:
    """The page on which controls of the library are put against the risk of a record."""
    return reverse("risk:add-control", args=[record.number])
