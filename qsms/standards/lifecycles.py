"""The life of an adopted standard."""

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
        Move("leave", _("Leave it"), ("in_force",), "left", verb="change", reason=True,
             help=_("Its coverage stays as it was bound; nothing of it counts for other standards any more.")),
        Move("return", _("Take it up again"), ("left",), "planned", verb="change", reason=True),
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
        Move("finish", _("Finish"), ("open",), "finished", verb="assess", or_party=("assessor", "owner"),
             asks=("conclusion",), offers=("method",), tone="main", key="f", finishes=("*",),
             help=_("The answers are kept as they stand. Coverage takes them over as judgements.")),
        Move("reopen", _("Open again"), ("finished",), "open", verb="assess", or_party=("assessor", "owner"),
             reason=True, help=_("Until it is finished again, its answers judge nothing.")),
        Move("void", _("Make void"), ("open", "finished"), "void", verb="void", reason=True, tone="bad",
             finishes=("*",)),
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
             asks=("decided_on", "certificate_number"), offers=("expires_on", "stage_2_on", "is_first"), tone="main",
             key="c", finishes=("certification",), help=_("The cycle and its clocks begin on that day.")),
        Move("recertify", _("Enter the recertification"), ("held", "suspended"), "held", verb="change",
             or_party=("owner",), asks=("decided_on",), offers=("certificate_number",), key="r",
             finishes=("certification",),
             help=_("A new cycle begins on that day and lasts as long as the rules of certification say.")),
        Move("suspend", _("Enter the suspension"), ("held",), "suspended", verb="change", reason=True),
        Move("restore", _("Enter the end of the suspension"), ("suspended",), "held", verb="change", reason=True,
             tone="main"),
        Move("end", _("End it"), ("held", "suspended", "applied"), "ended", verb="change", reason=True, tone="bad",
             finishes=("*",)),
        Move("void", _("Make void"), ("applied",), "void", verb="void", reason=True, tone="bad", finishes=("*",)),
    ),
)  # fmt: skip
