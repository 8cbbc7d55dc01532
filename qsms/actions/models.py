"""Actions: what is done about something, by whom, until when, and whether it worked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import ChildScoped, OrganisationScoped, Owned, RecordChild

from .choices import ActionKind, CauseMethod, ExtensionState


class Action(RecordChild):
    action_kind = models.CharField(_("kind"), max_length=20, choices=ActionKind.choices)
    description = models.TextField(_("what is to be done"))
    problem_is = models.TextField(_("what the problem is"), blank=True, help_text=_("What, where, when, how much."))
    problem_is_not = models.TextField(
        _("what it is not"), blank=True, help_text=_("Where it could have been but is not: it narrows the cause.")
    )
    containment = models.TextField(_("containment until then"), blank=True)
    cause_method = models.CharField(_("method"), max_length=20, choices=CauseMethod.choices, blank=True)
    root_cause = models.TextField(
        _("root cause"), blank=True, help_text=_("Why it happened, down to a cause you can change.")
    )
    escape_point = models.TextField(_("escape point"), blank=True, help_text=_("Why nobody saw it earlier."))
    plan = models.TextField(_("plan"), blank=True, help_text=_("The steps that remove the cause."))
    done_summary = models.TextField(_("what was done"), blank=True)
    prevent = models.TextField(
        _("so that it stays away"), blank=True, help_text=_("Documents, training, other places with the same cause.")
    )
    implementer = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    implemented_on = models.DateField(_("done on"), null=True, blank=True)
    verifier = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("named to check")
    )
    check_on = models.DateField(_("check on"), null=True, blank=True)
    check_method = models.TextField(
        _("how it is checked"), blank=True, help_text=_("The measure, the sample and what counts as success.")
    )
    check_result = models.TextField(_("what the check found"), blank=True)
    # Rises each time a check fails and the cause is looked for again.
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    first_due_on = models.DateField(_("first due"), null=True, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "verifier", "record"], name="action_verifier"),
            models.Index(fields=["tenant", "reference"], name="action_reference", condition=~Q(reference="")),
        ]


class Extension(Owned):
    """Somebody asked for more time; somebody else granted or refused it."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="extensions")
    asked_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    was_due_on = models.DateField()
    wanted_on = models.DateField()
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=ExtensionState.choices, default=ExtensionState.ASKED)
    decided_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    granted_to = models.DateField(null=True)
    answer = models.TextField(blank=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["action"], condition=Q(state="asked"), name="extension_one_at_a_time")
        ]


class Round(models.Model):
    """What an earlier revision of an action said and found, kept when a failed check opens the next one."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="rounds")
    tenant = models.ForeignKey("org.Organisation", models.PROTECT, related_name="+", db_index=False)
    revision = models.PositiveSmallIntegerField()
    root_cause = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    done_summary = models.TextField(blank=True)
    implemented_on = models.DateField(null=True)
    check_method = models.TextField(blank=True)
    check_result = models.TextField(blank=True)
    verifier = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField()
    # Ids of the files that were evidence then; the files themselves stay on the action.
    evidence = models.JSONField(default=list)

    objects: ClassVar[OrganisationScoped] = ChildScoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "revision"], name="round_once")]
