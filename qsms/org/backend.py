"""Who a session belongs to: Django's own check of passwords, and the question of every request prepared."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from qsms.base.prepared import Prepared

from .models import Account

BY_ID = Prepared(lambda pk: Account.objects.filter(pk=pk), pk=int)


class Accounts(ModelBackend):
    def get_user(self, user_id: Any) -> Account | None:
        found = BY_ID.objects(pk=int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None
