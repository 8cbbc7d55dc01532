"""Sealed identities: who reported stays encrypted; opening needs a purpose and leaves a deed. Administrators cannot.

The rights say who may: `seal.open`. The rule that an administrator may not is kept here as well, whatever roles say.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from qsms.base import sealing
from qsms.base.gate import write_transaction
from qsms.org.actor import ADMINISTRATION, Actor
from qsms.org.models import Organisation

from . import history, moves, scope
from .errors import Invalid, Refused
from .models import Record, SealedValue

REPORTER = "reporter"


def programme(organisation_id: int) -> str:
    """The programme under which an organisation's confidential reports are sealed."""
    return f"confidential-{Organisation.objects.values_list('code', flat=True).get(pk=organisation_id)}"


def seal(record: Record, field: str, value: str, *, programme_code: str = "", blind: str = "") -> SealedValue:
    """Encrypt a value of a record. `blind` is what its owner finds it by again, such as the person's key.

    The caller has the transaction of the create open; the value never stands anywhere else.
    """
    code = programme_code or programme(record.organisation_id)
    place = sealing.Place(record.organisation_id, record.pk, field)
    row = SealedValue(
        organisation_id=record.organisation_id,
        record_id=record.pk,
        programme=code,
        field=field,
        ciphertext=sealing.seal(code, value, place),
        blind=sealing.blind_index(code, blind) if blind else "",
    )
    row.save(force_insert=True)
    return row


def may_open(actor: Actor, record: Record) -> bool:
    """Whether the actor may open sealed values of this record. No administrator may, whatever else they hold."""
    return (
        actor.person_id is not None
        and not actor.holds(ADMINISTRATION)
        and scope.sees(actor, record)
        and any(scope.reaches(actor, right, record) for right in actor.rights_for("seal.open"))
    )


def unseal(actor: Actor, record_id: int, field: str, purpose: str) -> str:
    """Open one sealed value. Each opening is a deed with its purpose, also when nothing is there.

    Raises NotVisible, Refused, Invalid (no purpose given), or sealing.SealError.
    """
    with write_transaction():
        record = moves.locked(actor, record_id)
        if not may_open(actor, record):
            history.write(actor, record, history.Act("unseal_refused", purpose, {"field": field}))
            refused = True
        elif len(purpose.strip()) < 10:
            raise Invalid({"purpose": _("Say what you need it for, in ten characters or more. It is kept for ever.")})
        else:
            refused = False
            history.write(actor, record, history.Act(history.UNSEALED, purpose, {"field": field}))
            row = SealedValue.everywhere.filter(record_id=record.pk, field=field).first()
    # The deed of a refused try is kept: raising inside the transaction would take it back.
    if refused:
        who = moves.who_may_hold(record.organisation_id, "seal.open")
        raise Refused([_("Only the gatekeeper may open a sealed identity. Ask %(who)s.") % {"who": who or "–"}])
    if row is None:
        raise Refused([_("Nothing is sealed here.")])
    return sealing.unseal(
        row.programme, bytes(row.ciphertext), sealing.Place(row.organisation_id, row.record_id, field)
    )


def own(actor: Actor, field: str = REPORTER) -> list[int]:
    """Ids of records whose sealed value the actor put there: a reporter finds own confidential reports."""
    if actor.person_id is None:
        return []
    code = programme(actor.organisation_id)
    blind = sealing.blind_index(code, str(actor.person_id))
    return list(
        SealedValue.everywhere.filter(organisation_id=actor.organisation_id, field=field, blind=blind)
        .order_by("-record_id")
        .values_list("record_id", flat=True)
    )
