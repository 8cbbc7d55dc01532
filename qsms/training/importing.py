"""How training records come in from elsewhere: as held, but for what somebody brings of their own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange import kinds
from qsms.exchange.building import plain_row
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import registry
from qsms.records.bulk import Row

from . import holdings, reckoning

CLAIMED = "claimed"


def build(actor: Actor, fitted: dict[str, Any]) -> Row:
    """The row as its sheet has it. Nobody enters what they hold themselves as verified, nor does who stands in."""
    sheet = registry.get(holdings.KIND)
    row = plain_row(sheet, fitted)
    holder = row.given.get("holder")
    if (
        isinstance(holder, Person)
        and holder.pk in actor.persons
        and (row.state or sheet.import_state) == reckoning.HELD
    ):
        row.state = CLAIMED
        row.told = {"holder": _("It is your own, or of whom you stand in for: it comes in to be verified by another.")}
    return row


kinds.offer(holdings.KIND, build=build)
