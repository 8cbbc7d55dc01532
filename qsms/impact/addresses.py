"""Where the pages of this hall are."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from qsms.records.models import Record

from .touching import Subject


def page(subject: Subject, before: int | None = None) -> str:
    """What a change of this subject touches; with `before` who was asked because of it before that check."""
    older = {"before": str(before)} if before is not None else {}
    return f"{reverse('impact:page')}?{urlencode({**subject.query, **older})}"


def asked_of_me(record: Record) -> str:
    """What the reader is asked on this record because of changes elsewhere."""
    return f"{reverse('impact:asked')}?{urlencode({'record': record.number})}"
