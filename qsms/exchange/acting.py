"""For whom a command acts: an organisation, and one of its people or the installation itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from qsms.base import context, moment
from qsms.base.console import Refused
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person


@contextmanager
def acting_as(code: str | None, email: str | None, label: str) -> Iterator[Actor]:
    """The actor a command was told to be, with the organisation active. Raises Refused when there is no such one."""
    organisation = _organisation(code)
    actor = actors.system(organisation.pk, label)
    if email:
        person = (
            Person.objects.select_related("organisation")
            .filter(organisation=organisation, email__iexact=email, is_active=True)
            .first()
        )
        if person is None:
            sentence = _("Nobody with the address “%(email)s” works at %(organisation)s.")
            raise Refused(sentence % {"email": email, "organisation": organisation.name})
        actor = actors.load(person, moment.now().date())
    with context.organisation(organisation.pk, actor_id=actor.person_id):
        yield actor


def _organisation(code: str | None) -> Organisation:
    known = {one.code: one for one in Organisation.objects.order_by("pk")[:20]}
    if code:
        found = Organisation.objects.filter(code=code).first()
        if found is not None:
            return found
        sentence = _("There is no organisation “%(code)s”. There is: %(known)s.")
        raise Refused(sentence % {"code": code, "known": ", ".join(known) or _("none")})
    if len(known) == 1:
        return next(iter(known.values()))
    if not known:
        raise Refused(_("There is no organisation yet. Run `qsms init`."))
    raise Refused(_("There are several organisations. Add --organisation: %(known)s.") % {"known": ", ".join(known)})
