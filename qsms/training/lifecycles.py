"""The lives of a course, of a session and of a training record."""

from django.utils.translation import gettext_lazy as _

from qsms.rules.lifecycle import Lifecycle, Move, Phase, State

COURSE_LIFE = Lifecycle(
    "course",
    "draft",
    states=(
        State("draft", _("In preparation"), Phase.DRAFT, _("Nobody is asked to hold it yet.")),
        State("in_use", _("In use"), Phase.OPEN, _("People are asked to hold it, and can take it."), tone="good"),
        State("retired", _("Retired"), Phase.DONE, _("Asked of nobody any more. What people hold of it is kept."),
              evidence=False),
        State("void", _("Void"), Phase.VOID, _("It was never meant, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("release", _("Put in use"), ("draft",), "in_use", verb="change", tone="main", key="p",
             conditions=("written",), help=_("From now on it counts for whoever is asked to hold it.")),
        Move("retire", _("Retire"), ("in_use",), "retired", verb="retire", reason=True, tone="bad",
             help=_("It is asked of nobody any more. Training records of it are kept.")),
        Move("return", _("Take it into use again"), ("retired",), "in_use", verb="retire", reason=True,
             conditions=("written",)),
        Move("void", _("Make void"), ("draft",), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

SESSION_LIFE = Lifecycle(
    "session",
    "planned",
    states=(
        State("planned", _("Planned"), Phase.OPEN, _("People are invited; they sign in when they come."),
              evidence=False),
        State("held", _("Held"), Phase.WAITING, _("Later somebody looks at whether it worked."), due=_("Evaluation")),
        State("closed", _("Closed"), Phase.DONE, _("Held, with who was there and who passed.")),
        State("void", _("Called off"), Phase.VOID, _("It was not held, for the reason in its history."), on_bar=False),
    ),
    moves=(
        Move("hold", _("Close the attendance"), ("planned",), "held", verb="hold", or_party=("instructor",),
             conditions=("begun", "judged", "effect_wanted"), signature=_("held as recorded"), tone="main", key="f",
             help=_("Whoever passed gets a training record.")),
        Move("complete", _("Close the session"), ("planned",), "closed", verb="hold", or_party=("instructor",),
             conditions=("begun", "judged", "no_effect_wanted"), signature=_("held as recorded"), tone="main", key="f",
             help=_("Whoever passed gets a training record.")),
        Move("evaluate", _("Say whether it worked"), ("held",), "closed", verb="evaluate",
             independent_of=("instructor",), asks=("evaluation_level", "effect", "evaluation"), tone="main", key="v",
             finishes=("evaluate_session",)),
        Move("void", _("Call it off"), ("planned",), "void", verb="void", reason=True, tone="bad"),
    ),
)  # fmt: skip

HOLDING_LIFE = Lifecycle(
    "holding",
    "claimed",
    states=(
        State("claimed", _("To be verified"), Phase.WAITING, _("It counts once somebody else has verified it."),
              evidence=False),
        State("held", _("Held"), Phase.DONE, _("It counts, as long as it is valid.")),
        State("refused", _("Refused"), Phase.VOID, _("It does not count, for the reason in its history."),
              on_bar=False),
        State("withdrawn", _("Withdrawn"), Phase.VOID, _("It counts no longer, for the reason in its history."),
              on_bar=False),
    ),
    moves=(
        Move("verify", _("Confirm it counts"), ("claimed",), "held", verb="verify", independent_of=("holder",),
             conditions=("certificate",), tone="main", key="v", finishes=("verify",),
             help=_("You have seen the certificate, or asked whoever issued it.")),
        Move("refuse", _("Refuse"), ("claimed",), "refused", verb="verify", independent_of=("holder",), reason=True,
             tone="bad", finishes=("verify",)),
        Move("withdraw", _("Withdraw"), ("held",), "withdrawn", verb="verify", independent_of=("holder",), reason=True,
             tone="bad", help=_("It counts no longer, from today on.")),
    ),
)  # fmt: skip
