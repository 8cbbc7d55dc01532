"""The courses that the product brings: which are here, which were changed, and which have a newer text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from qsms.records import scope
from qsms.ui import addresses as pages
from qsms.ui import answers, marks

from .. import contents, requiring, starters
from ..starters import Stand

LOOKS = {
    Stand.ABSENT: (gettext_lazy("Not taken yet"), "mute", "circle-dashed"),
    Stand.SAME: (gettext_lazy("As it came"), "good", "circle-check"),
    Stand.BEHIND: (gettext_lazy("A newer text is there"), "warn", "clock"),
    Stand.EDITED: (gettext_lazy("Changed here"), "info", "circle-dot"),
    Stand.NEWER: (gettext_lazy("Changed here; a newer text is there"), "warn", "clock"),
}


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Every starter course and how the organisation stands on it."""
    actor = answers.actor_of(request)
    if not actor.holds("course.create"):
        raise requiring.refusal(actor, _("You may not set up courses."), "course.create")
    found = starters.listed(actor)
    context = {
        "lines": [
            {
                "one": one,
                "mark": marks.status(*LOOKS[one.stand]),
                "url": pages.record(one.course) if one.course and scope.sees(actor, one.course) else "",
                "absent": one.stand is Stand.ABSENT,
                "newer": one.stand in (Stand.BEHIND, Stand.NEWER),
            }
            for one in found
        ],
        "absent": [one.text.code for one in found if one.stand is Stand.ABSENT],
        "list_url": pages.listing(contents.KIND),
    }
    return answers.page(request, "training/starters.html", context)


@answers.for_people
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Take starter courses."""
    made = starters.add(answers.actor_of(request), request.POST.getlist("code"))
    n = len(made)
    said = ngettext("%(n)d course is in use now.", "%(n)d courses are in use now.", n) % {"n": n}
    return answers.done(request, reverse("training:starters"), said)


@answers.for_people
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Take the newer text of one over."""
    content = starters.take_newer(answers.actor_of(request), request.POST.get("code", ""))
    said = _("The newer text is taken over as revision %(n)d.") % {"n": content.revision}
    return answers.done(request, reverse("training:starters"), said)
