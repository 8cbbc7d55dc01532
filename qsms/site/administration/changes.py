"""Every change of who and where goes through here, so that each leaves a deed with what was before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.errors import OrgError
from qsms.records import history
from qsms.records.history import FieldChange

Row = TypeVar("Row", bound=models.Model)


def require(actor: Actor, *permissions: str) -> None:
    """Raise PermissionDenied unless the actor holds one of these permissions."""
    if not any(actor.holds(one) for one in permissions):
        raise PermissionDenied(_("Only an administrator of your organisation may do this."))


def note(
    actor: Actor, subject: str, verb: str, *, reason: str = "", changes: Sequence[FieldChange] = (), **detail: Any
) -> None:
    """A deed about something that is no record, such as "person:12". The caller has a transaction open."""
    act = history.Act(verb, reason, detail, list(changes))
    history.write(actor, None, act, subject=subject)


def save(actor: Actor, form: forms.ModelForm[Row], what: str, *, after: Callable[[Row], None] | None = None) -> Row:
    """Save a valid form and say in the history what it changed; nothing is written when nothing changed.

    `after` does what belongs to the same deed in the same transaction.
    """
    is_new = form.instance.pk is None
    changes = changed(form)
    if not changes and not is_new:
        return form.instance
    try:
        with write_transaction():
            row = form.save()
            note(actor, f"{what}:{row.pk}", history.CREATED if is_new else history.EDITED, changes=changes)
            if after is not None:
                after(row)
    except IntegrityError as error:
        raise OrgError(_("Somebody has saved the same code in the meantime. Choose another one.")) from error
    return row


def changed(form: forms.BaseForm) -> list[FieldChange]:
    """What a form changes, in the words that the page shows."""
    found = []
    for name in form.changed_data:
        field = form.fields[name]
        old, new = _word(field, form.get_initial_for_field(field, name)), _word(field, form.cleaned_data.get(name))
        if old != new:
            found.append(FieldChange(name, old, new))
    return found


def _word(field: forms.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or "") if field.queryset is not None else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        flat: dict[Any, Any] = {}
        for key, label in list(field.choices):  # type: ignore[arg-type]
            flat.update(label if isinstance(label, list | tuple) else [(key, label)])
        return str(flat.get(value, value))
    return str(value)
