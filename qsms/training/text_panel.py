"""The panel on a course's page that leads to taking it alone, and to writing what it consists of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope, wording
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.rules.frameworks import Reference
from qsms.rules.lifecycle import Phase
from qsms.standards import doors as standards

from . import contents, drafting, learning, quizzes

wording.DEEDS |= {
    contents.CHANGED: _("changed the text"),
    drafting.DRAFTED: _("began a draft of the text"),
    drafting.DROPPED: _("threw the draft of the text away"),
    learning.AGAIN: _("let somebody try again"),
    quizzes.HANDED_IN: _("handed in a quiz"),
}


def _text(actor: Actor, record: Record) -> Mapping[str, Any]:
    content = contents.of(record)
    text = contents.text_of(content) if content is not None else None
    may = scope.may(actor, "change", record)
    return {
        "content": content,
        "text": text,
        "is_begun": content is not None and not content.is_written,
        "minutes": text.minutes if text else 0,
        "learn_url": reverse("training:learn", args=[record.number])
        if content is not None and content.is_written and actor.person_id is not None and record.phase == Phase.OPEN
        else "",
        "content_url": reverse("training:content", args=[record.number]) if may else "",
    }


TEXT = Panel("text", _("Take it alone"), "training/panel_text.html", _text, tab=False, order=-1)


def _served(record: Record) -> Iterable[Reference]:
    """The requirements that the file of a course names."""
    content = contents.of(record)
    clauses = contents.text_of(content).clauses if content is not None else {}
    return [Reference(framework, number) for framework, numbers in clauses.items() for number in numbers]


standards.offer_clauses(contents.KIND, _served)
