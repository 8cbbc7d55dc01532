"""Where the pages of this hall are."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from .touching import Subject


def page(subject: Subject, before: int | None = None) -> str:
    """What a change of this subject touches; with `before` who was asked because of it before that check."""
    older = {"before": str(before)} if before is not None else {}
    return f"{reverse('impact:page')}?{urlencode({**subject.query, **older})}"
