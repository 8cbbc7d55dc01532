"""The record that an address of this room names."""

from __future__ import annotations

from django.http import HttpRequest

from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.ui import answers
from qsms.ui.addresses import listing
from qsms.ui.context import stands_in


def record_of(request: HttpRequest, number: str) -> tuple[Actor, Record]:
    """The actor, and the record of any kind with this number as its child model. Raises NotVisible."""
    actor = answers.actor_of(request)
    kind = (
        Record.everywhere.filter(organisation_id=actor.organisation_id, number=number)
        .values_list("kind", flat=True)
        .first()
    )
    if kind is None:
        raise NotVisible
    stands_in(request, listing(kind))
    return actor, services.find(actor, kind, number)
