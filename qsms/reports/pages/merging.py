"""Several reports about the same event, ticked in the list: one of them carries on for all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qsms.base.gate import write_transaction
from qsms.records import keys, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.ui import addresses
from qsms.ui.answers import actor_of, done, for_people, page
from qsms.ui.bulk import ticked

from .. import services


@for_people
@require_POST
def merge_chosen(request: HttpRequest) -> HttpResponse:
    """Ask which one carries on, then merge the others into it: all of them or none."""
    actor = actor_of(request)
    if not actor.holds("report.merge"):
        raise Refused([_("You may not merge reports.")])
    seen = scope.seen_of(actor, ticked(request))
    reports = sorted((one for one in seen.values() if one.kind == "report"), key=lambda one: one.pk)
    into = seen.get(keys.whole(request.POST.get("into", "")) or 0)
    refused = []
    if into is not None and len(reports) > 1:
        others = [one for one in reports if one.pk != into.pk]
        try:
            with write_transaction():
                for one in others:
                    services.merge(actor, one.pk, into.pk, reason=request.POST.get("reason", ""))
        except (Refused, Invalid, NotVisible) as error:
            refused = [str(error) or _("One report is not there any more.")]
        else:
            said = ngettext("%(n)d report is merged into %(number)s.", "%(n)d reports are merged into %(number)s.",
                            len(others))  # fmt: skip
            return done(request, addresses.record(into), said % {"n": len(others), "number": into.number})
    context = {
        "reports": reports,
        "into": into.pk if into is not None else None,
        "refused": refused,
        "missing": "sent" in request.POST and into is None,
        "reason": request.POST.get("reason", ""),
        "back_url": addresses.listing("report"),
    }
    return page(request, "reports/merge.html", context, status=422 if refused or context["missing"] else 200)
