"""What a young organisation still lacks before the others can work in it, for those who set it up."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.documents import doors as documents
from qsms.org.actor import Actor
from qsms.org.models import Grant, Person, Role, Site
from qsms.records import moves
from qsms.reports import readers
from qsms.ui.my_work import First, Step

NEEDS = "org.admin"
ADOPT = "adoption.create"
TRAIN, TRAINER = "course.require", "training_manager"


def first(actor: Actor, now: datetime) -> First | None:
    """The steps that are left, for administrators; None for everybody else and once all are done."""
    left = steps(actor.organisation_id) if actor.holds(NEEDS) else []
    return First(_("First steps"), left) if left else None


def steps(organisation_id: int) -> list[Step]:
    """What is left to set up, the gravest first."""
    people = reverse("administration:people")
    held = moves.holders(organisation_id, (readers.READ, readers.OPEN_SEAL, ADOPT, TRAIN))
    found = []
    if not held[readers.READ]:
        waiting = readers.waiting_for_nobody(organisation_id)
        title = (
            ngettext(
                "A report waits and nobody may read it: name a safety manager",
                "%(n)d reports wait and nobody may read them: name a safety manager",
                waiting,
            )
            % {"n": waiting}
            if waiting
            else _("Say who reads reports")
        )
        why = _("Give somebody the role of safety manager. Until then nobody judges what is reported.")
        found.append(Step(title, why, people, _("Choose"), urgent=bool(waiting)))
    if not held[readers.OPEN_SEAL]:
        why = _("Whoever reports in confidence trusts this person with their name. It is not the administrator.")
        found.append(Step(_("Name the gatekeeper"), why, people, _("Choose")))
    found += _appointments(organisation_id, trains=bool(held[TRAIN]))
    if not Site.objects.filter(organisation_id=organisation_id, is_active=True).exists():
        url = reverse("administration:place-new", args=["sites"])
        why = _("Where you work, each with its zone. Reports, actions and rights go by site.")
        found.append(Step(_("Add your sites"), why, url, _("Add")))
    if Person.objects.filter(organisation_id=organisation_id, is_active=True)[:2].count() < 2:
        why = _("Who works here, with what they may do. They get a link to sign in.")
        found.append(Step(_("Add the people"), why, reverse("administration:person-new"), _("Add")))
    if not held[ADOPT]:
        why = _("A quality or safety manager adopts the standards and regulations that you work to, under Standards.")
        found.append(Step(_("Say who adopts standards"), why, people, _("Choose")))
    return found


def _appointments(organisation_id: int, *, trains: bool) -> list[Step]:
    """The roles without which documents and training stand still, each with the way to appoint somebody."""
    found = {}
    for one in documents.roles_unheld(organisation_id):
        why = _("Until then none of these takes effect: %(documents)s.") % {"documents": ", ".join(one.types)}
        found[one.role] = (one.title, why)
    if not trains:
        title = Role.objects.filter(organisation_id=organisation_id, code=TRAINER).values_list("title", flat=True)
        why = _("Until then nobody says who must hold which course, plans sessions or confirms certificates.")
        found.setdefault(TRAINER, (title.first() or _("Training manager"), why))
    people = reverse("administration:people")
    return [Step(_("Appoint: %(role)s") % {"role": title}, why, people, _("Choose")) for title, why in found.values()]


def unheld(organisation_id: int) -> list[str]:
    """The roles of the organisation that nobody who is here holds, by their titles."""
    held = Grant.objects.filter(organisation_id=organisation_id, person__is_active=True).values("role_id")
    rows = Role.objects.filter(organisation_id=organisation_id).exclude(pk__in=held).order_by("title")
    return list(rows.values_list("title", flat=True))
