"""How registers of documents come in from elsewhere."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from qsms.exchange import kinds

kinds.offer(
    "document",
    mappings=Path(__file__).parent / "data" / "mappings",
    known_as={
        "code": (_("Document number"), _("Document No."), _("Doc no"), _("Document ID")),
        "document_type": (_("Document type"), _("Kind of document")),
        "due_on": (_("Next review"), _("Review date"), _("Review due")),
        "issuer": (_("Issuer"), _("Publisher"), _("Source")),
        "issuer_edition": (_("Edition"), _("Issue"), _("Revision")),
        "issuer_url": (_("Link"), _("URL"), _("Address")),
    },
)
