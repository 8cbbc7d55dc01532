"""Adopted standards as the kits show them, and what every record says of the requirements it is evidence for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.records.registry import RecordType, Section, lend, register

from . import adopting, binding, library, panels
from .choices import OWN
from .lifecycles import ADOPTION_LIFE
from .models import Adoption
from .outputs import packing

wording.DEEDS |= {
    adopting.EXCLUDED: _("left a requirement out"),
    adopting.INCLUDED: _("took a requirement in again"),
    adopting.RENEWED: _("took the newer text over"),
    packing.TAKEN: _("took the statement of compliance away"),
    packing.PACKED: _("took a trace pack away"),
    binding.BOUND: _("counted it as evidence"),
    binding.CHANGED: _("changed what it is evidence of"),
    binding.ENDED: _("counts it as evidence no longer"),
}


@register
class AdoptionSheet(RecordType):
    model = Adoption
    kind = adopting.KIND
    prefix = "STD"
    label = _("Adopted standard")
    label_plural = _("Adopted standards")
    icon = "list-tree"
    room = "know"
    trace = "shows"
    # Its list stands on the page of standards.
    in_menu = False
    lives_on = True
    lifecycle = ADOPTION_LIFE
    labels = {"due_on": _("Review on")}
    due_words = _("Review on %(day)s")
    columns = ("number", "title", "state", "site", "process", "owner", "adopted_on")
    filters = ("state", "site", "owner", "framework")
    orders = ("-id",)
    form = (
        Section.of(_("Which"), "title", "framework", "own_edition", "adopted_on"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "due_on", "disciplines"),
        Section.of(_("Scope"), "scope", "reference"),
    )
    search_fields = ("scope",)
    panels = (panels.COVERAGE,)
    import_key = "reference"
    room_fields = ("revision", "crosswalk_revision")

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Adoption)
        if not {"framework", "own_edition"} & values.keys():
            return {}
        if record.framework != OWN:
            if record.own_edition:
                return {"own_edition": _t("Leave this empty, or choose “An edition of your own” as the standard.")}
        elif not _is_own(actor, record.own_edition):
            said = _t("“%(key)s” was not imported here. Write code and edition as they stand on its page.")
            return {"own_edition": said % {"key": record.own_edition}}
        if record.pk:
            before = Adoption.everywhere.get(pk=record.pk)
            if before.key != record.key:
                said = _t(
                    "An adoption stays with its edition, and so does its evidence. Adopt the other one beside it."
                )
                return {"framework": said}
        return {}

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Adoption)
        record.revision = library.find(actor.organisation_id, record.key).revision
        record.crosswalk_revision = library.crosswalk().revision

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Adoption)
        return [record.key]


def _is_own(actor: Actor, key: str) -> bool:
    try:
        return library.find(actor.organisation_id, key).organisation_id is not None
    except NotVisible:
        return False


lend(panels.EVIDENCE, ("*",))
# The other record type of this room, in a file of its own.
from . import declaration_sheet  # noqa: E402, F401
