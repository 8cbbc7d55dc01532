"""An acceptance is of what was shown to whoever gave it. When that becomes something else, it does not stand any more.

It covers title and description, what can happen, the controls and the rating. A control more makes nothing worse; a
worse rating ends it by itself. What differs is told from what the acceptance kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qsms.org import actor as actors
from qsms.records import moves, projections, registry, wording
from qsms.records.choices import Relation
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase

from .models import Acceptance, Control

FIELDS: Mapping[str, Sequence[str]] = {
    "hazard": ("title", "description", "threats", "top_event", "consequences", "existing_controls"),
}
# Of records of other kinds whose risk is accepted, what says what they are.
ELSEWHERE = ("title", "description", "narrative")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was when the acceptance was given."""

    label: str
    then: str
    now: str


def shown(record: Record) -> dict[str, Any]:
    """What an acceptance of this record's risk is about: its fields in words, and the controls by key."""
    sheet = registry.get(record.kind)
    names = [name for name in FIELDS.get(record.kind, ELSEWHERE) if sheet.field(name) is not None]
    rows = Control.everywhere.filter(
        links_out__target_id=record.pk, links_out__relation=Relation.MITIGATES, phase__lt=Phase.DONE
    )
    controls = {str(pk): f"{number} {title}" for pk, number, title in rows.values_list("pk", "number", "title")}
    return {"fields": {name: wording.value(sheet, record, name) for name in names}, "controls": controls}


def differences(record: Record, one: Acceptance) -> list[Difference]:
    """How the record differs from what this acceptance was given for."""
    kept: Mapping[str, Any] = one.given_for or {}
    if not kept:
        return []
    sheet, now = registry.get(record.kind), shown(record)
    found = [
        Difference(sheet.field_label(name), then, now["fields"].get(name, ""))
        for name, then in kept["fields"].items()
        if then != now["fields"].get(name, "")
    ]
    gone = [words for pk, words in kept["controls"].items() if pk not in now["controls"]]
    return found + [Difference(_("Control"), words, _("no longer linked")) for words in gone]


def end_outgrown(record: Record) -> None:
    """End the acceptances of a record that were given for something else. The caller has the transaction open."""
    from . import accepting

    if not record.risk_class:
        return
    for one in Acceptance.everywhere.filter(record_id=record.pk, ended_at=None).select_related("assessment"):
        found = differences(record, one)
        if found:
            labels = ", ".join(dict.fromkeys(each.label for each in found))
            why = _("It was given for an earlier text. Changed since: %(labels)s.") % {"labels": labels}
            system = actors.system(record.organisation_id)
            accepting.end(system, moves.locked(system, record.pk), one, why)


@projections.project
def follow(writes: Sequence[projections.Written]) -> None:
    """After every write of a record whose risk is rated; a new one has no acceptance yet."""
    rated = {one.record.pk: one.sheet for one in writes if one.before is not None and one.record.risk_class}
    if not rated:
        return
    standing = Acceptance.everywhere.filter(record_id__in=rated, ended_at=None).values_list("record_id", flat=True)
    for pk in sorted(set(standing)):
        end_outgrown(rated[pk].model.everywhere.get(pk=pk))
