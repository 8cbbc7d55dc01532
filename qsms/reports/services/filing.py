"""Filing a report: named, confidential with the identity sealed, or anonymous with a code that is shown once.

For confidential and anonymous reports nothing here leads back to the person: they are written by an actor without a
person, under a request without an id. What the database knows of a confidential reporter is one sealed value.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import claim_codes, context, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person, Site
from qsms.records import drafts, seals
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused

from .. import rules
from ..choices import Mode, Precision
from ..models import Claim, Report, ReportForm
from ..rules.answers import as_number
from . import pictures
from .pictures import Incoming, Kept

REPORTER = "Reporter"
# Personal answers that say which aircraft or flight it was: of use to the office, so an anonymous report keeps them
# sealed. Everything else that is personal is not asked there, and dropped if it comes all the same.
NOT_A_PERSON = ("aircraft", "flight_number")
SEALED_ANSWERS = "answers"
# What the form's own words fill; the spine checks and keeps these like any form's values.
WRITTEN = ("title", "narrative", "immediate_action", "place")


# For so long the same page, sent again, is answered with the same code, unless the code was seen before. Long enough to
# try again on a bad line; short, because the page may stay open on a computer that others use.
CODE_AGAIN = dt.timedelta(minutes=15)
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Filed:
    """What the reporter gets: the report, and for an anonymous one the code, which nobody can show again once it was
    seen."""

    report: Report
    code: str = ""
    # The same report was sent before; it was not filed twice, and its code was shown then.
    again: bool = False


def file_report(
    actor: Actor | None,
    organisation: Organisation,
    row: ReportForm,
    answers: Mapping[str, Any],
    mode: str,
    *,
    files: Sequence[Incoming | Kept] = (),
    once: str = "",
    acknowledge: bool = True,
    sure: Collection[str] = (),
) -> Filed:
    """File a report on a version of a form.

    Without an actor only anonymously. `once` makes sending twice file once. With `acknowledge` the reporter is told
    at once that it arrived; `sure` are answers that lie decades back and are meant.
    Raises Refused, or Invalid with a sentence for each question.
    """
    form = row.form
    wrong_mode = _check_mode(actor, form, mode)
    shown = _not_hidden(form, answers, mode)
    kept, errors = pictures.take_in(files, nameless=mode != Mode.NAMED)
    for file in files:
        shown[file.field] = [*shown.get(file.field, ()), file.name]
    now = moment.now()
    site = _site(organisation, form, shown, actor)
    zone = ZoneInfo(site.zone if site else organisation.zone)
    errors = {**rules.check_answers(form, shown, now=now.astimezone(zone), sure=sure), **errors, **wrong_mode}
    if errors:
        raise Invalid(errors)
    plain, personal = rules.split_personal(form, shown)
    columns = _columns(form, shown, mode, zone)
    given: dict[str, Any] = {
        name: columns.pop(name) for name in ("title", "narrative", "immediate_action", "place") if name in columns
    }
    if site is not None:
        given["site"] = site.pk
    writer = actor if mode == Mode.NAMED and actor is not None else _nobody(organisation)
    with _in_context(organisation, mode), write_transaction():
        report = spine.create(
            writer,
            "report",
            given,
            once=_mark(once) if mode == Mode.ANONYMOUS else once,
            fixed={
                "filed_on": row, "form": form.code, "form_version": form.version, "mode": mode,
                "confidential": mode != Mode.NAMED, "answers": _as_json(form, plain), "is_fresh": True, **columns,
            },
        )  # fmt: skip
        assert isinstance(report, Report)
        if not report.is_fresh:
            return Filed(report, _code_again(report, once), again=True)
        if personal:
            seals.seal(report, SEALED_ANSWERS, json.dumps(_as_json(form, personal), ensure_ascii=False))
        code = ""
        if mode == Mode.CONFIDENTIAL and actor is not None:
            _seal_identity(actor, report)
        if mode == Mode.ANONYMOUS:
            code = claim_codes.code_for(once) if len(once) >= SHORTEST_TOKEN else claim_codes.new_code()
            claim = Claim(organisation_id=organisation.pk, report_id=report.pk, code_hash=claim_codes.code_hash(code))
            claim.save(force_insert=True)
        pictures.attach(writer, report, kept)
        if acknowledge:
            report = cast(Report, spine.move(actors.system(organisation.pk), report.pk, "acknowledge"))
    return Filed(report, code)


def _mark(once: str) -> str:
    """What is kept of an anonymous page's token: enough to know it again, too little to make its code."""
    return hashlib.sha256(once.encode()).hexdigest() if once else ""


def _code_again(report: Report, once: str) -> str:
    """The code of a report that was sent before, for the page that sent it and has not seen the answer; else empty."""
    claim = Claim.everywhere.filter(report_id=report.pk, shown=False).first()
    if claim is None or moment.now() - report.opened_at > CODE_AGAIN:
        return ""
    code = claim_codes.code_for(once)
    return code if claim_codes.code_hash(code) == claim.code_hash else ""


def draft_key(code: str) -> str:
    """Under which key a person's draft of this form is kept."""
    return f"report:{code}"


def forget_draft(actor: Actor | None, code: str) -> None:
    """Throw away what was kept of a report while it was written."""
    if actor is not None:
        drafts.drop(actor, draft_key(code))


def _check_mode(actor: Actor | None, form: rules.ReportForm, mode: str) -> dict[str, str]:
    """What is wrong with the way to report, to be said together with the answers. Raises Refused."""
    if mode not in form.modes:
        return {"mode": _("Nothing is chosen. Choose who may know that it was you.")}
    if mode == Mode.ANONYMOUS:
        return {}
    if actor is None or actor.person_id is None:
        raise Refused([_("Sign in to report with your name or in confidence, or report anonymously.")])
    if not actor.holds("report.create"):
        raise Refused([_("You may not file reports here. Ask your administrator.")])
    return {}


def _not_hidden(form: rules.ReportForm, answers: Mapping[str, Any], mode: str) -> dict[str, Any]:
    if mode != Mode.ANONYMOUS:
        return dict(answers)
    dropped = {field.code for field in form.fields if field.personal and field.maps_to not in NOT_A_PERSON}
    return {code: value for code, value in answers.items() if code not in dropped}


def _site(
    organisation: Organisation, form: rules.ReportForm, answers: Mapping[str, Any], actor: Actor | None
) -> Site | None:
    """The site that the place names by its code, else the one the reporter works at."""
    place = rules.mapped(form, answers).get("place")
    code = place.get("site") if isinstance(place, Mapping) else None
    sites = Site.objects.filter(organisation=organisation, is_active=True)
    if code:
        found = sites.filter(code=code).first()
        if found is None:
            field = next(field for field in form.fields if field.maps_to == "place")
            raise Invalid({field.code: _("“%(code)s” is not a site here. Choose one from the list.") % {"code": code}})
        return found
    if actor is None or actor.person_id is None:
        return None
    return sites.filter(people=actor.person_id).first()


def _columns(form: rules.ReportForm, answers: Mapping[str, Any], mode: str, zone: ZoneInfo) -> dict[str, Any]:
    """The record's columns that answers fill. Personal ones fill none, unless the report carries a name anyway."""
    columns = rules.mapped(form, answers)
    if mode != Mode.NAMED:
        for field in form.fields:
            if field.personal and field.maps_to:
                columns.pop(field.maps_to, None)
    if isinstance(columns.get("place"), Mapping):
        columns["place"] = str(columns["place"].get("text") or "").strip()
    if "phase" in columns:
        phase = next(field for field in form.fields if field.maps_to == "phase")
        columns["flight_phase"] = phase.choice_label(columns.pop("phase"))
    for name in ("occurred_at", "aware_at"):
        if name in columns:
            columns |= _moment(name, columns.pop(name), zone)
    event_types = next((f for f in form.fields if f.code == "event_types" and f.type == "multi"), None)
    if event_types is not None:
        columns["categories"] = [event_types.choice_label(one) for one in answers.get("event_types") or ()]
    return columns


def _moment(name: str, value: Any, zone: ZoneInfo) -> dict[str, Any]:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value.strip()) if len(value.strip()) > 10 else dt.date.fromisoformat(value)
    if not isinstance(value, dt.datetime):
        if name == "occurred_at":
            return {"occurred_on": value, "date_precision": Precision.DAY}
        value = dt.datetime.combine(value, dt.time(12), zone)
    local = value if value.tzinfo else value.replace(tzinfo=zone)
    told: dict[str, Any] = {name: local.astimezone(dt.UTC)}
    if name == "occurred_at":
        told |= {"occurred_on": local.astimezone(zone).date(), "date_precision": Precision.ABOUT}
    return told


def _as_json(form: rules.ReportForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are stored: numbers as numbers, moments as text. Files stand beside the report, not here."""
    types = {field.code: field.type for field in form.fields}
    stored: dict[str, Any] = {}
    for code, value in answers.items():
        if types[code] in ("photo", "file"):
            continue
        if types[code] == "number":
            value = as_number(value)
        elif isinstance(value, dt.date | dt.time):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        stored[code] = value
    return stored


def _nobody(organisation: Organisation) -> Actor:
    return actors.nobody(organisation.pk, ("report.create",), REPORTER)


def _in_context(organisation: Organisation, mode: str) -> Any:
    """The organisation's context; for who wants no name to be known, one without a person and without a request id."""
    if mode == Mode.NAMED:
        return context.organisation(organisation.pk)
    return context.entered(context.Context(organisation_id=organisation.pk))


def _seal_identity(actor: Actor, report: Report) -> None:
    person = Person.objects.get(pk=actor.person_id)
    told = ", ".join(part for part in (person.name, person.title, person.email) if part)
    seals.seal(report, seals.REPORTER, told, blind=str(person.pk))
