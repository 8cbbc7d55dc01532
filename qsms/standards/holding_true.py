"""Whether what was signed is still so: looked at by the worker from all evidence, and told once when it is not."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import history, moves, tasks
from qsms.rules.lifecycle import Phase

from . import declared, declaring
from .models import Declaration

TASK = "declaration_untrue"
UNTRUE, TRUE_AGAIN = "declaration_untrue", "declaration_true_again"


def _signed() -> QuerySet[Declaration]:
    return Declaration.everywhere.filter(state__in=declaring.SIGNED).exclude(phase=Phase.VOID)


def watch() -> int:
    """Look at every signed declaration; how many have turned since the last look."""
    found = list(_signed().order_by("pk").values_list("pk", "organisation_id"))
    return sum(_look(pk, organisation_id) for pk, organisation_id in found)


def _look(record_id: int, organisation_id: int) -> bool:
    with context.organisation(organisation_id):
        system = actors.system(organisation_id)
        # Worked out before anything is locked: a coverage takes its time.
        one = Declaration.everywhere.get(pk=record_id)
        why = doubts(system, one)
        return bool(why) is (one.untrue_since is None) and _tell(system, record_id, why)


def doubts(actor: Actor, declaration: Declaration) -> list[str]:
    """Why a signed declaration is not so any more, from all that the actor sees; nothing while it holds."""
    found = declaring.readiness(actor, declaration)
    if found.completeness is None:
        return [_("The adopted standard that it was judged from is not worked to any more.")]
    return declared.obstacles(found.completeness)


def _tell(actor: Actor, record_id: int, why: list[str]) -> bool:
    """Note that it turned, and ask its owner; what was signed stays as it is."""
    with write_transaction():
        record = moves.locked(actor, record_id)
        assert isinstance(record, Declaration)
        if record.state not in declaring.SIGNED or bool(why) is (record.untrue_since is not None):
            return False
        Declaration.everywhere.filter(pk=record.pk).update(untrue_since=moment.now() if why else None)
        history.write(actor, record, history.Act(UNTRUE if why else TRUE_AGAIN, " ".join(why)[:500]))
        if why:
            said = _("What %(number)s declares is not so any more") % {"number": record.number}
            tasks.give(actor, record, TASK, said, person_id=record.owner_id, role="safety_manager")
        else:
            tasks.withdraw(actor, record, (TASK,), outcome=_("It holds again"))
    return True


@jobs.every(3600, only_if=lambda: _signed().exists())
def watch_declarations() -> None:
    """The worker's round."""
    watch()
