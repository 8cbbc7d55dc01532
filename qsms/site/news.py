"""The newest news beside everybody's work: the notify kit tells them, the ui kit draws them."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.notify import services
from qsms.org.actor import Actor
from qsms.ui import dates
from qsms.ui.my_work import Beside


def beside(actor: Actor, now: datetime) -> Beside | None:
    """The reader's newest news, each leading to its record, with how many are unread; None before the first."""
    newest = services.lately(actor)
    if not newest:
        return None
    lines = []
    for one in newest:
        small = dates.moment(one.at, now, actor.tz, short=True)
        if one.read_at is None:
            small = _("%(when)s · new") % {"when": small}
        if one.earlier:
            small = ngettext("%(small)s · %(n)d earlier", "%(small)s · %(n)d earlier", one.earlier) % {
                "small": small,
                "n": one.earlier,
            }
        lines.append((one.text, reverse("notify:open", args=[one.pk]), small))
    return Beside(_("News"), services.unread(actor), lines, _("All news"), reverse("notify:inbox"))
