"""The life of an action: raised, cause found, done, checked by somebody else, closed; a failed check goes back."""

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State, TaskPlan

OPEN = ("open", "analysis", "doing")

LIFE = Lifecycle(
    "action",
    "open",
    states=(
        State("open", _("Open"), Phase.OPEN, _("It waits for its owner to start."), stage=_("Raised")),
        State("analysis", _("Finding the cause"), Phase.OPEN, _("The cause is looked for before anything is changed."),
              begun=True),
        State("doing", _("Doing"), Phase.OPEN, _("The plan is carried out, with evidence."), begun=True),
        State("check", _("Waiting for the check"), Phase.WAITING, _("Somebody else checks later that it worked."),
              stage=_("Check"), due=_("Check")),
        State("closed", _("Closed"), Phase.DONE, _("Done, and where it needs a check, found to work.")),
        State("void", _("Void"), Phase.VOID, _("It is not needed, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move(
            "analyse", _("Start with the cause"), ("open",), "analysis", verb="do", or_party=("owner",),
            conditions=("causal",), help=_("Corrective and preventive actions begin with why."), tone="main", key="s",
            finishes=("start",),
            tasks=(TaskPlan("cause", _("Find the root cause and plan the fix"), to="owner"),),
        ),
        Move(
            "start", _("Start"), ("open",), "doing", verb="do", or_party=("owner",), conditions=("not_causal",),
            help=_("You are on it; others see that."), tone="main", key="s", finishes=("start",),
            tasks=(TaskPlan("do", _("Do the action and show the evidence"), to="owner"),),
        ),
        Move(
            "plan", _("Record cause and plan"), ("analysis",), "doing", verb="do", or_party=("owner",),
            asks=("root_cause", "plan"), offers=("cause_method", "escape_point"), tone="main", key="p",
            finishes=("cause",),
            tasks=(TaskPlan("do", _("Do the action and show the evidence"), to="owner"),),
        ),
        Move(
            "implement", _("Finish and plan the check"), ("doing",), "check", verb="do", or_party=("owner",),
            asks=("done_summary", "verifier", "check_on", "check_method"), offers=("prevent",),
            conditions=("evidence", "causal"), tone="main", key="f", finishes=("do",),
            help=_("Another person will check later whether the cause is gone."),
        ),
        Move(
            "finish", _("Finish"), ("doing",), "closed", verb="do", or_party=("owner",), asks=("done_summary",),
            conditions=("evidence", "not_causal"), tone="main", key="f", finishes=("do",),
        ),
        Move(
            "verify", _("Confirm and close"), ("check",), "closed", verb="verify", or_party=("verifier",),
            independent_of=("owner", "implementer"), asks=("check_result",), conditions=("evidence",),
            signature=_("verified effective"),
            tone="main", key="v", finishes=("check",),
        ),
        Move(
            "fail", _("Send back to the cause"), ("check",), "analysis", verb="verify",
            or_party=("verifier",), independent_of=("owner", "implementer"), asks=("check_result",), reason=True,
            tone="bad", finishes=("check",), help=_("It did not work; its owner looks for the cause again."),
            tasks=(TaskPlan("cause", _("The check failed: find the root cause again"), to="owner"),),
        ),
        Move(
            "ask_extension", _("Ask for more time"), OPEN, "", verb="ask_extension", or_party=("owner",),
            conditions=("no_extension_asked", "extensions_left"), key="t", by_hand=False,
        ),
        Move(
            "grant_extension", _("Grant more time"), OPEN, "", verb="grant_extension", independent_of=("owner",),
            conditions=("extension_asked",), finishes=("extension",), by_hand=False,
        ),
        Move(
            "refuse_extension", _("Refuse more time"), OPEN, "", verb="grant_extension", independent_of=("owner",),
            conditions=("extension_asked",), reason=True, finishes=("extension",), by_hand=False,
        ),
        Move(
            "reopen", _("Open again"), ("closed",), "analysis", verb="reopen", reason=True,
            tasks=(TaskPlan("cause", _("Opened again: find the root cause"), to="owner"),),
        ),
        Move("void", _("Make void"), (*OPEN, "check"), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip
