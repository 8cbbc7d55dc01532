"""Words of the organisation floor that are stored as codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    AIRLINE = "airline", _("Airline")
    CHARTER = "charter", _("Commuter, charter or air tour operator")
    REPAIR = "repair", _("Repair station")
    AIRLINE_REPAIR = "airline_repair", _("Airline with a repair station")
    MAKER = "maker", _("Maker of aircraft, engines or parts")
    AIRPORT = "airport", _("Airport or ground handler")
    COMPANY = "company", _("Other company with a management system")


class OrganisationSize(models.TextChoices):
    SINGLE = "single", _("One person")
    SMALL = "small", _("2 to 50 people")
    MEDIUM = "medium", _("51 to 500 people")
    LARGE = "large", _("More than 500 people")


class Axis(models.TextChoices):
    """How far a grant reaches."""

    ALL = "all", _("Whole organisation")
    SITE = "site", _("One site")
    UNIT = "unit", _("One unit")
    OWN = "own", _("Own records")
