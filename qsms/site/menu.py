"""The side menu and the fixed places of the shell, read from the registry and from the routes that there are.

A page whose route is not there is left out, so that a room brings its line by bringing its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import registry, scope, tally, tasks
from qsms.ui.context import Group, Item, Links, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GROUPS: dict[str, StrOrPromise] = {
    "happens": _("Happens"),
    "act": _("Act"),
    "assure": _("Assure"),
    "know": _("Know"),
    "steer": _("Steer"),
}
# The letter that follows G for the list of a kind.
LETTERS = {"report": "r", "action": "a", "hazard": "k"}


@dataclass(frozen=True)
class Place:
    """A page of the menu that is no list: the name of its route, and the permission without which it is not shown.

    With `others` the permission has to reach further than what is the reader's own.
    """

    route: str
    label: StrOrPromise
    icon: str
    room: str = ""
    go: str = ""
    needs: str = ""
    others: bool = False

    def is_for(self, actor: Actor) -> bool:
        """Whether it stands in this actor's menu."""
        if self.others:
            return any(right.axis != Axis.OWN for right in actor.rights_for(self.needs))
        return not self.needs or actor.holds(self.needs)


PLACES = (
    Place("ui:home", _("My work"), "inbox", go="m"),
    Place("notify:inbox", _("News"), "bell"),
    Place("overview", _("Overview"), "layout-dashboard", go="o"),
    Place("documents:mine", _("To read"), "book"),
    Place("reports:mine", _("My reports"), "user"),
    Place("training:mine", _("My training"), "school"),
    Place("reports:triage", _("Triage"), "bolt", "happens", needs="report.triage"),
    Place("standards:home", _("Standards"), "list-tree", "know", go="s", needs="framework.view"),
    Place("training:matrix", _("Competence matrix"), "layout-columns", "know", needs="holding.view", others=True),
    Place("training:starters", _("Starter courses"), "book", "know", needs="course.create"),
    Place("reports:lessons", _("Lessons"), "bulb", "know"),
    Place("risk:matrices", _("Risk matrices"), "layout-columns", "steer", needs="matrix.edit"),
    Place("reports:forms", _("Report forms"), "clipboard-list", "steer", needs="form.edit"),
    Place("documents:types", _("Types of documents"), "folder", "steer", needs="document_type.edit"),
    Place("administration:home", _("Administration"), "settings", "steer", needs="org.admin"),
)


@lru_cache(maxsize=256)
def address(route: str, *args: str, otherwise: str = "") -> str:
    """Where a route leads; `otherwise` when there is no such route. Each page asks for some fifty."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return otherwise


def acting(request: HttpRequest) -> Actor | None:
    """Who acts in this request; nobody on error pages that are drawn before the middleware ran."""
    return getattr(request, "actor", None)


def kinds(actor: Actor) -> Iterator[registry.RecordType]:
    """The record types of the menu of which this actor may see any.

    A register that lives on, such as hazards, and what assurance finds, are no place of work for somebody who sees
    their own of it alone: they come to those from their tasks.
    """
    for sheet in registry.all_types():
        if not sheet.in_menu or not actor.holds(f"{sheet.kind}.view"):
            continue
        if not ((sheet.lives_on or sheet.room == "assure") and _own_alone(actor, sheet.kind)):
            yield sheet


def _own_alone(actor: Actor, kind: str) -> bool:
    return all(branch.axis in scope.OWN_BRANCHES for branch in scope.branches(actor, kind))


def menu(request: HttpRequest) -> Iterable[Group]:
    """The places of no room, then the rooms in their groups with what is open to the reader."""
    actor = acting(request)
    if actor is None:
        return ()
    sheets = list(kinds(actor))
    counts = tally.open_by_kind(actor, [sheet.kind for sheet in sheets])
    lines: dict[str, list[Item]] = {room: [] for room in ("", *GROUPS)}
    desks = {desk.route: sheet.kind for sheet in sheets for desk in sheet.desks}
    for place in PLACES:
        url = address(place.route)
        if url and place.is_for(actor):
            waiting = counts.on_desk.get(desks.get(place.route, "")) or None
            lines[place.room].append(Item(str(place.label), url, place.icon, waiting, place.go))
    for sheet in sheets:
        url = address("ui:list", sheet.kind)
        room = sheet.room if sheet.room in GROUPS else "steer"
        item = Item(
            str(sheet.label_plural),
            url,
            sheet.icon,
            counts.by_kind.get(sheet.kind) or None,
            LETTERS.get(sheet.kind, ""),
        )
        lines[room].append(item)
    return [Group(tuple(items), str(GROUPS.get(room, ""))) for room, items in lines.items() if items]


def person(request: HttpRequest) -> Person | None:
    """Who is signed in, with the role that says most: one that reaches furthest, and what everybody may last."""
    actor = acting(request)
    if actor is None:
        return None
    ranked = sorted(actor.rights, key=lambda one: (one.role == "reporter", one.axis == Axis.OWN, one.axis != Axis.ALL))
    widest = next((right.role for right in ranked), "")
    return Person(actor.name, actor.titles.get(widest, ""))


def inbox(request: HttpRequest) -> int:
    """How many tasks wait for the reader."""
    actor = acting(request)
    return tasks.count_mine(actor) if actor else 0


def links(request: HttpRequest) -> Links:
    """Where the fixed places of the shell lead, as far as there are pages for them."""
    actor = acting(request)
    first = next(kinds(actor), None) if actor else None
    plain = Links()
    return Links(
        home=address("ui:home"),
        work=address("ui:home"),
        records=address("ui:list", first.kind) if first else plain.records,
        report=address("reports:choose", otherwise=plain.report),
        search=address("search:results", otherwise=plain.search),
        palette=address("search:palette", otherwise=plain.palette),
        help=address("help", otherwise=plain.help),
        account=address("account", otherwise=plain.account),
        sign_in=address("sign-in", otherwise=plain.sign_in),
        sign_out=address("sign-out", otherwise=plain.sign_out),
    )


def organisation(request: HttpRequest) -> str:
    """The organisation's name, for prints."""
    actor = acting(request)
    return actor.organisation_name if actor else ""
