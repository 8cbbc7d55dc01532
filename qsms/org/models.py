"""Who and where: organisation, sites, units, processes, people, roles, grants and delegations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .choices import Axis, OrganisationKind, OrganisationSize


class Organisation(models.Model):
    """A tenant: everything else belongs to exactly one organisation."""

    code = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind of operation"), max_length=20, choices=OrganisationKind.choices)
    size = models.CharField(_("size"), max_length=10, choices=OrganisationSize.choices)
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    holiday_country = models.CharField(_("holiday calendar, country"), max_length=2, default="US")
    holiday_region = models.CharField(_("holiday calendar, region"), max_length=10, blank=True)
    number_patterns = models.JSONField(_("number patterns"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        """An account that signs in with its e-mail address; without a password it can only use a sign-in link."""
        account = self.model(email=self.normalize_email(email), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """What signs in. It holds no rights: those belong to the person it stands for in an organisation."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Part of what every session is checked by: counting it up ends all of them.
    session_round = models.PositiveIntegerField(default=0)
    # The active people it stands for, on the account of a request.
    stands_for: list[Person]

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_once")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_in_use(self) -> bool:
        """Whether its owner has chosen a password, so that nobody else may be shown a way into it."""
        return self.has_usable_password()

    def get_session_auth_hash(self) -> str:
        """What a session keeps and must still equal: it changes with the password and with `session_round`."""
        return f"{super().get_session_auth_hash()}.{self.session_round}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the secrets that were in use before."""
        for one in super().get_session_auth_fallback_hash():
            yield f"{one}.{self.session_round}"


class OneTimeLink(models.Model):
    """A way into an account, or into the set-up of an empty installation, that works once and not for long.

    Only a hash of the secret in the address is kept.
    """

    class Purpose(models.TextChoices):
        INVITE = "invite", _("Invitation")
        RESET = "reset", _("New password")
        SET_UP = "set_up", _("Set-up of the installation")

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.get_purpose_display()


class SignInTry(models.Model):
    """One try to sign in, counted for the account it named and for the network address it came from.

    Both are kept as keyed hashes only, and not longer than the counting needs.
    """

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="sign_in_try_key")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%Y-%m-%d %H:%M}"


class Site(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    holiday_country = models.CharField(_("holiday calendar, country"), max_length=2, blank=True)
    holiday_region = models.CharField(_("holiday calendar, region"), max_length=10, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="site_code_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A department or team; it may belong to one site or span all."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="units")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="unit_code_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody in one organisation, with or without an account."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="people")
    name = models.CharField(_("name"), max_length=150)
    # What the person was called before, the oldest first: [until when, name]. History says who it was then.
    former_names = models.JSONField(default=list, editable=False)
    title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="people")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="people")
    zone = models.CharField(_("time zone"), max_length=60, blank=True)
    is_active = models.BooleanField(_("works here"), default=True)
    # What is kept as long as somebody is employed may go from the day after it.
    left_on = models.DateField(_("last day of work"), null=True, blank=True)
    wants_mail = models.CharField(
        _("e-mail"),
        max_length=10,
        default="digest",
        choices=[("digest", _("One digest a day")), ("each", _("Each message")), ("none", _("No e-mail"))],
    )
    single_keys = models.BooleanField(_("single-letter keys"), default=True)
    # What the demonstration says about this person on its sign-in page; empty for everybody who is not of its cast.
    cast = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account"], condition=Q(account__isnull=False), name="person_once_per_account"
            )
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        parts = self.name.split()
        return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"


class Process(models.Model):
    """A process of the management system, with the person who answers for it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="processes")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="processes")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="process_code_once")]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A bundle of permissions, as data of the organisation; shipped ones come from data/roles.yaml."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="roles")
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=100)
    purpose = models.CharField(_("what for"), max_length=300, blank=True)
    # Rank in accepting risk: 0 none; higher ranks are named by the risk matrix's classes.
    authority = models.PositiveSmallIntegerField(_("risk acceptance authority"), default=0)
    axis = models.CharField(_("usual reach"), max_length=5, choices=Axis.choices, default=Axis.ALL)
    permissions = models.JSONField(_("permissions"), default=list)
    conflicts = models.JSONField(_("never together with"), default=list, blank=True)
    # The code of the role this one was copied from; empty for a shipped role.
    based_on = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="role_code_once")]
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Grant(models.Model):
    """A person holds a role, as far as the axis reaches and as long as the dates say."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="grants")
    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    axis = models.CharField(_("reach"), max_length=5, choices=Axis.choices, default=Axis.ALL)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(axis="site", site__isnull=False, unit__isnull=True)
                    | Q(axis="unit", unit__isnull=False, site__isnull=True)
                    | Q(axis__in=["all", "own"], site__isnull=True, unit__isnull=True)
                ),
                name="grant_axis_has_its_place",
                violation_error_message=_("A grant for a site names the site, one for a unit names the unit."),
            )
        ]


class Delegation(models.Model):
    """One person acts for another between two dates, in all roles or in one. Duties move, accountability stays."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(Person, models.CASCADE, related_name="delegations_given")
    taker = models.ForeignKey(Person, models.CASCADE, related_name="delegations_taken")
    role = models.ForeignKey(Role, models.CASCADE, null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")),
                name="delegation_dates_in_order",
                violation_error_message=_("A delegation ends on the day it starts or later."),
            )
        ]
