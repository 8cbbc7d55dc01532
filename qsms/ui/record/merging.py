"""Two people wrote at once: what only one of them changed is taken over, and for the rest the later one chooses."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Stale
from qsms.records.models import Record
from qsms.records.registry import RecordType

from .. import addresses, answers, dates
from . import body
from .forms import RecordForm

PICK = "pick_"


@dataclass(frozen=True)
class Clash:
    """A field that both changed: what it was, what stands now, what the writer wants."""

    name: str
    label: str
    before: str
    theirs: SafeString
    mine: SafeString
    who: str


@dataclass(frozen=True)
class Taken:
    """A field that only one of them changed."""

    label: str
    who: str
    before: str
    after: str


def given_up(data: QueryDict) -> set[str]:
    """The fields for which the writer chose the other's text on the merge page."""
    return {name.removeprefix(PICK) for name, value in data.items() if name.startswith(PICK) and value == "theirs"}


def show(
    request: HttpRequest,
    actor: Actor,
    sheet: RecordType,
    record: Record,
    form: RecordForm,
    stale: Stale,
    version: int,
    mine: set[str],
) -> HttpResponse:
    """The merge page: 409, since nothing was saved."""
    now = moment.now()
    later = history.since(record, version)
    clashes = [_clash(sheet, name, stale, later, actor) for name in stale.mine]
    taken = [
        Taken(
            sheet.field_label(name),
            _who(one, actor),
            body.kept(sheet, name, one.old, actor.tz),
            body.kept(sheet, name, one.new, actor.tz),
        )
        for name, one in later.items()
        if name not in stale.mine
    ]
    taken += [
        Taken(sheet.field_label(name), _("You"), "", _typed(form, name))
        for name in form.fields
        if name in mine - set(stale.mine)
    ]
    context = {
        "record": record,
        "sheet": sheet,
        "list_url": addresses.listing(sheet.kind),
        "title": _("Somebody saved this %(kind)s while you were writing") % {"kind": str(sheet.label).lower()},
        "saved": _saved(history.maker(record, stale.version), stale, actor, now),
        "theirs": _("Saved meanwhile"),
        "started": version,
        "version": stale.version,
        "next_version": stale.version + 1,
        "clashes": clashes,
        "taken": taken,
        "carried": [(name, value) for name, values in form.raw().items() for value in values],
        "was": request.POST.get("was", ""),
        "edit_url": addresses.record(record, "edit"),
        "draft_key": f"edit:{record.pk}",
        "back_url": addresses.record(record),
    }
    return answers.page(request, "ui/record/merge.html", context, status=409)


def _saved(made: history.Maker | None, stale: Stale, actor: Actor, now: datetime) -> str:
    """Who made the version that stands, and when."""
    when = dates.moment(made.at if made is not None else stale.when, now, actor.tz, inside=True)
    if made is not None and made.person_id is not None and made.person_id == actor.person_id:
        said = _("You saved version %(version)d %(when)s yourself, in another window.")
        return said % {"version": stale.version, "when": when}
    who = made.name if made is not None else stale.who
    said = _("%(who)s saved version %(version)d %(when)s.")
    return said % {"who": who or _("The system"), "version": stale.version, "when": when}


def _who(one: history.Later, actor: Actor) -> str:
    return _("You") if one.person_id is not None and one.person_id == actor.person_id else one.who


def _clash(sheet: RecordType, name: str, stale: Stale, later: Mapping[str, history.Later], actor: Actor) -> Clash:
    one = later.get(name)
    before, theirs, mine = (
        body.kept(sheet, name, str(text), actor.tz)
        for text in (one.old if one is not None else "", stale.theirs[name], stale.mine[name])
    )
    who = _who(one, actor) if one is not None else stale.who
    return Clash(name, sheet.field_label(name), before, marked(before, theirs), marked(before, mine), who)


def _typed(form: RecordForm, name: str) -> str:
    field = form.fields[name]
    chosen = form.raw()[name]
    choices = {str(value): str(label) for value, label in getattr(field, "choices", ())}
    return ", ".join(choices.get(text, text) for text in chosen) or _("emptied")


def marked(before: str, after: str) -> SafeString:
    """The text after a change, with the words that are new in it marked; short texts and figures are marked whole."""
    if not after:
        return SafeString(f'<span class="faint">{escape(_("empty"))}</span>')
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    if len(new) < 6 or not before:
        return SafeString(f"<ins>{escape(after)}</ins>")
    pieces = []
    for what, _i, _j, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        text = escape("".join(new[start:end]))
        if text:
            pieces.append(text if what == "equal" else f"<ins>{text}</ins>")
    return SafeString("".join(pieces))
