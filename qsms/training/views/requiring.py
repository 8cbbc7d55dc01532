"""The dialogs that say of whom a course is asked, and what counts in its place."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qsms.org.actor import Actor
from qsms.org.models import Role
from qsms.records import scope
from qsms.records.errors import Invalid, NotVisible
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.record import pickers
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import duties, requiring
from ..choices import Policy
from ..models import Course, Requirement
from . import finding

# The service's names for what one field of the dialog asks.
_FIELDS = {"role": "whom", "duty": "whom", "readers": "whom"}


def _course(request: HttpRequest) -> tuple[Actor, Course | None]:
    actor = answers.actor_of(request)
    if not actor.holds("course.require"):
        raise requiring.refusal(actor, _("You may not say who must hold a course."), "course.require")
    number = request.GET.get("course", "")
    return actor, finding.course(actor, number) if number else None


@answers.for_people
@require_http_methods(["GET", "POST"])
def require(request: HttpRequest) -> HttpResponse:
    """Ask a course of a role, of a duty, or of the readers of what it teaches."""
    actor, course = _course(request)
    form = DialogForm(request, _fields(actor, course))
    if form.is_valid():
        given = form.cleaned_data
        kind, _colon, value = given["whom"].partition(":")
        try:
            row = requiring.require(
                actor, given["course"], role_id=int(value) if kind == "role" else None,
                duty=value if kind == "duty" else "", readers=kind == "readers", site_id=given["site"],
                policy=given["policy"], within_days=given["within_days"],
            )  # fmt: skip
        except Invalid as error:
            form.take_errors({_FIELDS.get(name, name): said for name, said in error.errors.items()})
        else:
            said = _("“%(course)s” is required of: %(whom)s.") % {"course": row.course.title, "whom": row.whom}
            return answers.done(request, pages.record(row.course), said)
    told = {
        "title": _("Require a course"),
        "meaning": _(
            "Whoever holds the role, or is given the document, must hold it. A duty is checked when a person is named."
        ),
        "verb": _("Require it"),
        "back_url": pages.record(course) if course is not None else reverse("training:matrix"),
    }
    return dialog(request, form, told)


def _fields(actor: Actor, course: Course | None) -> dict[str, forms.Field]:
    roles = Role.objects.filter(organisation_id=actor.organisation_id).values_list("pk", "title")
    whom = [
        (_("Documents"), [("readers", _("Readers of the document it teaches"))]),
        (_("Roles"), [(f"role:{pk}", title) for pk, title in roles]),
        (_("Duties"), [(f"duty:{duty.value}", duty.label) for duty in duties.offered()]),
    ]
    days = Requirement._meta.get_field("within_days")
    return {
        "course": pickers.RecordField(
            actor, "course", label=_("Course"), initial=course.pk if course is not None else None,
            error_messages={"required": _("Choose a course.")},
        ),
        "whom": forms.ChoiceField(label=_("Required of"), choices=[("", _("Choose")), *whom]),
        "site": pickers.place_field(
            actor, "site", label=_("Only at"), required=False, help_text=_("Not chosen: at every site.")
        ),
        "policy": forms.ChoiceField(
            label=_("Assigning a duty to somebody who is not current"), choices=Policy.choices, initial=Policy.FLAG,
            widget=forms.RadioSelect(),
        ),
        "within_days": NumberField(days, label=_("Days for who is new to it"), initial=30),
    }  # fmt: skip


@answers.for_people
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, requirement: int) -> HttpResponse:
    """End a requirement, with a reason."""
    actor = answers.actor_of(request)
    row = Requirement.everywhere.filter(pk=requirement, organisation_id=actor.organisation_id, ended_at=None)
    found = row.select_related("course", "role").first()
    if found is None or not scope.sees(actor, found.course):
        raise NotVisible
    if not scope.may(actor, "require", found.course):
        raise requiring.refusal(actor, _("You may not say who must hold it."), "course.require")
    form = DialogForm(request, {"reason": reason_field(required=True)})
    if form.is_valid():
        requiring.release(actor, found.pk, form.cleaned_data["reason"])
        return answers.done(request, pages.record(found.course), _("It is required of them no longer."))
    whom = found.whom
    told = {
        "title": _("End requirement: %(whom)s") % {"whom": whom},
        "meaning": _("What people hold of “%(course)s” is kept.") % {"course": found.course.title},
        "verb": _("End requirement"),
        "tone": "bad",
        "back_url": pages.record(found.course),
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def count(request: HttpRequest) -> HttpResponse:
    """Let training records of another course count towards this one."""
    actor, course = _course(request)
    if course is None:
        raise NotVisible
    other = pickers.RecordField(
        actor, "course", label=_("Course that counts"), error_messages={"required": _("Choose a course.")}
    )
    form = DialogForm(request, {"other": other})
    if form.is_valid():
        row = requiring.count(actor, form.cleaned_data["other"], course.pk)
        said = _("“%(other)s” is equivalent.") % {"other": row.course.title}
        return answers.done(request, pages.record(course), said)
    told = {
        "title": _("Add an equivalent course"),
        "meaning": _("Whoever holds that one is not asked for “%(course)s”. It does not hold the other way round.")
        % {"course": course.title},
        "verb": _("Let it count"),
        "back_url": pages.record(course),
    }
    return dialog(request, form, told)


@answers.for_people
@require_POST
def uncount(request: HttpRequest) -> HttpResponse:
    """Let them count no longer."""
    actor, course = _course(request)
    other = finding.course(actor, request.POST.get("other", ""))
    if course is None:
        raise NotVisible
    requiring.uncount(actor, other.pk, course.pk)
    return answers.done(request, pages.record(course), _("It counts no longer."))
