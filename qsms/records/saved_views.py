"""Saved views: a list's filters under a name, for oneself; the organisation's own come from administrators.

The columns that somebody chose for a list are kept as their view without a name.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org.actor import ADMINISTRATION, Actor

from .errors import Invalid, NotVisible, Refused
from .models import SavedView

MOST = 20


def _mine(organisation: int, person: int, kind: str) -> QuerySet[SavedView]:
    views = SavedView.everywhere.filter(organisation_id=organisation, kind=kind)
    return views.filter(Q(person=None) | Q(person_id=person)).order_by("person_id", "pk")[: MOST * 2]


MINE = Prepared(_mine, organisation=int, person=int, kind=str)


def mine(actor: Actor, kind: str) -> list[SavedView]:
    """The views of this list that the actor sees: the organisation's, then own ones, in the order of saving."""
    if actor.person_id is None:
        return []
    return of_list(actor, kind)[0]


def of_list(actor: Actor, kind: str) -> tuple[list[SavedView], list[str]]:
    """The views of this list that the actor sees, and the columns that they chose for it: one query for both."""
    if actor.person_id is None:
        return [], []
    found: list[SavedView] = MINE.objects(organisation=actor.organisation_id, person=actor.person_id, kind=kind)
    chosen = next((view.query.split(",") for view in found if not view.name), [])
    return [view for view in found if view.name], chosen


def keep_columns(actor: Actor, kind: str, columns: Sequence[str]) -> None:
    """Keep which columns the actor wants to see in a list; none for those that are usual."""
    with write_transaction():
        own = SavedView.everywhere.filter(
            organisation_id=actor.organisation_id, kind=kind, person_id=actor.person_id, name=""
        )
        own.delete()
        if columns:
            SavedView.everywhere.create(
                organisation_id=actor.organisation_id, kind=kind, person_id=actor.person_id, query=",".join(columns)
            )


def save(actor: Actor, kind: str, name: str, query: str, *, everybody: bool = False) -> SavedView:
    """Keep a view under a name; the same name again replaces it. Raises Invalid or Refused."""
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": _("The view has no name. Write one, such as “Late at my site”.")})
    if len(name) > 60:
        raise Invalid({"name": _("“%(name)s…” is longer than 60 characters. Shorten it.") % {"name": name[:30]}})
    if everybody and not actor.holds(ADMINISTRATION):
        raise Refused([_("Only an administrator may save a view for everybody. Save it for yourself.")])
    owner = None if everybody else actor.person_id
    with write_transaction():
        views = SavedView.everywhere.filter(organisation_id=actor.organisation_id, kind=kind)
        views = views.filter(person=None) if owner is None else views.filter(person_id=owner)
        known: SavedView | None = views.filter(name=name).first()
        if known is None and views.exclude(name="").count() >= MOST:
            raise Invalid({"name": _("You have %(most)d views here. Remove one first.") % {"most": MOST}})
        view = known or SavedView(organisation_id=actor.organisation_id, kind=kind, person_id=owner, name=name)
        view.query = query[:1000]
        view.save()
    return view


def remove(actor: Actor, view_id: int) -> SavedView:
    """Remove an own view, or one of everybody's as an administrator. Raises NotVisible."""
    with write_transaction():
        view: SavedView | None = SavedView.everywhere.filter(pk=view_id, organisation_id=actor.organisation_id).first()
        if view is None or (
            view.person_id != actor.person_id and not (view.person_id is None and actor.holds(ADMINISTRATION))
        ):
            raise NotVisible
        view.delete()
    return view
