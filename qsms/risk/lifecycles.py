"""The lives of a hazard (DOMAIN 10.1) and of a control."""

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State, TaskPlan

BEFORE_CLOSE = (
    "identified", "analysed", "assessed", "controls_planned", "accepted", "implementing", "monitoring", "reopened",
)  # fmt: skip

HAZARD_LIFE = Lifecycle(
    "hazard",
    "identified",
    states=(
        State("identified", _("Identified"), Phase.OPEN, _("Somebody saw it; what can happen waits to be described.")),
        State("reopened", _("Reopened"), Phase.OPEN, _("It is back and must be described and rated again."),
              stage=_("Identified"), on_bar=False),
        # Not “Analysed”: in the trade an analysis has likelihood and severity in it, which come with the rating.
        State("analysed", _("Described"), Phase.OPEN, _("What can happen is written down. Next its risk is rated.")),
        State("assessed", _("Assessed"), Phase.OPEN, _("The risk is rated. Plan controls or have it accepted.")),
        State("controls_planned", _("Controls planned"), Phase.OPEN,
              _("It waits for somebody with the authority to accept the predicted risk."), begun=True, skipped=True),
        State("accepted", _("Accepted"), Phase.OPEN, _("The risk is accepted; the controls may be put in place.")),
        State("implementing", _("Implementing"), Phase.OPEN, _("The controls are put in place."),
              stage=_("Implementing"), begun=True),
        State("monitoring", _("Monitoring"), Phase.WAITING, _("The controls work and are watched.")),
        State("closed", _("Closed"), Phase.DONE, _("The hazard is gone or needs no more watching.")),
        State("void", _("Void"), Phase.VOID, _("It was no hazard, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("analyse", _("Describe what can happen"), ("identified", "reopened"), "analysed", verb="change",
             or_party=("owner",), asks=("top_event", "consequences"), offers=("threats", "existing_controls"),
             tone="main", key="a", help=_("What can set it free and what can follow, before the risk is rated."),
             finishes=("analyse",), tasks=(TaskPlan("rate_risk", _("Rate the risk"), to="owner"),)),
        Move("assess", _("Rate the risk"), ("identified", "analysed", "reopened"), "assessed", tone="main",
             key="r", by_hand=False, finishes=("analyse", "rate_risk"),
             help=_("How likely and how bad it is, with the controls there are now.")),
        Move("plan_controls", _("Finish planning"), ("assessed",), "controls_planned", verb="change",
             or_party=("owner",), conditions=("has_controls", "predicted"), tone="main", key="p",
             help=_("The controls are linked and the risk with them is rated.")),
        Move("accept", _("Accept the risk"), ("controls_planned", "assessed"), "accepted", verb="accept",
             conditions=("predicted", "authority"), tone="main", key="c", by_hand=False, finishes=("accept_risk",),
             help=_("By signature, for a time, with the authority for its class.")),
        Move("lapse", _("End the acceptance"), ("accepted",), "controls_planned", verb="change", by_hand=False),
        Move("implement", _("Put the controls in place"), ("accepted",), "implementing", verb="change",
             or_party=("owner",), conditions=("accepted", "has_controls", "predicted"), tone="main", key="i"),
        Move("watch", _("Watch it as it is"), ("accepted",), "monitoring", verb="change", or_party=("owner",),
             conditions=("accepted", "no_controls_open"), offers=("watched_by", "due_on"),
             help=_("Nothing has to be put in place first.")),
        Move("monitor", _("Watch the controls"), ("implementing",), "monitoring", verb="change",
             or_party=("owner",), conditions=("no_controls_open",), asks=("due_on",), offers=("watched_by",),
             tone="main", key="m", finishes=("lower_risk",), help=_("All of them are in place.")),
        Move("close", _("Close"), ("monitoring",), "closed", verb="close", conditions=("actual", "accepted"),
             closed=("<raised_from",), reason=True, tone="main", key="f", finishes=("review_hazard", "lower_risk"),
             help=_("Say why it needs no more watching.")),
        Move("reopen", _("Open again"), ("closed", "monitoring"), "reopened", verb="reopen", reason=True,
             tasks=(TaskPlan("rate_risk", _("Opened again: rate the risk"), to="owner", role="safety_manager"),)),
        Move("void", _("Make void"), BEFORE_CLOSE, "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

CONTROL_LIFE = Lifecycle(
    "control",
    "proposed",
    states=(
        State("proposed", _("Proposed"), Phase.OPEN, _("It is planned and does not work yet."), tone="mute",
              evidence=False),
        State("in_place", _("In place"), Phase.WAITING, _("It works; whether it works well has not been checked.")),
        State("verified", _("Verified"), Phase.OPEN, _("Somebody else has checked that it works."), tone="good"),
        State("weak", _("Weak"), Phase.OPEN, _("A check found that it does not work as meant."), on_bar=False,
              tone="warn"),
        State("retired", _("Retired"), Phase.DONE, _("Nobody relies on it any more."), evidence=False),
    ),
    moves=(
        Move("put_in_place", _("Put in place"), ("proposed",), "in_place", verb="change", or_party=("owner",),
             conditions=("predicted_with",), offers=("in_place_on",), tone="main", key="p",
             finishes=("put_in_place",),
             help=_("From now on it counts, and a check of it is planned.")),
        # First, so that it leads where a control is weak: what was found weak is mended before it is checked again.
        Move("mend", _("Have it checked again"), ("weak",), "in_place", verb="change", or_party=("owner",),
             reason=True, tone="main", finishes=("mend_control",), help=_("It is stronger now: say what was done.")),
        Move("verify", _("Confirm it works"), ("in_place", "verified", "weak"), "verified", verb="verify",
             or_party=("verifier",), independent_of=("owner",), asks=("check_result",), tone="main", key="v",
             finishes=("check_control", "mend_control"), help=_("You have looked and it does what it should.")),
        Move("find_weak", _("Mark it weak"), ("in_place", "verified"), "weak", verb="verify",
             or_party=("verifier",), independent_of=("owner",), asks=("check_result",), tone="bad",
             finishes=("check_control",), help=_("Everybody whose hazard relies on it is asked to rate it again.")),
        Move("retire", _("Retire"), ("proposed", "in_place", "verified", "weak"), "retired", verb="retire",
             reason=True, tone="bad", finishes=("mend_control",)),
        Move("bring_back", _("Bring back"), ("retired",), "proposed", verb="retire", reason=True),
    ),
)  # fmt: skip
