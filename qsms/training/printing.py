"""The certificate of a training record on paper, with the code by which anybody can ask whether it is valid."""

from __future__ import annotations

import io
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.publish.pdf import render

from . import drawing
from .choices import Source
from .models import Holding

TEMPLATE = Path(__file__).parent / "data" / "print" / "certificate.typ"
# Pixels of a module: printed at 32 mm it is sharp.
SCALE = 12


def certificate(holding: Holding, verify_url: str) -> bytes:
    """The PDF; `verify_url` is the whole address of the page that tells whether it is valid."""
    import segno

    code = io.BytesIO()
    segno.make(verify_url, error="m", micro=False).save(code, kind="png", scale=SCALE, border=2)
    course = holding.course
    facts = [
        [_("Completed on"), date_format(holding.completed_on, "j M Y")],
        [_("Valid until"), drawing.until(holding.ends_on)],
        [_("Number"), holding.number],
    ]
    if holding.session is not None:
        taught = holding.session.instructor.name if holding.session.instructor else holding.session.provider
        facts += [[_("Session"), holding.session.number], *([[_("Taught by"), taught]] if taught else [])]
    elif holding.source == Source.QUIZ:
        facts.append([_("Passed"), _("The quiz of the course")])
    elif holding.issuer:
        facts.append([_("First issued by"), holding.issuer])
    data = {
        "document": {
            "title": _("Certificate"),
            "number": holding.number,
            "organisation": holding.organisation.name,
            "foot": _("Code %(code)s") % {"code": holding.code},
            "made_at": moment.now(),
        },
        "name": holding.holder.name,
        "course": course.title,
        "purpose": course.purpose,
        "facts": facts,
        "code": holding.code,
        "address": verify_url,
        "words": {
            "holds": _("has completed"),
            "verify": _("Is it valid?"),
            "how": _("Read this square with a phone, or open the address and type the code."),
            "square": _("QR code with the address of the page that tells whether this certificate is valid"),
        },
    }
    return render(TEMPLATE, data, files={"verify": code.getvalue()})
