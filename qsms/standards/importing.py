"""How declarations of compliance come in from elsewhere: whoever imports them signs nothing in another's name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qsms.exchange import kinds
from qsms.exchange.building import plain_row
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.bulk import Row
from qsms.records.errors import Invalid

from . import declaring


def build(actor: Actor, fitted: dict[str, Any]) -> Row:
    """The row as its sheet has it, before its signature: that is made here, by the accountable executive."""
    row = plain_row(registry.get(declaring.KIND), fitted)
    if row.state in declaring.SIGNED:
        said = _("A declaration comes in in preparation: the accountable executive signs it here.")
        raise Invalid({"state": said})
    return row


kinds.offer(declaring.KIND, build=build)
