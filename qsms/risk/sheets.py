"""Hazards and controls as the kits show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import naming, wording
from qsms.records.choices import Relation
from qsms.records.models import Record
from qsms.records.registry import (
    Lack,
    Lead,
    Raising,
    RecordType,
    Section,
    TaskType,
    lend,
    lend_tasks,
    offer,
    place_of,
    register,
)
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Reason

from . import accepting, addresses, assessing, authority, barriers, expiring, following, panels, queries, reviewing
from .choices import HazardSource
from .lifecycles import CONTROL_LIFE, HAZARD_LIFE
from .models import Assessment, Control, Hazard
from .picture import Picture

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from django_stubs_ext import StrOrPromise

wording.PARTIES |= {"verifier": _("who checks it")}

CONTROL_CHECKS = ("verify", "find_weak")
wording.DEEDS |= {
    assessing.ASSESSED: _("rated the risk"),
    accepting.ACCEPTED: _("accepted the risk"),
    accepting.REFUSED: _("was refused the acceptance of the risk"),
    accepting.ENDED: _("noted that an acceptance of the risk has ended"),
    expiring.WARNED: _("told the owner that an acceptance of the risk ends soon"),
    barriers.PLACED: _("put a control in its place on the bow-tie"),
}

SHUT: dict[str, _StrPromise] = {
    "has_controls": _("No control is linked. Add one from the library, or have the risk accepted as it is."),
    "nothing_to_place": _("No control is linked, so there is none to put in place. The risk is accepted as it is."),
    "accepted": _("Nobody has accepted the risk as it is rated now. Ask for an acceptance on its risk page."),
    "actual": _("The risk with its checked controls has not been rated. Rate the actual risk first."),
    "no_controls_open": _("A control is only proposed. Put it in place or retire it first."),
}


def _predict(numbers: str, url: str) -> Reason:
    return Reason("risk_predicted", {"number": numbers, "way": _t("Rate the predicted risk"), "way_url": url})


@wording.reason_words("risk")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


@wording.reason_words("risk_predicted")
def _not_predicted(values: Mapping[str, str]) -> str:
    return str(following.NOT_PREDICTED) % values


@wording.reason_words("risk_beyond")
def _not_for_you(values: Mapping[str, str]) -> str:
    return values["said"]


@register
class HazardSheet(RecordType):
    model = Hazard
    kind = "hazard"
    prefix = "HAZ"
    label = _("Hazard")
    label_plural = _("Hazards")
    icon = "shield-half"
    room = "assure"
    lives_on = True
    trace = "means"
    lifecycle = HAZARD_LIFE
    # A review day that has passed may be written down: the review is late from the first day.
    dates = {"due_on": When.ANY}
    tasks = {
        following.ANALYSE_TASK: TaskType(_("Describe what can happen")),
        following.MITIGATE_TASK: TaskType(_("Lower a risk")),
        reviewing.REVIEW_TASK: TaskType(_("Review a hazard"), _("Review")),
    }
    columns = ("number", "title", "disciplines", "state", "risk_class", "accepted_until", "site", "owner", "due_on")
    filters = ("state", "risk_class", "site", "owner", "disciplines", "source", "taxonomy")
    orders = ("-risk_class", "-id", "due_on")
    form = (
        Section.of(
            _("What it is"),
            "title",
            "description",
            "disciplines",
            "source",
            "taxonomy",
            help=_("The title names what can do harm, not what happened once: “Towing with worn tow bar heads”."),
        ),
        Section.of(_("Where and who"), "site", "unit", "process", "system", "owner"),
        Section.of(
            _("What can happen"),
            "threats",
            "top_event",
            "consequences",
            help=_("Described before the risk is rated."),
            on_page=False,
        ),
        Section.of(_("Controls at the start"), "existing_controls"),
        Section.of(_("Watching it"), "watched_by", "due_on"),
        Section.of(_("Elsewhere"), "notes", "reference", "confidential"),
    )
    search_fields = ("description", "system", "threats", "top_event", "consequences", "existing_controls", "notes")
    labels = {"due_on": _("review on")}
    due_words = _("Review %(day)s")
    import_key = "reference"
    panels = (panels.BOW_TIE, panels.CONTROLS, panels.RISK)
    views = {"move.assess": "qsms.risk.views.rating.go_to_rating", "move.accept": "qsms.risk.views.taking.take"}

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        # Rating is a right over every kind of record, named once. Who may rate or accept may open the page that
        # says who accepts; the acceptance itself asks for the level.
        if verb == "assess":
            return authority.may_assess(actor, record)
        if verb == "accept":
            return actor.is_system or authority.held(actor, record).rank > 0 or authority.may_assess(actor, record)
        return None

    def about(self, actor: Actor, record: Record) -> Sequence[str]:
        assert isinstance(record, Hazard)
        return panels.about_hazard(actor, record)

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        picture = Picture.of(record)
        rate = addresses.assess(record)
        holds: dict[str, tuple[bool, StrOrPromise, str]] = {
            "has_controls": (bool(picture.controls), _("Add a control"), addresses.add_control(record)),
            "accepted": (picture.is_accepted, _("Have it accepted"), f"{rate}#acceptance"),
            "actual": (picture.is_actual, _("Rate the actual risk"), f"{rate}?kind=actual"),
            "no_controls_open": (not picture.has_open_controls, _("See the controls"), "#controls"),
        }
        found = {
            name: None if ok else Reason("risk", {"fact": name, "way": str(way), "way_url": url})
            for name, (ok, way, url) in holds.items()
        }
        if record.state == "accepted" and not picture.controls:
            found["has_controls"] = Reason("risk", {"fact": "nothing_to_place"})
        found["authority"] = _beyond(actor, record) if record.state in ("assessed", "controls_planned") else None
        found["predicted"] = _predict(record.number, f"{rate}?kind=predicted") if picture.unpredicted else None
        return found

    def next_step(self, actor: Actor, record: Record) -> Lead:
        # Whoever may not accept can plan controls or send it up: both stand on the strip.
        if record.state == "assessed" and accepting.beyond(actor, record) is not None:
            return Lead(moves=("accept",))
        # Accepted as it is: nothing is put in place first.
        if record.state == "accepted" and not Picture.of(record).controls:
            return Lead(moves=("watch",))
        # Described when it was raised: what is left is to rate it.
        if record.state == "identified" and following.is_described(record) and not record.risk_class:
            return Lead(moves=("assess",))
        return Lead()

    def open_ends(self, actor: Actor, records: Sequence[Record]) -> Sequence[Lack]:
        rated = queries.not_accepted(records)
        return [_unaccepted(record, rated[record.pk]) for record in records if record.pk in rated]

    def created(self, actor: Actor, record: Record) -> None:
        following.hazard_created(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        following.hazard_moved(actor, record, move.code)

    def then(self, actor: Actor, record: Record, move: Move, before: str) -> str:
        # Some rate a hazard when they first see it. Described later, it does not wait for what it has; one that was
        # opened again does.
        return "assess" if move.code == "analyse" and before == "identified" and record.risk_class else ""


def _beyond(actor: Actor, record: Record) -> Reason | None:
    """Why the actor does not accept this risk, and the way up to whoever does (scenarios 12 and 13)."""
    one = accepting.beyond(actor, record)
    refusal = accepting.answer(actor, record, one)[0].refusal if one is not None else None
    if one is None or refusal is None:
        return None
    if who := accepting.asked_already(record, one):
        said = _t("%(who)s was asked about %(cell)s %(class)s and has not answered yet.")
        return Reason("risk_beyond", {"said": said % {"who": who, "cell": one.cell, "class": one.class_label}})
    way = accepting.way_on(actor, record, one)
    url = {"way": way, "way_url": f"{addresses.accept(record)}?lens={one.lens}"} if way else {}
    return Reason("risk_beyond", {"said": wording.sentence(refusal), **url})


def _unaccepted(record: Record, one: Assessment) -> Lack:
    values = {"number": record.number, "risk": f"{one.cell} {one.class_label}"}
    url = addresses.assess(record)
    if not one.matrix.rule.risk_class(one.class_code).authority:
        said = _t("%(number)s is rated %(risk)s, which nobody may accept") % values
        return Lack(record.pk, said, _t("Lower the risk"), url)
    said = _t("Nobody has accepted the risk of %(number)s, rated %(risk)s") % values
    return Lack(record.pk, said, _t("Have it accepted"), f"{url}#acceptance")


@register
class ControlSheet(RecordType):
    model = Control
    kind = "control"
    prefix = "CTL"
    label = _("Control")
    label_plural = _("Controls")
    icon = "barrier-block"
    room = "assure"
    trace = "changed"
    lives_on = True
    lifecycle = CONTROL_LIFE
    tasks = {
        following.PUT_TASK: TaskType(_("Put a control in place")),
        following.CHECK_TASK: TaskType(_("Check whether a control works"), _("Check")),
        following.MEND_TASK: TaskType(_("Strengthen or replace a weak control"), _("Mend")),
    }
    columns = ("number", "title", "level", "state", "site", "owner", "last_verified_on", "next_verification_on")
    filters = ("state", "level", "site", "owner", "disciplines", "verifier", "next_verification_on")
    orders = ("-id",)
    form = (
        Section.of(
            _("What"),
            "title",
            "description",
            "level",
            "disciplines",
            help=_("The title says what stands in the way of the harm: “Tow bar heads are measured every month”."),
        ),
        Section.of(_("Where and who"), "owner", "site", "unit", "process"),
        Section.of(_("Checks"), "watched_by", "verifier", "interval_months", "next_verification_on", "check_result"),
        Section.of(_("Elsewhere"), "reference"),
    )
    search_fields = ("description", "watched_by", "check_result")
    party_fields = {"verifier": "verifier"}
    panels = (panels.SERVED,)
    import_key = "reference"
    check_plan = ("verifier", "next_verification_on", "interval_months")

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Control)
        if record.verifier_id and record.verifier_id == record.owner_id:
            if "owner" in values and "verifier" not in values:
                said = _t(
                    "%(name)s checks this control, so somebody else must own it. Choose another person, or first edit "
                    "the control and name another one to check it."
                )
                return {"owner": said % {"name": record.verifier}}
            return {
                "verifier": _t("%(name)s owns this control, so somebody else must check it. Choose another person.")
                % {"name": record.verifier}
            }
        return {}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Control)
        named, hidden = following.unrated_with(actor, record)
        if not named and not hidden:
            return {"predicted_with": None}
        if not named:
            return {"predicted_with": Reason("risk_predicted", {"number": _t("another hazard")})}
        url = f"{addresses.assess(named[0])}?kind=predicted"
        return {"predicted_with": _predict(", ".join(one.number for one in named), url)}

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        assert isinstance(record, Control)
        return naming.instead(actor, record.verifier) if move.code in CONTROL_CHECKS else ""

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Control)
        following.control_moved(actor, record, move.code)

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Control)
        following.control_edited(actor, record, names)

    def unlinked(self, actor: Actor, record: Record, target: Record, relation: str) -> None:
        if relation == Relation.MITIGATES:
            following.control_gone(target)


# No title: a report's says what happened, a hazard's what is wrong, a control's what is done about it.
def _hazard_from(record: Record) -> Mapping[str, Any]:
    return {**place_of(record), "source": HazardSource.REPORT, "confidential": record.confidential}


offer(Raising("hazard", _("Raise hazard"), ("report",), Relation.RAISED_FROM, _hazard_from, key="h"))
lend(panels.RISK_TAB, ("report", "action"))
lend_tasks(
    {
        following.RATE_TASK: TaskType(_("Rate a risk")),
        accepting.ACCEPT_TASK: TaskType(_("Accept or refuse a risk")),
        accepting.STOP_TASK: TaskType(_("Stop an activity or lower its risk")),
        accepting.RENEW_TASK: TaskType(_("Review a risk before its acceptance ends")),
    }
)
offer(Raising("control", _("Plan a new control"), ("hazard",), Relation.MITIGATES, place_of, key="c"))
