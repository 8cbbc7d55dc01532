from django.utils.translation import gettext_lazy as _

from qsms.records.registry import RecordType, Section, TaskType, register
from qsms.rules.lifecycle import Lifecycle, Move, Phase, State, TaskPlan

from .models import Spill

LIFE = Lifecycle(
    "spill",
    "found",
    states=(
        State("found", _("Found"), Phase.OPEN, _("Somebody saw fuel on the ground.")),
        State("cleaned", _("Cleaned"), Phase.WAITING, _("It waits for the check.")),
        State("closed", _("Closed"), Phase.DONE),
        State("void", _("Void"), Phase.VOID, on_bar=False),
    ),
    moves=(
        Move("clean", _("Clean up"), ("found",), "cleaned", verb="change", asks=("cleaned", "checker"), tone="main",
             tasks=(TaskPlan("check", _("Check that the stand is clean"), to="checker", days=1),)),
        Move("check", _("Check"), ("cleaned",), "closed", verb="change", or_party=("checker",),
             independent_of=("owner",), signature="checked", finishes=("check",), tone="main"),
        Move("void", _("Make void"), ("found", "cleaned"), "void", verb="change", reason=True, tone="bad"),
    ),
)  # fmt: skip


@register
class SpillSheet(RecordType):
    model = Spill
    kind = "spill"
    prefix = "SPL"
    label = _("Fuel spill")
    label_plural = _("Fuel spills")
    icon = "droplet"
    room = "happens"
    lifecycle = LIFE
    columns = ("number", "title", "fuel", "litres", "state", "site", "owner", "due_on")
    filters = ("state", "site", "owner", "fuel")
    form = (
        Section.of(_("What"), "title", "fuel", "litres", "spilled_on", "reference"),
        Section.of(_("Where and who"), "site", "unit", "owner", "disciplines", "due_on"),
        Section.of(_("Clean-up"), "cleaned", "checker"),
    )
    search_fields = ("cleaned",)
    party_fields = {"checker": "checker"}
    check_plan = ("checker",)
    tasks = {"check": TaskType(_("Check a cleaned stand"))}
    import_key = "reference"
