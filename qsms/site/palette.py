"""What the palette offers beside records: the places of the menu, and the verbs that a reader may do from anywhere."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from qsms.search.views import Entry

from . import menu


def pages(request: HttpRequest) -> list[Entry]:
    """The lines of the menu."""
    return [
        Entry(item.name, item.url, item.icon, f"G {item.go.upper()}" if item.go else "")
        for group in menu.menu(request)
        for item in group.items
    ]


def verbs(request: HttpRequest) -> list[Entry]:
    """Report, which everybody may, then a new record of each kind that the reader may make."""
    actor = menu.acting(request)
    if actor is None:
        return []
    found = []
    if report := menu.address("reports:choose"):
        found.append(Entry(_("Report something"), report, "plus", "N", always=True))
    for sheet in menu.kinds(actor):
        url = menu.address("ui:new", sheet.kind)
        if url and sheet.form and actor.holds(f"{sheet.kind}.create"):
            found.append(Entry(_("New %(label)s") % {"label": str(sheet.label).lower()}, url, "plus"))
    return found
