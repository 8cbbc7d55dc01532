from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.org.actor import Actor
from qsms.records import naming, wording
from qsms.records.models import Record
from qsms.records.registry import Lead, Raising, RecordType, Section, TaskType, offer, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason
from qsms.ui import addresses
from qsms.ui.dates import plain_day

from . import escalation, services
from .choices import CAUSAL, ActionKind
from .lifecycles import LIFE
from .models import Action

wording.DEEDS[services.EXTENDED] = _("set a new due date")

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

wording.PARTIES |= {"verifier": _("its verifier"), "implementer": _("who carried it out")}

CHECKS = ("verify", "fail")

SHUT: dict[str, _StrPromise] = {
    "causal": _("Containment, correction and improvement need no cause and no later check. Use “Start” and “Finish”."),
    "not_causal": _("A corrective or preventive action begins with its cause and ends with a check by another person."),
    "evidence": _("There is no evidence. Add a file under Files and mark it as evidence."),
    "no_extension_asked": _("More time has been asked for already and waits for an answer."),
    "extension_asked": _("Nobody has asked for more time."),
    "extensions_left": _("It was extended as often as the rule allows. Ask for a new plan instead."),
}


@wording.reason_words("action")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


@register
class ActionSheet(RecordType):
    model = Action
    kind = "action"
    prefix = "ACT"
    label = _("Action")
    label_plural = _("Actions")
    icon = "checklist"
    room = "act"
    lifecycle = LIFE
    columns = ("number", "title", "category", "disciplines", "state", "site", "owner", "due_on")
    filters = ("state", "action_kind", "site", "owner", "disciplines", "verifier")
    orders = ("due_on", "-due_on", "-id")
    category_field = "action_kind"
    form = (
        Section.of(
            _("What"),
            "title",
            "action_kind",
            "description",
            "disciplines",
            help=_("The title says what to do: “Replace worn tow bar heads”."),
        ),
        Section.of(_("Who and when"), "owner", "due_on", "site", "unit", "process"),
        Section.of(
            _("Problem"),
            "problem_is",
            "problem_is_not",
            "containment",
            help=_("For an 8D: D2 and D3. Leave empty for a simple action."),
        ),
        Section.of(_("Cause"), "cause_method", "root_cause", "escape_point", "plan"),
        Section.of(_("Done"), "done_summary", "prevent"),
        Section.of(_("Check"), "verifier", "check_on", "check_method", "check_result"),
        Section.of(_("Elsewhere"), "reference", "confidential"),
    )
    search_fields = ("description", "root_cause", "plan", "done_summary", "check_result", "containment")
    party_fields = {"verifier": "verifier", "implementer": "implementer"}
    room_fields = ("escalated", "first_due_on", "implemented_on", "implementer", "revision")
    import_key = "reference"
    dates = {"due_on": When.DUE, "check_on": When.DUE}
    check_plan = ("verifier", "check_on", "check_method")
    tasks = {
        "start": TaskType(_("Take up an action"), _("Start")),
        "cause": TaskType(_("Find the root cause and plan the fix"), _("Find the cause")),
        "do": TaskType(_("Do an action and show the evidence"), _("Do it")),
        "check": TaskType(_("Check whether an action worked"), _("Check")),
        "extension": TaskType(_("Decide on more time for an action"), _("Decide")),
        **{code: TaskType(said) for code, said in escalation.told().items()},
    }
    views = {
        "move.ask_extension": "qsms.actions.pages.ask",
        "move.grant_extension": "qsms.actions.pages.grant",
        "move.refuse_extension": "qsms.actions.pages.refuse",
    }

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"action_kind": ActionKind.CORRECTIVE}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Action)
        if record.verifier_id and record.verifier_id in (record.owner_id, record.implementer_id):
            # DOMAIN 8.1: the verifier of an action is never its owner (scenario 31), whoever was named first.
            if "owner" in values and "verifier" not in values:
                said = _t(
                    "%(name)s checks this action, so somebody else must own it. Choose another person, or first edit "
                    "the action and name another one to check it."
                )
                return {"owner": said % {"name": record.verifier}}
            return {"verifier": services.OWN_CHECK % {"name": record.verifier}}
        return {}

    def held(self, actor: Actor, record: Record) -> Mapping[str, str]:
        assert isinstance(record, Action)
        if record.state == "check":
            return {"due_on": _t("The action is due when its check is. Plan the check for another day.")}
        if record.due_on is None or services.may_decide(actor, record):
            return {}
        return {"due_on": _t("The day it is due moves with “Ask for more time”.")}

    def weighty(self, actor: Actor, record: Record) -> Mapping[str, str]:
        if record.due_on is None:
            return {}
        return {"due_on": _t("Say why it is due on another day. It is kept in the history.")}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Action)
        asked, left = services.extension_facts(record)
        holds = {
            "causal": record.action_kind in CAUSAL,
            "not_causal": record.action_kind not in CAUSAL,
            "evidence": services.has_evidence(record),
            "extension_asked": asked,
            "no_extension_asked": not asked,
            "extensions_left": left,
        }
        ways = {"evidence": {"way": _t("Add evidence"), "way_url": f"{addresses.tab(record, 'files')}?evidence=1"}}
        return {
            name: None if ok else Reason("action", {"fact": name, **ways.get(name, {})}) for name, ok in holds.items()
        }

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Action)
        record.first_due_on = record.due_on

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        services.on_created(actor, [record for record in records if isinstance(record, Action)])

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Action)
        services.on_moved(actor, record, move)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Action)
        services.on_edited(actor, record, names)

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        assert isinstance(record, Action)
        if move.code not in CHECKS:
            return ""
        early = self._early(actor, record) if move.code == "verify" else ""
        return f"{naming.instead(actor, record.verifier)} {early}".strip()

    def _early(self, actor: Actor, record: Action) -> str:
        early = services.days_early(actor, record)
        if not early or record.check_on is None:
            return ""
        # DOMAIN 8.1: the check stands some time after the work, so that what comes back has had time to come back.
        said = ngettext(
            "The check is planned for %(day)s, tomorrow.",
            "The check is planned for %(day)s, in %(n)d days.",
            early,
        )
        said %= {"day": plain_day(record.check_on), "n": early}
        return _t("%(planned)s An early check proves less: what comes back may not have had the time.") % {
            "planned": said
        }

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Action)
        asked = services.extension_asked(record)
        if asked is None:
            return self._lead(actor, record)
        who = asked.asked_by.name if asked.asked_by else _t("The owner")
        days = {"who": who, "wanted": plain_day(asked.wanted_on), "due": plain_day(asked.was_due_on)}
        if services.may_decide(actor, record):
            title = _t("%(who)s asks for %(wanted)s instead of %(due)s") % days
            return Lead(f"“{asked.reason}”", title, moves=("grant_extension", "refuse_extension"))
        # Whoever cannot answer has no use for the question: the work goes on meanwhile.
        said = _t("%(who)s asked for %(wanted)s instead of %(due)s; that waits for an answer.")
        return replace(self._lead(actor, record), also=said % days)

    def _lead(self, actor: Actor, record: Action) -> Lead:
        if record.state == "check" and record.verifier is not None:
            if record.check_on is None:
                return Lead(_t("%(name)s checks whether it worked.") % {"name": record.verifier})
            days = {"name": str(record.verifier), "day": plain_day(record.check_on)}
            if not services.days_early(actor, record):
                return Lead(_t("%(name)s checks whether it worked. Planned for %(day)s.") % days)
            said = _t("%(name)s checks on %(day)s whether it worked. Checked earlier, it proves less.")
            return Lead(said % days, _t("Check due on %(day)s") % days)
        return Lead()


offer(
    Raising(
        "action",
        _("Raise action"),
        ("report", "hazard", "control", "gap_assessment", "certificate", "finding"),
        "raised_from",
        services.inherited,
        key="a",
    )
)
