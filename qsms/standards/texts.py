"""The licensed text of a requirement that an organisation pasted for itself. It stays here: no export carries it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.frameworks import Reference

from . import library
from .models import ClauseText

READ, WRITE = "framework.read_text", "framework.paste_text"
PASTED = "text_pasted"
LONGEST = 50_000


def of(actor: Actor, at: Reference) -> ClauseText | None:
    """The text that holds, for who may read it; None where there is none or it was taken away."""
    found = versions(actor, at)[:1]
    return found[0] if found and found[0].text else None


def versions(actor: Actor, at: Reference) -> list[ClauseText]:
    """Every version for who may read them, the newest first."""
    if not actor.holds(READ):
        return []
    rows = ClauseText.everywhere.filter(organisation_id=actor.organisation_id, framework=at.framework, number=at.number)
    return list(rows.select_related("by").order_by("-pk"))


def check(actor: Actor) -> None:
    """Raises Refused for who may not paste texts; who may, reads them as well."""
    if not actor.holds(WRITE) or not actor.holds(READ):
        raise Refused([_("You may not paste the text of standards. Ask the quality manager.")])


def paste(actor: Actor, at: Reference, text: str) -> ClauseText:
    """Keep a text as the next version; an empty one takes it away. Raises Refused, NotVisible, Invalid."""
    check(actor)
    if at.number not in library.find(actor.organisation_id, at.framework).rule.by_number:
        raise NotVisible
    if len(text) > LONGEST:
        said = _("The text has %(n)s characters, and %(most)s fit. Paste the one requirement alone.")
        raise Invalid({"text": said % {"n": len(text), "most": LONGEST}})
    with write_transaction():
        before = versions(actor, at)[:1]
        if before and before[0].text == text.strip():
            return before[0]
        made = ClauseText.everywhere.create(
            organisation_id=actor.organisation_id, framework=at.framework, number=at.number, text=text.strip(),
            by_id=actor.person_id, at=moment.now(),
        )  # fmt: skip
        # History is exported and printed: it says that there is a text, and not what it says.
        detail = {"what": at.number, "characters": len(made.text)}
        history.write(actor, None, history.Act(PASTED, detail=detail), subject=f"standard:{at.framework}"[:60])
    return made
