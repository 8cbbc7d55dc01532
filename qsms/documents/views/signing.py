"""Reviewing and approving: the kit's dialog, and the revision passes on once the last signature is there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from qsms.records import services
from qsms.records.wording import state_label
from qsms.ui import addresses, answers
from qsms.ui.record import moving

from .. import effect, routing


def show(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """The dialog of the kit; a signature that was taken may have been the last one."""
    actor = answers.actor_of(request)
    answer: HttpResponse = moving.show_move.kit(request, kind, key, code)  # type: ignore[attr-defined]
    if request.method != "POST" or answer.status_code not in (204, 303):
        return answer
    record = services.find(actor, kind, key)
    if not routing.go_on(actor.organisation_id, record.pk):
        return answer
    day = effect.local_day(actor.organisation_id)
    effect.take_effect(actor.organisation_id, record.pk, day)
    record = services.find(actor, kind, key)
    said = _("You signed %(number)s. It is now “%(state)s”.")
    said %= {"number": record.number, "state": state_label(kind, record.state)}
    return answers.done(request, addresses.record(record), said)
