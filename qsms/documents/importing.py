"""How registers of documents come in from elsewhere, and what is in effect already when it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.exchange import kinds
from qsms.exchange.building import plain_row
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.bulk import Row
from qsms.records.errors import Invalid

from . import taking_over

# What only a document in effect has: the revision that people work to, and since when.
OF_EFFECT = ("revision_label", "effective_since")


def build(actor: Actor, fitted: dict[str, Any]) -> Row:
    """The row as its sheet has it. One with a revision is in effect already, unless the import says how it stands."""
    row = plain_row(registry.get("document"), fitted)
    label = str(row.fixed.get("revision_label") or "")
    row.state = row.state or ("effective" if label else "")
    if row.state != "effective":
        row.fixed = {name: value for name, value in row.fixed.items() if name not in OF_EFFECT}
        return row
    if not label:
        said = _t("It is to be in effect already: write which revision, or let it come in in preparation.")
        raise Invalid({"revision_label": said})
    row.fixed = {**row.fixed, "taken_over": True}
    row.given = taking_over.with_review(actor, row.given)
    return row


kinds.offer(
    "document",
    mappings=Path(__file__).parent / "data" / "mappings",
    fields=OF_EFFECT,
    build=build,
    stands={
        "": _("As each row says: with a revision in effect already, else in preparation"),
        "effective": _("All are in effect already: they need no route, and are marked as taken over"),
        "preparing": _("All are in preparation: their first revision is written and approved here"),
    },
    known_as={
        "code": (_("Document number"), _("Document No."), _("Doc no"), _("Document ID")),
        "document_type": (_("Document type"), _("Kind of document")),
        "due_on": (_("Next review"), _("Review date"), _("Review due")),
        "revision_label": (_("Revision"), _("Current revision"), _("Rev"), _("Version")),
        "effective_since": (_("Effective date"), _("Effective from"), _("In force since"), _("Valid from")),
        "issuer": (_("Issuer"), _("Publisher"), _("Source")),
        "issuer_edition": (_("Edition"), _("Issue")),
        "issuer_url": (_("Link"), _("URL"), _("Address")),
    },
)
