"""My work: what waits for the reader, what waits for an office of theirs, and what they raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import drafts, keys, registry, scope, seals, tasks
from qsms.records.models import Record
from qsms.records.tasks import Inbox, Waiting

from . import addresses, answers, dates, marks, parts, times

MOST_RAISED = 50
# Of each urgency; the rest is one press away.
SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One thing to do, with the verb that does it."""

    icon: str
    title: str
    url: str
    about: str
    due: SafeString
    verb: str
    verb_url: str
    main: bool = False


@dataclass(frozen=True)
class Group:
    """Things to do of one urgency: how many there are, and the first of them."""

    code: str
    title: SafeString
    count: int
    lines: Sequence[Line]
    # There are more than were read.
    more: bool = False

    @property
    def said(self) -> str:
        return f"{self.count}+" if self.more else str(self.count)


@dataclass(frozen=True)
class Beside:
    """A short list beside the work, brought by another kit: what it is, its newest lines, and where all of it is."""

    title: str
    count: int
    lines: Sequence[tuple[str, str, str]]  # title, address, small print
    more: str
    more_url: str


@dataclass(frozen=True)
class Step:
    """Something to set up before the work can begin: why, where, and the verb that does it."""

    title: str
    why: str
    url: str
    verb: str
    urgent: bool = False


@dataclass(frozen=True)
class First:
    """Steps that stand above somebody's work until they are done."""

    title: str
    steps: Sequence[Step]


Draw = Callable[[Actor, datetime], First | Beside | None]
_places: dict[str, list[Draw]] = {"first": [], "beside": []}


def stand(place: str, draw: Draw) -> None:
    """Put something of another kit's above the work ("first") or beside it ("beside"); None leaves it out for this
    reader."""
    if draw not in _places[place]:
        _places[place].append(draw)


def _standing(place: str, actor: Actor, now: datetime) -> list[First | Beside]:
    return [one for draw in _places[place] if (one := draw(actor, now)) is not None]


@dataclass(frozen=True)
class Unfinished:
    """A draft and the form it belongs to."""

    said: str
    title: str
    url: str
    when: str


# Drafts of forms that are not the kit's own: what comes before the first colon of their key, and where such a form is.
# It gets the record and what stands between in the key.
Finder = Callable[[Record, str], tuple[str, str]]
_forms: dict[str, Finder] = {}


def draft_of(what: str) -> Callable[[Finder], Finder]:
    """Decorator: drafts with keys like `what:...:id` belong to the form that this finds: its address and what it is."""

    def keep(find: Finder) -> Finder:
        _forms[what] = find
        return find

    return keep


def unfinished(actor: Actor, now: datetime) -> list[Unfinished]:
    """The reader's drafts whose form can still be opened: `new:kind`, `edit:id`, `raise:kind:id`, and of rooms."""
    kept = drafts.waiting(actor)
    ids = {pk for one in kept if (pk := keys.whole(one.key.rpartition(":")[2]))}
    seen = scope.seen_of(actor, ids) if ids else {}
    known = {sheet.kind: sheet for sheet in registry.all_types()}
    found = []
    for one in kept:
        what, _colon, rest = one.key.partition(":")
        pk = keys.whole(rest.rpartition(":")[2])
        record = seen.get(pk) if pk else None
        kind, _mark, query = rest.partition(":")
        if what == "new" and kind in known:
            url = reverse("ui:new", args=[kind]) + (f"?{query}" if query else "")
            said = _("New %(kind)s") % {"kind": str(known[kind].label).lower()}
        elif what == "edit" and record is not None:
            url, said = addresses.record(record, "edit"), _("Edit %(number)s") % {"number": record.number}
        elif what == "raise" and record is not None:
            url = addresses.record(record, "raise", rest.partition(":")[0])
            said = _("Raised from %(number)s") % {"number": record.number}
        elif what in _forms and record is not None:
            url, said = _forms[what](record, rest.rpartition(":")[0])
        else:
            continue
        found.append(Unfinished(said, one.title, url, dates.moment(one.at, now, actor.tz, short=True)))
    return found


@answers.for_people
@require_GET
def show_work(request: HttpRequest) -> HttpResponse:
    """The home page. `whose` in the address chooses: mine, office, raised."""
    actor = answers.actor_of(request)
    now = moment.now()
    whose = request.GET.get("whose", "mine")
    context: dict[str, Any] = {
        "today": date_format(now.astimezone(actor.tz).date(), "l j F"),
        "whose": whose if whose in ("mine", "office", "raised") else "mine",
        "choices": [
            (reverse("ui:home") + (f"?whose={code}" if code != "mine" else ""), label, code == whose)
            for code, label in (("mine", _("Mine")), ("office", _("My office")), ("raised", _("I raised")))
        ],
        "drafts": unfinished(actor, now),
        "beside": _standing("beside", actor, now),
    }
    if whose == "raised":
        found = raised(actor, now)
        said = f"{len(found)}+" if len(found) >= MOST_RAISED else len(found)
        context |= {"raised": found, "raised_count": said, "empty": _nothing_raised()}
        return answers.page(request, "ui/my_work.html", context)
    everything = "all" in request.GET
    inbox = tasks.inbox(actor, whose="office" if whose == "office" else "mine", all_of_it=everything)
    groups = grouped(inbox, actor, now, most=tasks.ALL if everything else SHOWN)
    context |= {
        "first": _standing("first", actor, now) if whose != "office" else [],
        "summary": summary(groups),
        "groups": groups,
        "hidden": sum(group.count - len(group.lines) for group in groups),
        "cut": inbox.cut,
        "everything": everything,
        "narrowed": "whose=office" if whose == "office" else "",
        "more_url": f"{request.path}?whose={context['whose']}&all=1",
        "empty": _nothing_waits(whose == "office"),
    }
    return answers.page(request, "ui/my_work.html", context)


def grouped(inbox: Inbox, actor: Actor, now: datetime, *, most: int = SHOWN) -> list[Group]:
    """Overdue, today, later with `most` lines each; empty groups are left out.

    The first thing due is the one primary of the page.
    """
    today = now.astimezone(actor.tz).date()
    piles: dict[str, list[Waiting]] = {"overdue": [], "today": [], "later": []}
    for one in inbox.waiting:
        piles[_urgency(one, today, now, actor)].append(one)
    # What has no day waits now; it would stand below checks that are due next spring.
    piles["later"].sort(key=lambda one: one.due_at is not None)
    first = next((one for pile in (piles["today"], piles["overdue"]) for one in pile), None)
    words = {
        "overdue": marks.status(_("Overdue"), "bad"),
        "today": marks.status(_("Today"), "warn", "clock"),
        "later": marks.status(_("Later"), "mute", "calendar"),
    }
    return [
        Group(
            code,
            words[code],
            len(pile),
            [_line(one, actor, now, main=one is first) for one in pile[:most]],
            inbox.cut and code in _inexact(inbox.whole_until, today, now, actor),
        )
        for code, pile in piles.items()
        if pile
    ]


def _inexact(whole_until: datetime | None, today: date, now: datetime, actor: Actor) -> tuple[str, ...]:
    """The urgencies of which something may be missing: that of the first task left out, and those after it."""
    if whole_until is None or whole_until < now:
        return ("overdue", "today", "later")
    return ("today", "later") if whole_until.astimezone(actor.tz).date() == today else ("later",)


def _urgency(one: Waiting, today: date, now: datetime, actor: Actor) -> str:
    if one.due_at is None:
        return "later"
    if one.due_at < now:
        return "overdue"
    return "today" if one.due_at.astimezone(actor.tz).date() == today else "later"


def _line(one: Waiting, actor: Actor, now: datetime, *, main: bool) -> Line:
    due = SafeString("")
    if one.due_at is not None:
        said = dates.deadline(one.due_at, now, actor.tz)
        due = marks.due(said.text, said.tone, said.moment, said.printed)
    about = [one.record.number]
    if one.record.title not in one.title:
        about.append(one.record.title)
    if one.role:
        about.append(one.role)
    elif one.asked_by and one.asked_by != actor.name:
        about.append(_("asked by %(who)s") % {"who": one.asked_by})
    verb, url = verb_of(one)
    icon = registry.get(one.record.kind).icon
    return Line(icon, one.title, addresses.record(one.record), " · ".join(about), due, verb, url, main)


def verb_of(one: Waiting) -> tuple[str, str]:
    """The button of a task: the move from here that completes it, else opening the record.

    Where several do, it is the one that leads on. A word of the room's own opens the record, where all of them stand.
    """
    sheet = registry.get(one.record.kind)
    kind = registry.task_type(one.record.kind, one.code)
    if kind is not None and kind.verb:
        if kind.page is not None:
            return str(kind.verb), kind.page(one.record)
        return str(kind.verb), addresses.tab(one.record, kind.tab)
    able = [move for move in sheet.lifecycle.moves if one.record.state in move.sources and move.by_hand]
    found = [move for move in able if one.code in move.finishes]
    for move in sorted(found, key=lambda move: move.tone != "main"):
        return str(move.label), addresses.move(one.record, move.code)
    return _("Open"), addresses.record(one.record)


def summary(groups: Sequence[Group]) -> str:
    """How much is late and how much is due today, in a sentence."""
    sizes = {group.code: group for group in groups}
    said = []
    if (late := sizes.get("overdue")) is not None:
        said.append(ngettext("One thing is late", "%(n)s things are late", late.count) % {"n": late.said})
    if (today := sizes.get("today")) is not None:
        said.append(ngettext("one is due today", "%(n)s are due today", today.count) % {"n": today.said})
    sentence = ", ".join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else _("Nothing is late and nothing is due today.")


@dataclass(frozen=True)
class Raised:
    """A record that the reader raised. A sealed one is theirs without being open to them: it leads to the page on which
    its kind lets them follow it, and without one only its number and state are said."""

    icon: str
    number: str
    title: str
    url: str
    state: SafeString
    when: str


def raised(actor: Actor, now: datetime) -> list[Raised]:
    """What the reader raised, newest first, own confidential reports included."""
    own = list(
        Record.everywhere.filter(organisation_id=actor.organisation_id, raised_by_id=actor.person_id)
        .order_by("-pk")
        .values_list("pk", flat=True)[:MOST_RAISED]
    )
    sealed = seals.own(actor)[:MOST_RAISED]
    seen = scope.seen_of(actor, {*own, *sealed})
    unseen = [pk for pk in sealed if pk not in seen]
    rows = list(seen.values())
    if unseen:
        rows += Record.everywhere.filter(pk__in=unseen, organisation_id=actor.organisation_id)
    found = []
    for row in sorted(rows, key=lambda row: -row.pk)[:MOST_RAISED]:
        sheet = registry.get(row.kind)
        state = sheet.state(row)
        is_open = row.pk in seen
        url = addresses.record(row) if is_open else sheet.own_page(row)
        found.append(
            Raised(
                sheet.icon,
                row.number,
                row.title if url else _("Confidential %(kind)s") % {"kind": str(sheet.label).lower()},
                url,
                marks.standing(state),
                times.moment(row.opened_at, now, actor.tz, short=True),
            )
        )
    return found


def _nothing_waits(office: bool) -> parts.Empty:
    if office:
        return parts.Empty(
            _("Nothing waits for your office"),
            _("Things given to a role you hold, such as triage, stand here until somebody takes them."),
        )
    return parts.Empty(
        _("Nothing waits for you"),
        _("Whatever needs you stands here: approvals, checks, actions, answers. You are told when something comes."),
    )


def _nothing_raised() -> parts.Empty:
    return parts.Empty(
        _("You have raised nothing yet"), _("Reports and other records that you make stand here, with how they go on.")
    )
