"""The dialogs of findings beside their form: further requirements, and the limits of a certification body."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.org.actor import Actor
from qsms.records import keys, scope, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.dates import plain_day
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import certifying, finding_audits, finding_verbs, library, shipped
from .. import findings as room
from ..choices import offered_grades
from ..models import BodyLimit, CertificationAudit, Finding, FindingRequirement

NONE = "none"


def _opened(request: HttpRequest, kind: str, number: str) -> tuple[Actor, Record]:
    """The record, for who may change it. Raises NotVisible, Refused."""
    actor = answers.actor_of(request)
    record = services.find(actor, kind, number)
    if not scope.may(actor, "change", record):
        raise Refused([_("You may not change this record. Ask the owner of %(n)s.") % {"n": number}])
    if not record.is_open:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": number}])
    return actor, record


@answers.for_people
@require_http_methods(["GET", "POST"])
def add_requirement(request: HttpRequest, number: str) -> HttpResponse:
    """Say that a finding is against another requirement as well, with the grade that it has there."""
    actor, finding = _opened(request, room.KIND, number)
    assert isinstance(finding, Finding)
    editions = [(one.key, one.title) for one in library.newest(actor.organisation_id).values()]
    form = DialogForm(
        request,
        {
            "standard": forms.ChoiceField(label=_("Standard"), choices=editions),
            "clause": forms.CharField(
                label=_("Clause"), max_length=60, help_text=_("Its number, such as 7.1.5.2."),
                error_messages={"required": _("Write the number of the clause.")},
            ),
            "grade": forms.ChoiceField(
                label=_("Grade there"), choices=offered_grades(), initial=finding.grade,
                help_text=_("Each standard has its own grades; none follows from another."),
            ),
        },
    )  # fmt: skip
    back = pages.record(finding)
    if form.is_valid():
        given = form.cleaned_data
        at = Reference(given["standard"], given["clause"].strip())
        try:
            finding_verbs.add_requirement(actor, finding.pk, at, given["grade"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("It is against %(clause)s too.") % {"clause": at.number})
    told = {
        "title": _("%(number)s is also against") % {"number": number},
        "meaning": _(
            "Only where somebody found so. What surely follows from the crosswalk is shown in coverage by itself."
        ),
        "verb": _("Add it"),
        "back_url": back,
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def remove_requirement(request: HttpRequest, number: str) -> HttpResponse:
    """Take a further requirement out again, with a reason."""
    actor, finding = _opened(request, room.KIND, number)
    key = keys.whole(request.GET.get("requirement", ""))
    row = FindingRequirement.everywhere.filter(pk=key or 0, finding_id=finding.pk).first()
    if row is None:
        raise NotVisible
    form = DialogForm(request, {"reason": reason_field(required=True)})
    back = pages.record(finding)
    if form.is_valid():
        finding_verbs.remove_requirement(actor, finding.pk, row.pk, form.cleaned_data["reason"])
        return answers.done(request, back, _("It is against %(clause)s no longer.") % {"clause": row.number})
    told = {
        "title": _("Take %(clause)s out of %(number)s") % {"clause": row.number, "number": number},
        "meaning": _("It counts there no longer. The history keeps that it did."),
        "verb": _("Take it out"),
        "tone": "bad",
        "back_url": back,
    }
    return dialog(request, form, told)


@answers.for_people
@require_http_methods(["GET", "POST"])
def choose_audit(request: HttpRequest, number: str) -> HttpResponse:
    """Say from which audit of its certificate a finding is; the one of its day is proposed."""
    actor, finding = _opened(request, room.KIND, number)
    assert isinstance(finding, Finding)
    certificate = finding.under_certificate
    if certificate is None or not scope.sees(actor, certificate):
        raise NotVisible
    back, audits = pages.record(finding), finding_audits.audits_of(certificate.pk)
    if not audits:
        said = _("No audit is noted on %(number)s yet. Note it there, then choose it here.")
        raise Refused([said % {"number": certificate.number}])
    proposed = finding.audit_id or getattr(finding_audits.proposed(finding, audits), "pk", 0)
    form = DialogForm(
        request,
        {
            "audit": forms.ChoiceField(
                label=_("Audit"), widget=forms.RadioSelect(), initial=str(proposed or NONE),
                choices=[*((str(one.pk), _audit_said(one)) for one in audits), (NONE, _("None of these"))],
                error_messages={"required": _("Choose the audit.")},
            )
        },
    )  # fmt: skip
    if form.is_valid():
        chosen = form.cleaned_data["audit"]
        try:
            finding_verbs.choose_audit(actor, finding.pk, None if chosen == NONE else int(chosen))
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("It is kept from which audit %(number)s is.") % {"number": number})
    told = {
        "title": _("From which audit is %(number)s?") % {"number": number},
        "meaning": _("The audits noted on %(number)s. The day of the audit follows from your choice.")
        % {"number": certificate.number},
        "verb": _("Choose it"),
        "back_url": back,
    }
    return dialog(request, form, told)


def _audit_said(one: CertificationAudit) -> str:
    return _("%(what)s, ended %(day)s") % {"what": one.get_kind_display(), "day": plain_day(one.on)}


@answers.for_people
@require_http_methods(["GET", "POST"])
def set_limit(request: HttpRequest, number: str) -> HttpResponse:
    """Enter how many days the body of a certificate gives for the findings of a grade."""
    actor, certificate = _opened(request, certifying.KIND, number)
    asking = [one for one in offered_grades() if shipped.grades()[one[0]].asks_answer]
    grade = request.GET.get("grade", "")
    known = BodyLimit.everywhere.filter(certificate_id=certificate.pk, grade=grade).first()
    form = DialogForm(
        request,
        {
            "grade": forms.ChoiceField(label=_("Grade"), choices=asking, initial=grade or None),
            "plan_days": NumberField(
                BodyLimit._meta.get_field("plan_days"), label=_("Days for the plan"), required=False,
                initial=known.plan_days if known else None, help_text=_("From the day of issue. Empty: as usual."),
            ),
            "evidence_days": NumberField(
                BodyLimit._meta.get_field("evidence_days"), label=_("Days for the evidence"), required=False,
                initial=known.evidence_days if known else None, help_text=_("From the day of issue. Empty: as usual."),
            ),
        },
    )  # fmt: skip
    back = pages.record(certificate)
    if form.is_valid():
        given = form.cleaned_data
        try:
            finding_verbs.set_limit(actor, certificate.pk, given["grade"], given["plan_days"], given["evidence_days"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("The limits are entered. Open findings of this grade run by them."))
    told = {
        "title": _("Limits of the body of %(number)s") % {"number": number},
        "meaning": _("As its contract says. They hold for findings of this certificate in place of the usual ones."),
        "verb": _("Enter them"),
        "back_url": back,
    }
    return dialog(request, form, told)
