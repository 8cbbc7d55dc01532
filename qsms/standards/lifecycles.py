"""The lives of what this room keeps."""

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State

ADOPTION_LIFE = Lifecycle(
    "adoption",
    "planned",
    states=(
        State("planned", _("In preparation"), Phase.OPEN,
              _("It is on the way: coverage shows what is still to be done."), tone="mute"),
        State("in_force", _("In force"), Phase.OPEN, _("The organisation works to it."), tone="good"),
        State("left", _("Left"), Phase.DONE, _("The organisation does not work to it any more."), evidence=False),
        State("void", _("Void"), Phase.VOID, _("It was never meant, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("adopt", _("Put in force"), ("planned",), "in_force", verb="change", or_party=("owner",),
             asks=("adopted_on",), tone="main", key="p", help=_("From that day the organisation works to it.")),
        Move("leave", _("Give it up"), ("in_force",), "left", verb="change", reason=True, tone="bad",
             help=_("Its evidence stays; nothing of it counts for other standards any more.")),
        Move("return", _("Take it up again"), ("left",), "planned", verb="change", reason=True,
             conditions=("only_one",)),
        Move("void", _("Make void"), ("planned",), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

GAP_LIFE = Lifecycle(
    "gap_assessment",
    "open",
    states=(
        State("open", _("Being answered"), Phase.OPEN, _("Each requirement is looked at and answered.")),
        State("finished", _("Finished"), Phase.DONE, _("Its answers are kept and count in coverage."), tone="good"),
        State("void", _("Void"), Phase.VOID, _("It was never meant, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("finish", _("Finish"), ("open",), "finished", verb="assess", or_party=("auditor", "owner"),
             asks=("conclusion",), offers=("method",), tone="main", key="f", finishes=("assess",),
             help=_("The answers are kept as they stand. Coverage takes them over as judgements.")),
        Move("reopen", _("Open again"), ("finished",), "open", verb="assess", or_party=("auditor", "owner"),
             reason=True, help=_("Until it is finished again, its answers judge nothing.")),
        Move("void", _("Make void"), ("open", "finished"), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

DECLARATION_LIFE = Lifecycle(
    "declaration",
    "draft",
    states=(
        State("draft", _("In preparation"), Phase.OPEN, _("The sections fill up; it is not signed yet."),
              evidence=False),
        State("signed", _("Signed"), Phase.OPEN, _("The accountable executive has signed; it is to be submitted."),
              tone="good"),
        State("submitted", _("Submitted"), Phase.WAITING, _("The FAA has it.")),
        State("acknowledged", _("Acknowledged"), Phase.DONE, _("The FAA has confirmed that it has it.")),
        State("void", _("Void"), Phase.VOID, _("It was never meant, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("sign", _("Declare compliance"), ("draft",), "signed", needs=("statement",), conditions=("complete",),
             signature=_("declares compliance"), tone="main", key="s",
             help=_("By the accountable executive, once every section that applies is complete.")),
        Move("submit", _("Mark as submitted"), ("signed",), "submitted", verb="change", or_party=("owner",),
             asks=("submitted_on",), tone="main", help=_("It went to the FAA on that day.")),
        Move("acknowledge", _("Mark as acknowledged"), ("submitted",), "acknowledged", verb="change",
             or_party=("owner",), asks=("acknowledged_on",), tone="main"),
        Move("take_back", _("Take back"), ("signed", "submitted"), "draft", verb="change", reason=True,
             finishes=("declaration_untrue",),
             help=_("The signature stays in the history and stands for nothing any more.")),
        Move("void", _("Make void"), ("draft",), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

CERTIFICATE_LIFE = Lifecycle(
    "certificate",
    "applied",
    states=(
        State("applied", _("Applied for"), Phase.OPEN, _("The body audits in stage 1 and stage 2, then decides."),
              tone="mute", evidence=False),
        State("held", _("Held"), Phase.OPEN, _("Surveillance keeps it; recertification renews it."), tone="good"),
        State("suspended", _("Suspended"), Phase.WAITING, _("The body waits for something; the mark may not be used."),
              on_bar=False, evidence=False),
        State("ended", _("Ended"), Phase.DONE, _("It expired, was withdrawn or given up."), evidence=False),
        State("void", _("Void"), Phase.VOID, _("It was never meant, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("certify", _("Enter the decision"), ("applied",), "held", verb="change", or_party=("owner",),
             asks=("decided_on", "certificate_number"), offers=("expires_on", "longer_because", "stage_2_on",
             "is_first"),
             conditions=("majors_closed",), tone="main", key="c", finishes=("certification",),
             help=_("The cycle and its clocks begin on that day.")),
        Move("recertify", _("Enter the recertification"), ("held", "suspended"), "held", verb="change",
             or_party=("owner",), asks=("decided_on",), offers=("certificate_number",),
             conditions=("majors_closed",), key="r", finishes=("certification",),
             help=_("A new cycle begins on that day and lasts as long as the rules of certification say.")),
        Move("suspend", _("Enter the suspension"), ("held",), "suspended", verb="change", reason=True, tone="bad"),
        Move("restore", _("Enter the end of the suspension"), ("suspended",), "held", verb="change", reason=True,
             tone="main"),
        Move("end", _("End it"), ("held", "suspended", "applied"), "ended", verb="change", reason=True, tone="bad"),
        Move("void", _("Make void"), ("applied",), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

FINDING_LIFE = Lifecycle(
    "finding",
    "draft",
    states=(
        State("draft", _("Being written"), Phase.OPEN, _("It is worded; it counts for nothing yet."), tone="mute"),
        State("issued", _("Issued"), Phase.OPEN, _("It waits for what is done at once, the cause and the plan."),
              due=_("Answer")),
        State("answered", _("Plan sent"), Phase.WAITING, _("Whoever found it says whether the plan will do."),
              skipped=True, due=_("Evidence")),
        State("accepted", _("Plan accepted"), Phase.OPEN, _("The plan is carried out; then its evidence is shown."),
              begun=True, skipped=True, due=_("Evidence")),
        State("shown", _("Evidence sent"), Phase.WAITING, _("Somebody who did not do it looks whether it worked."),
              skipped=True),
        State("closed", _("Closed"), Phase.DONE, _("It was accepted, or asked for no answer.")),
        State("void", _("Void"), Phase.VOID, _("It was withdrawn or never meant, for the reason in its history."),
              on_bar=False),
    ),
    moves=(
        Move("issue", _("Issue it"), ("draft",), "issued", verb="issue", asks=("issued_on",),
             offers=("plan_by", "evidence_by"), needs=("statement", "objective_evidence"),
             conditions=("requirement",), tone="main", key="i",
             help=_("From that day its limits run, and coverage shows it.")),
        Move("answer", _("Send the plan"), ("issued",), "answered", verb="answer", or_party=("owner",),
             asks=("plan_sent_on",), conditions=("asks_answer", "planned"), tone="main", key="p",
             finishes=("answer",), help=_("Correction, cause and plan stand in the actions raised from it.")),
        Move("settle", _("Close it"), ("issued",), "closed", verb="answer", or_party=("owner",),
             offers=("closing_note",), conditions=("asks_none",), tone="main", key="c", finishes=("answer",),
             help=_("It asks for no answer. Say what you made of it.")),
        Move("accept_plan", _("Enter that the plan is accepted"), ("answered",), "accepted", verb="verify",
             asks=("plan_accepted_on",), tone="main", key="a", finishes=("decide",)),
        Move("refuse_plan", _("Enter that the plan is refused"), ("answered",), "issued", verb="verify", reason=True,
             offers=("plan_by",), tone="bad", finishes=("decide",), help=_("It is to be answered again.")),
        Move("show", _("Send the evidence"), ("accepted",), "shown", verb="answer", or_party=("owner",),
             asks=("evidence_sent_on",), conditions=("done",), tone="main", key="e", finishes=("show",)),
        Move("verify", _("Verify and close"), ("shown",), "closed", verb="verify",
             independent_of=("owner", "action_owner"), asks=("accepted_on", "accepted_by", "closing_note"),
             conditions=("done",), signature=_("verified closed"), tone="main", key="v", finishes=("verify",),
             help=_("By somebody who neither owns it nor did what was done about it.")),
        Move("fail", _("Enter that the evidence is refused"), ("shown",), "accepted", verb="verify",
             independent_of=("owner", "action_owner"), reason=True, offers=("evidence_by",), tone="bad",
             finishes=("verify",), help=_("More is to be done, or to be shown.")),
        Move("reopen", _("Open again"), ("closed",), "issued", verb="reopen", reason=True,
             help=_("It came back, or was never gone. Its limits run anew from today.")),
        Move("void", _("Make void"), ("draft", "issued", "answered", "accepted", "shown"), "void", verb="void",
             reason=True, tone="bad", help=_("It was withdrawn, or was never meant.")),
    ),
)  # fmt: skip
