"""Where the pages of this hall are."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from qsms.records.models import Record

from .touching import Subject


def page(subject: Subject) -> str:
    """What a change of this subject touches."""
    return f"{reverse('impact:page')}?{urlencode(subject.query)}"


def of_record(record: Record) -> str:
    """What a change of this record touches."""
    return f"{reverse('impact:page')}?{urlencode({'record': record.number})}"
