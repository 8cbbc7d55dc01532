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
        State("left", _("Left"), Phase.DONE, _("The organisation does not work to it any more.")),
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
