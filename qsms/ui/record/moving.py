"""Moves: the dialog that asks what a move needs, shows what will be signed, and says why it is shut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import attachments, moves, reading, services, signing
from qsms.records.errors import Invalid
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.rules import lifecycle as life

from .. import addresses, answers, parts
from . import body
from .forms import RecordForm, starting

REASON, PASSWORD = "reason", "password"


@answers.of_record_type("move")
@require_http_methods(["GET", "POST"])
def show_move(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    """Ask for what a move needs, and make it. A shut move says why."""
    actor = answers.actor_of(request)
    opened = reading.opened(actor, kind, key)
    sheet, record = opened.sheet, opened.record
    move = _move(sheet, code)
    form = dialog_form(actor, sheet, record, move, request)
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.move(
                actor,
                record.pk,
                code,
                fields=_given(form, move),
                reason=form.cleaned_data.get(REASON, ""),
                proof=signing.Proof(form.cleaned_data[PASSWORD], request.POST.get("shown", ""))
                if move.signature
                else None,
            )
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, addresses.record(record), said(sheet, moved, move))
    elif request.method == "GET":
        verdict = next((one for one in moves.verdicts(actor, record) if one.move.code == code), None)
        if verdict is None:
            reason = life.Reason("state")
            return answers.refused(request, moves.reasons(actor, record, life.Verdict(move, (reason,))))
        if not verdict.is_open:
            return answers.refused(request, moves.reasons(actor, record, verdict), back=addresses.record(record))
    context = dialog_context(actor, sheet, record, move, form)
    if form.is_bound:
        return answers.invalid_form(request, "ui/record/move.html", context)
    return answers.page(request, "ui/record/move.html", context)


def _move(sheet: RecordType, code: str) -> life.Move:
    try:
        move = sheet.lifecycle.move(code)
    except KeyError as error:
        raise Http404 from error
    if not move.by_hand:
        raise Http404
    return move


def dialog_form(actor: Actor, sheet: RecordType, record: Record, move: life.Move, request: HttpRequest) -> RecordForm:
    """The fields that a move asks for and offers, then the reason and the signature."""
    names = (*move.asks, *move.offers)
    form = RecordForm(
        actor,
        sheet,
        names,
        data=request.POST if request.method == "POST" else None,
        # What somebody else is to judge is not filled in for them.
        initial={} if move in sheet.lifecycle.judging else starting(record, names),
        needed=frozenset(move.asks),
        auto_id="m_%s",
    )
    doubt = sheet.doubt(actor, record, move)
    if move.reason or doubt:
        form.fields[REASON] = forms.CharField(
            label=_("Why now all the same") if doubt else _("Reason"),
            help_text=_("Kept in the history of %(number)s.") % {"number": record.number},
            widget=forms.Textarea({"rows": 3}),
            error_messages={"required": _("Say why.")},
        )
    if move.signature:
        form.fields[PASSWORD] = forms.CharField(
            label=_("Your password"),
            help_text=_("It signs in your name as “%(meaning)s”.") % {"meaning": move.signature},
            strip=False,
            widget=forms.PasswordInput({"autocomplete": "current-password"}),
            error_messages={"required": _("Type your password to sign.")},
        )
    return form


def _given(form: RecordForm, move: life.Move) -> dict[str, Any]:
    """What the dialog asked for; of what it only offered, what was changed."""
    cleaned = form.cleaned_data
    return {
        name: cleaned[name]
        for name in (*move.asks, *move.offers)
        if name in cleaned
        and (name in move.asks or name in form.changed_data or form.initial.get(name) != cleaned[name])
    }


def dialog_context(
    actor: Actor, sheet: RecordType, record: Record, move: life.Move, form: RecordForm
) -> Mapping[str, Any]:
    """What the dialog's template is told."""
    shown: tuple[parts.Fact, ...] = ()
    shown_hash = ""
    if move.signature:
        content = signing.content(sheet, record, sheet.also_signed(actor, record, move))
        shown = tuple(_signed(actor, sheet, record, move, content))
        shown_hash = signing.hash_of(content)
    target = sheet.lifecycle.state(move.target) if move.target else None
    return {
        "title": str(move.label),
        "record": record,
        "sheet": sheet,
        "meaning": str(move.help) or _outcome(record, target),
        "form": form,
        "shown": shown,
        "shown_hash": shown_hash,
        "signature": move.signature,
        "doubt": sheet.doubt(actor, record, move),
        "foretold": [parts.Note(said, tone=tone) for tone, said in sheet.foretold(actor, record, move)],
        "verb": _("Sign: %(move)s") % {"move": str(move.label)} if move.signature else str(move.label),
        "tone": move.tone,
        "back_url": addresses.record(record),
    }


def _signed(
    actor: Actor, sheet: RecordType, record: Record, move: life.Move, content: Mapping[str, Any]
) -> Iterator[parts.Fact]:
    """What a signature with this move covers: the fields as they stand, what is written in the dialog, what the room
    adds, the files."""
    typed = (*move.asks, *move.offers)
    for name, text in content["fields"].items():
        if text and name not in typed:
            label = sheet.due_label(record) if name == "due_on" else sheet.field_label(name)
            drawn = sheet.drawn(actor, record, name)
            if drawn:
                yield parts.Fact(label, drawn, is_drawn=True)
                continue
            yield parts.Fact(label, body.value(sheet, record, name, actor, moment.now()))
    for name in typed:
        yield parts.Fact(sheet.field_label(name), _("As you write it below"))
    for label, text in content.get("also", {}).items():
        yield parts.Fact(label, text)
    for name, sha256, role in content.get("files", ()):
        what = _("Evidence") if role == attachments.EVIDENCE else _("File")
        yield parts.Fact(what, _("%(name)s, fingerprint %(hash)s") % {"name": name, "hash": sha256[:12]})


def _outcome(record: Record, target: life.State | None) -> str:
    if target is None:
        return ""
    said = _("%(number)s becomes “%(state)s”.") % {"number": record.number, "state": str(target.label)}
    return f"{said} {target.meaning}".strip()


def said(sheet: RecordType, record: Record, move: life.Move) -> str:
    """The result of a move in a sentence."""
    return _("“%(move)s” is done. %(number)s is now “%(state)s”.") % {
        "move": str(move.label),
        "number": record.number,
        "state": str(sheet.state(record).label),
    }
