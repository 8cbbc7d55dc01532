"""The declaration of compliance as a PDF: what is declared, how each section stands or stood, and who signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.publish.pdf import render
from qsms.records import wording
from qsms.records.models import Signature
from qsms.records.registry import get
from qsms.ui import dates

from .. import declared, declaring, profile
from ..models import Declaration
from .statement import PRINT


def pdf(actor: Actor, declaration: Declaration, made_at: dt.datetime) -> bytes:
    """The declaration; before it is signed its sections are those of today, and it says that it is a draft."""
    sheet, is_signed = get(declaring.KIND), declaration.state in declaring.SIGNED
    moment = dates.printed(made_at, actor.tz)
    found = declaring.readiness(actor, declaration)
    obstacles = declared.obstacles(found.completeness) if found.completeness else []
    today = declared.sections(found.completeness) if found.completeness else []
    rows = declaration.sections if is_signed else today
    named = (*profile.FLAGS, *profile.FACTS)
    facts = [(sheet.field_label(name), _value(declaration, name)) for name in ("certificate_kind", *named)]
    facts += [(sheet.field_label(name), _value(declaration, name)) for name in ("submitted_on", "acknowledged_on")]
    due = declaration.due_on
    data: dict[str, Any] = {
        "document": {
            "title": _("Declaration of compliance with 14 CFR Part 5"),
            "number": declaration.number,
            "organisation": actor.organisation_name,
            "under": _("%(organisation)s. %(title)s")
            % {"organisation": actor.organisation_name, "title": declaration.title},
            "foot": _("%(number)s, as of %(moment)s") % {"number": declaration.number, "moment": moment}
            if is_signed
            else _("Draft of %(number)s, as of %(moment)s. Not signed.")
            % {"number": declaration.number, "moment": moment},
            "made_at": made_at,
        },
        "warning": _warning(is_signed, obstacles, moment),
        "statement": declaration.statement,
        "claims": declared.summary(rows) if rows else "",
        "facts": [
            *((name, value) for name, value in facts if value),
            *([(_("Due by"), dates.plain_day(due))] if due else []),
            *([(_("Judged by the evidence of"), declaring.named(found.adoption))] if found.adoption else []),
        ],
        "sections": [
            [
                each["number"],
                each["title"],
                declared.state(each),
                _("%(met)s of %(all)s") % {"met": each["met"], "all": each["applicable"]} if each["applicable"] else "",
                declared.away(each),
            ]
            for each in rows
        ],
        "signatures": _signed(actor, declaration) if is_signed else [{"name": "", "as": _("Accountable executive")}],
        "words": {
            "declared": _("Declaration"),
            "about": _("Certificate"),
            "sections": _("Sections as they stood at the signature") if is_signed else _("Sections as they stand"),
            "head": [_("Section"), _("Title"), _("State"), _("Requirements met"), _("What does not apply, and why")],
            "unknown": _("No adopted 14 CFR Part 5 is chosen, so nothing is known of its sections."),
            "signature": _("Signature"),
        },
    }
    return render(PRINT / "declaration.typ", data)


def _warning(is_signed: bool, obstacles: list[str], moment: str) -> list[str]:
    """What a reader must know before the declaration itself: that it is a draft, or not so any more."""
    if not is_signed:
        told = _("This is a draft. Nobody has signed it.")
        return [told, " ".join([_("It cannot be declared yet."), *obstacles]) if obstacles else ""]
    if not obstacles:
        return ["", ""]
    told = _("What was signed is not so any more, by the evidence seen on %(moment)s.") % {"moment": moment}
    return [told, " ".join(obstacles)]


def _value(declaration: Declaration, name: str) -> str:
    raw = getattr(declaration, name)
    if raw is False:
        return ""
    return dates.plain_day(raw) if isinstance(raw, dt.date) else wording.value(get(declaring.KIND), declaration, name)


def _signed(actor: Actor, declaration: Declaration) -> list[dict[str, str]]:
    """The signature that holds: the newest one."""
    one = Signature.everywhere.filter(record_id=declaration.pk).select_related("person").order_by("-pk").first()
    if one is None:
        return []
    return [
        {
            "name": one.person.name,
            "as": _("Accountable executive"),
            "meaning": _("Signed as “%(meaning)s”") % {"meaning": one.meaning},
            "at": dates.printed(one.at, actor.tz),
            "note": f"SHA-256 {one.content_hash}",
        }
    ]
