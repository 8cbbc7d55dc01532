"""Sessions in the database, as Django keeps them; only the question of every request is prepared."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from .prepared import Prepared


def _alive(key: str, now: dt.datetime) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)
    return rows


ALIVE = Prepared(_alive, key=str, now=dt.datetime)


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Any:
        key = self.session_key
        found = ALIVE.objects(key=key, now=timezone.now()) if key else []
        if found:
            return found[0]
        self._session_key = None
        return None
