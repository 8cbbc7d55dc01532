"""Who a session belongs to: Django's own check of passwords, and the question of every request prepared."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from qsms.base.prepared import Prepared

from .models import Account, Person


def _people(account: int) -> QuerySet[Person]:
    active = Person.objects.filter(account_id=account, is_active=True)
    return active.select_related("account", "organisation", "site").order_by("pk")


PEOPLE = Prepared(_people, account=int)


class Accounts(ModelBackend):
    def get_user(self, user_id: Any) -> Account | None:
        """The account with the people it stands for, as every page needs them (one query, two for nobody)."""
        people: list[Person] = PEOPLE.objects(account=int(user_id))
        account = people[0].account if people else Account.objects.filter(pk=user_id).first()
        if account is None or not self.user_can_authenticate(account):
            return None
        account.stands_for = people
        return account
