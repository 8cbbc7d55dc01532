"""How reports come in from other systems: the shipped layouts, and the actions that a row brings along."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from qsms.actions.doors import ActionKind
from qsms.exchange import kinds

MAPPINGS = Path(__file__).parent / "data" / "mappings"

kinds.offer(
    "report",
    mappings=MAPPINGS,
    # What another system wrote down as corrective action has been done there.
    nested={"actions": kinds.Nested("action", values={"action_kind": ActionKind.CORRECTIVE}, state="closed")},
    known_as={
        "narrative": (_("Description"), _("What happened"), _("Narrative"), _("Details")),
        "occurred_on": (_("Date"), _("Event date"), _("Date of occurrence")),
        "place": (_("Location"), _("Place"), _("Where")),
        "aircraft": (_("Registration"), _("Tail number"), _("Aircraft")),
    },
)
