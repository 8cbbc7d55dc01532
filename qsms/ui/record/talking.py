"""Comments on a record, with mentions of people who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qsms.org.models import Person
from qsms.records import audience, services
from qsms.records.errors import Invalid
from qsms.records.models import Comment, Record

from .. import addresses, answers, dates, times
from . import page

MOST = 200


@dataclass(frozen=True)
class Said:
    """One comment as it is read."""

    pk: int
    who: str
    when: SafeString
    exact: str
    drawn: SafeString


@page.tab("comments")
def draw_comments(sight: page.Sight, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The tab with the newest comments, the oldest of them first, and the field for another one."""
    rows = Comment.everywhere.filter(record_id=sight.record.pk).select_related("by").order_by("-pk")[:MOST]
    comments = list(reversed(rows))
    named = {pk for row in comments for pk in row.mentions}
    names = dict(Person.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}
    said = [
        Said(
            row.pk,
            row.by.name if row.by else _("System"),
            times.moment(row.at, sight.now, sight.actor.tz),
            dates.exact(row.at, sight.actor.tz),
            _paragraphs(row.text, [names[pk] for pk in row.mentions if pk in names]),
        )
        for row in comments
    ]
    return "ui/record/comments.html", {
        "comments": said,
        "older": sight.opened.comments - len(said),
        "post_url": addresses.record(sight.record, "comment"),
        "mention_url": addresses.record(sight.record, "pick-mention"),
        "text": known.get("text", ""),
        "comment_error": known.get("comment_error", ""),
        "unheard": known.get("unheard", ""),
    }


def _paragraphs(text: str, names: list[str]) -> SafeString:
    found = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        drawn = escape(part.strip())
        for name in names:
            drawn = SafeString(drawn.replace(f"@{escape(name)}", f"<b>@{escape(name)}</b>"))
        if drawn:
            found.append(f"<p>{drawn.replace(chr(10), '<br>')}</p>")
    return SafeString("".join(found))


def mentioned(record: Record, text: str) -> tuple[list[int], list[str]]:
    """Who is meant by @name in a text: ids of people who see the record, and names of those who do not."""
    if "@" not in text:
        return [], []
    people = Person.objects.filter(organisation_id=record.organisation_id, is_active=True).values_list("pk", "name")
    who = audience.who_sees(record)
    rest, meant, unheard = text.casefold(), [], []
    # Longest first, so that “@Ann Lee” is not taken for Ann.
    for pk, name in sorted(people, key=lambda person: -len(person[1])):
        tag = f"@{name}".casefold()
        if tag in rest:
            rest = rest.replace(tag, " ")
            if pk in who:
                meant.append(pk)
            else:
                unheard.append(name)
    return meant, unheard


@answers.of_record_type("comment")
@require_POST
def add_comment(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Add a comment; people mentioned in it are told."""
    sight = page.Sight.of(request, kind, key)
    text = request.POST.get("text", "")
    meant, unheard = mentioned(sight.record, text)
    if unheard and "anyway" not in request.POST:
        extra = {"text": text, "unheard": ", ".join(unheard)}
        return page.draw(sight, "comments", status=422, extra=extra)
    try:
        made = services.comment(sight.actor, sight.record.pk, text, mentions=meant)
    except Invalid as error:
        extra = {"text": text, "comment_error": " ".join(error.errors.values())}
        return page.draw(sight, "comments", status=422, extra=extra)
    url = f"{addresses.tab(sight.record, 'comments')}#comment-{made.pk}"
    return answers.done(request, url, _("Your comment is added."))
