"""Tokens: how a program acts for a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned


class ApiToken(Owned):
    """A program's right to act as one person. Only a hash is kept, so nobody can read a token back."""

    class Scope(models.TextChoices):
        WRITE = "write", _("Read and write")
        READ = "read", _("Read only")

    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.WRITE)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("org.Person", models.SET_NULL, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta(Owned.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name
