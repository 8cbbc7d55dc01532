"""A record type of a made-up room: the example of docs/how-to/add-a-record-type, and the guinea pig of the kits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.records.models import RecordChild


class Fuel(models.TextChoices):
    JET = "jet", _("Jet A-1")
    AVGAS = "avgas", _("Avgas 100LL")


class Spill(RecordChild):
    fuel = models.CharField(_("fuel"), max_length=10, choices=Fuel.choices)
    litres = models.DecimalField(_("litres"), max_digits=8, decimal_places=1, null=True, blank=True)
    spilled_on = models.DateField(_("spilled on"))
    cleaned = models.TextField(_("how it was cleaned"), blank=True)
    checker = models.ForeignKey("org.Person", models.PROTECT, null=True, blank=True, verbose_name=_("checker"))
    reference = models.CharField(_("airport reference"), max_length=40, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "fuel", "record"], name="spill_fuel"),
            # An import looks its key up for every row.
            models.Index(fields=["tenant", "reference"], name="spill_reference", condition=~models.Q(reference="")),
        ]
