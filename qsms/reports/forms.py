"""Which forms an organisation offers, and the versions behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused

from . import rules
from .models import ReportForm

QUICK = "quick"
EDIT = "form.edit"


def store(
    form: rules.ReportForm,
    organisation_id: int | None = None,
    person_id: int | None = None,
    *,
    draft: bool = False,
    source: str = "",
) -> ReportForm:
    """Keep this version of a form: the organisation's own, or without one a shipped one and the file it came in."""
    return ReportForm.objects.create(
        organisation_id=organisation_id,
        code=form.code,
        version=form.version,
        title=form.title,
        definition=rules.form_to_data(form),
        active=not draft,
        draft=draft,
        source=source,
        changed_at=moment.now(),
        changed_by_id=person_id,
    )


def _free_version(organisation_id: int, code: str) -> int:
    rows = ReportForm.objects.filter(Q(organisation=None) | Q(organisation_id=organisation_id), code=code, draft=False)
    return (rows.aggregate(last=Max("version"))["last"] or 0) + 1


def newest(organisation_id: int) -> list[ReportForm]:
    """The newest published version of every form an organisation has, its own before shipped ones, also unused ones."""
    rows = ReportForm.objects.filter(Q(organisation=None) | Q(organisation_id=organisation_id), draft=False)
    found: dict[str, ReportForm] = {}
    for row in rows.order_by("version"):
        known = found.get(row.code)
        if known is None or row.organisation_id is not None or known.organisation_id is None:
            found[row.code] = row
    return sorted(found.values(), key=lambda row: (row.code != QUICK, row.title))


def offered(organisation_id: int) -> list[ReportForm]:
    """The forms that can be filed now, the quick one first."""
    return [row for row in newest(organisation_id) if row.active]


def find(organisation_id: int, code: str) -> ReportForm:
    """The version of a form that is filed now. Raises NotVisible."""
    for row in offered(organisation_id):
        if row.code == code:
            return row
    raise NotVisible


def titles(organisation_id: int) -> dict[str, str]:
    """The title of every form by its code, for lists and filters."""
    return {row.code: row.title for row in newest(organisation_id)}


def draft_of(actor: Actor, code: str) -> ReportForm:
    """The draft in which a form is being edited: the one that is there, else a copy of what is filed now."""
    _check(actor)
    rows = ReportForm.objects.filter(organisation_id=actor.organisation_id, code=code)
    draft = rows.filter(draft=True).first()
    if draft is not None:
        return draft
    now = next((row for row in newest(actor.organisation_id) if row.code == code), None)
    if now is None:
        raise NotVisible
    with write_transaction():
        copy = replace(now.form, version=_free_version(actor.organisation_id, code))
        return store(copy, actor.organisation_id, actor.person_id, draft=True)


def save_draft(actor: Actor, code: str, form: rules.ReportForm) -> ReportForm:
    """Keep an edited form as a draft, whether or not it makes sense yet; `problems` tells."""
    draft = draft_of(actor, code)
    with write_transaction():
        row = ReportForm.objects.select_for_update().get(pk=draft.pk)
        row.definition = rules.form_to_data(replace(form, code=code, version=row.version))
        row.title = form.title[:120] or row.title
        row.changed_at, row.changed_by_id = moment.now(), actor.person_id
        row.save()
    return row


def problems(row: ReportForm) -> Sequence[str]:
    """What stops this draft from being published, in sentences."""
    return list(rules.validate_form(row.form))


def publish_draft(actor: Actor, code: str) -> ReportForm:
    """Offer the draft from now on. Reports that are filed keep the version they were filed on."""
    _check(actor)
    with write_transaction():
        row = ReportForm.objects.filter(organisation_id=actor.organisation_id, code=code, draft=True).first()
        if row is None:
            raise NotVisible
        wrong = problems(row)
        if wrong:
            raise Invalid({"": " ".join(wrong)})
        row.draft, row.active = False, True
        # Another version may have come in between, with a release or by taking the form out of use.
        row.version = _free_version(actor.organisation_id, code)
        row.definition = rules.form_to_data(replace(row.form, version=row.version))
        row.save()
        detail = {"form": code, "version": row.version}
        history.write(actor, None, history.Act("form_published", detail=detail), subject=f"form:{code}")
    return row


def drop_draft(actor: Actor, code: str) -> None:
    """Throw the draft of a form away."""
    _check(actor)
    with write_transaction():
        ReportForm.objects.filter(organisation_id=actor.organisation_id, code=code, draft=True).delete()


def set_offered(actor: Actor, code: str, *, on: bool) -> ReportForm:
    """Take a form out of use, or offer it again. The shipped one stays; the organisation gets its own row."""
    _check(actor)
    with write_transaction():
        row = next((row for row in newest(actor.organisation_id) if row.code == code), None)
        if row is None:
            raise NotVisible
        if row.organisation_id is None:
            drafts = ReportForm.objects.filter(organisation_id=actor.organisation_id, code=code, draft=True)
            drafts.update(version=F("version") + 1)
            copy = replace(row.form, version=_free_version(actor.organisation_id, code))
            row = store(copy, actor.organisation_id, actor.person_id)
        row.active = on
        row.save(update_fields=["active"])
        verb = "form_offered" if on else "form_withdrawn"
        history.write(actor, None, history.Act(verb, detail={"form": code}), subject=f"form:{code}")
    return row


def _check(actor: Actor) -> None:
    if not actor.holds(EDIT):
        raise Refused([_("You may not edit forms. Ask the safety manager.")])
