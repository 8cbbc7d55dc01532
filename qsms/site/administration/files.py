"""The lists of the administration as files: people with their roles, roles with their rights, the history."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import roles as vocabulary
from qsms.org.models import Role

from . import changes, people, views
from .entry import acting, administration

MOST_DEEDS = 50_000
STEP = 500


@require_GET
@administration
def export_people(request: HttpRequest) -> HttpResponseBase:
    """Everybody as the list shows them, whatever page; what they may do is not more than their roles."""
    actor = acting(request)
    text, left = people.asked(request)
    rows = list(people.found(actor, text, left).select_related("site", "unit", "account"))
    held = people.roles_of(rows)
    lines = [
        [row.name, row.title, row.email, str(row.site or ""), str(row.unit or ""), "; ".join(held.get(row.pk, [])),
         row.account is not None and row.account.is_active, row.left_on]
        for row in rows
    ]  # fmt: skip
    head = [
        _("Name"), _("Job title"), _("E-mail"), _("Site"), _("Unit"), _("Roles"), _("Account"), _("Left on"),
    ]  # fmt: skip
    codes = ["name", "title", "email", "site", "unit", "roles", "account", "left_on"]
    narrowed = ({_("Text"): text} if text else {}) | ({_("Who"): _("who left")} if left else {})
    sheet = Sheet("people", _("People"), head, lines, narrowed, codes)
    return as_file(actor, "", sheet, request.GET.get("format", ""))


@require_GET
@administration
def export_roles(request: HttpRequest) -> HttpResponseBase:
    """Each role with what it is for and every permission it has."""
    actor = acting(request)
    found = Role.objects.filter(organisation_id=actor.organisation_id).order_by("title", "pk")
    lines = [
        [role.title, role.code, role.purpose, str(role.get_axis_display()), not vocabulary.is_shipped(role.code),
         "; ".join(sorted(vocabulary.spelt_out(role.permissions)))]
        for role in found
    ]  # fmt: skip
    head = [_("Role"), _("Code"), _("What for"), _("Usual reach"), _("Your own"), _("Permissions")]
    codes = ["title", "code", "purpose", "reach", "own", "permissions"]
    return as_file(actor, "", Sheet("roles", _("Roles"), head, lines, {}, codes), request.GET.get("format", ""))


@require_GET
@administration
def export_history(request: HttpRequest) -> HttpResponseBase:
    """The deeds that concern no record, the newest first, each change of a field on a line of its own."""
    actor = acting(request)
    changes.require(actor, "history.view")
    subject = request.GET.get("subject", "")
    lines: list[list[object]] = []
    deeds = list(views.deeds(actor, subject)[: MOST_DEEDS + 1])
    for start in range(0, len(deeds[:MOST_DEEDS]), STEP):
        for told in views.told(actor, deeds[start : min(start + STEP, MOST_DEEDS)]):
            at = told.row.at.astimezone(actor.tz).replace(microsecond=0)
            plain = [at, told.who, told.did, told.row.reason]
            lines += [[*plain, one.label, one.before, one.after] for one in told.changes] or [[*plain, "", "", ""]]
    if len(deeds) > MOST_DEEDS:
        said = _("There is still more: only the newest %(n)s are here.") % {"n": f"{MOST_DEEDS:,}"}
        lines.append([None, "", said, "", "", "", ""])
    head = [_("When"), _("Who"), _("What"), _("Reason"), _("Field"), _("Before"), _("After")]
    codes = ["at", "who", "what", "reason", "field", "before", "after"]
    narrowed = {_("About"): subject} if subject else {}
    sheet = Sheet("history", _("History"), head, lines, narrowed, codes, actor.tz)
    return as_file(actor, "", sheet, request.GET.get("format", ""))
