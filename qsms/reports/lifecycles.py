"""The life of a report: received, acknowledged, judged through every lens, worked on, answered, closed."""

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State, TaskPlan

NEW = ("received", "acknowledged", "triage")
RUNNING = ("work", "waiting")
TRIAGE = ("triage", "judge_safety", "judge_quality", "judge_environment")

LIFE = Lifecycle(
    "report",
    "received",
    states=(
        State("received", _("Received"), Phase.OPEN, _("Nobody has told the reporter yet that it arrived.")),
        State("acknowledged", _("Acknowledged"), Phase.OPEN, _("The reporter knows. It waits for triage.")),
        State("triage", _("Triage"), Phase.OPEN, _("It is being judged for safety, quality and environment.")),
        State("work", _("Under way"), Phase.OPEN, _("Actions or an investigation are under way."), stage=_("Work"),
              begun=True),
        State("waiting", _("Waiting"), Phase.WAITING, _("It waits for somebody outside the office."), stage=_("Work")),
        State("feedback", _("Feedback"), Phase.OPEN, _("The work is done; the reporter is told what came of it."),
              begun=True),
        State("closed", _("Closed"), Phase.DONE, _("Done, and the reporter was told.")),
        State("rejected", _("Rejected"), Phase.DONE, _("It was not taken further, for the reason in its history."),
              on_bar=False, evidence=False),
        State("merged", _("Merged"), Phase.DONE, _("Another report about the same event carries on for it."),
              on_bar=False, evidence=False),
        State("void", _("Void"), Phase.VOID, _("It counts for nothing, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move(
            "acknowledge", _("Acknowledge"), ("received",), "acknowledged", verb="triage", tone="main",
            help=_("Tells the reporter that the report arrived."), stops=("report.acknowledge",),
        ),
        Move(
            "begin_triage", _("Begin triage"), ("received", "acknowledged"), "triage", verb="triage",
            help=_("Others see that you are on it."), stops=("report.acknowledge",), key="b",
        ),
        Move(
            "finish_triage", _("Finish triage"), NEW, "work", verb="triage", offers=("decision_feedback",),
            conditions=("judged",), tone="main", key="f",
            help=_("Work begins, and the reporter is told what was decided."), stops=("report.triage",),
            finishes=TRIAGE,
        ),
        Move(
            "settle", _("Settle without work"), NEW, "feedback", verb="triage", conditions=("judged",),
            help=_("No actions and no investigation: only the answer to the reporter is left."),
            stops=("report.triage",), finishes=TRIAGE,
        ),
        Move(
            "wait", _("Wait for somebody"), ("work",), "waiting", verb="change", or_party=("owner",), reason=True,
            help=_("For an answer from outside the office. Say from whom."),
        ),
        Move("resume", _("Carry on"), ("waiting",), "work", verb="change", or_party=("owner",), tone="main"),
        Move(
            "work_done", _("Finish the work"), RUNNING, "feedback", verb="change", or_party=("owner",), tone="main",
            closed=("<raised_from",),
            help=_("Its actions are closed; what a register keeps goes on there. The reporter is told next."),
        ),
        Move(
            "tell", _("Tell the reporter"), ("feedback",), "", verb="ask", or_party=("owner",),
            asks=("closing_feedback",), tone="main", key="t", finishes=("feedback",),
            help=_("What was found and done, in words for the reporter."),
        ),
        Move(
            "close", _("Close"), ("feedback",), "closed", verb="close", conditions=("feedback_given",),
            closed=("<raised_from",), tone="main", key="c",
        ),
        Move(
            "reject", _("Reject"), NEW, "rejected", verb="reject", reason=True, asks=("decision_feedback",), tone="bad",
            help=_("Not a matter for this system. The reporter is told why."),
            stops=("report.acknowledge", "report.triage"), finishes=TRIAGE,
        ),
        Move(
            "merge", _("Merge into another report"), (*NEW, *RUNNING, "feedback"), "merged", verb="merge",
            by_hand=False, stops=("report.acknowledge", "report.triage"), finishes=TRIAGE,
            help=_("It tells of the same event as one that you name, which carries on for both."),
        ),
        Move("reopen", _("Open again"), ("closed",), "work", verb="reopen", reason=True),
        Move(
            "reopen_triage", _("Send back to triage"), ("rejected", "merged"), "triage", verb="reopen", reason=True,
            tasks=(TaskPlan("triage", _("Opened again: triage it"), role="safety_manager"),),
        ),
        Move(
            "void", _("Make void"), (*NEW, *RUNNING, "feedback"), "void", verb="void", conditions=("may_void",),
            reason=True, tone="bad",
        ),
    ),
)  # fmt: skip

# The same states to the person who reported: what has happened to your report, and what of it you can read.
FOR_REPORTER = {
    "received": _("It arrived. The office has not told you anything yet."),
    "acknowledged": _("The office has it and told you so. It waits to be judged."),
    "triage": LIFE.state("triage").meaning,
    "work": LIFE.state("work").meaning,
    "waiting": LIFE.state("waiting").meaning,
    "feedback": _("The work is done; you are told next what came of it."),
    "closed": _("Done. You were told below what came of it."),
    "rejected": _("It was not taken further. You were told why below."),
    "merged": _("Another report about the same event carries on for it. You are told what comes of that one."),
    "void": _("It counts for nothing any more."),
}
# In place of the one for “feedback” once it was given.
TOLD = _("The work is done. You were told below what came of it.")
