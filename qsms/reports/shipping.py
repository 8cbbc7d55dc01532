"""Bringing the shipped forms into the database: a changed one is the next version, and no version is altered."""

from __future__ import annotations

from pathlib import Path

from qsms.base.gate import write_transaction
from qsms.rules.data_files import digest

from . import forms, rules
from .models import ReportForm

FORMS = Path(__file__).parent / "data" / "forms"


def _files() -> list[Path]:
    return sorted(FORMS.glob("*.yaml"))


def is_behind() -> bool:
    """Whether a shipped file differs from the one that was read last. No file is read as YAML for it."""
    shipped = ReportForm.objects.filter(organisation=None).order_by("version")
    newest = dict(shipped.values_list("code", "source"))
    return not {digest(path) for path in _files()} <= set(newest.values())


def ship() -> int:
    """Bring the shipped forms into the database; how many versions were new. Safe to repeat.

    Reports that are filed keep their version, and an organisation that has a form of this code keeps its own.
    """
    with write_transaction():
        return sum(_ship(path) for path in _files())


def _ship(path: Path) -> int:
    form, source = rules.load_form(path.read_text(encoding="utf-8")), digest(path)
    rows = ReportForm.objects.filter(organisation=None, code=form.code)
    row = rows.order_by("-version").first()
    if row is not None:
        known = row.form
        form = rules.next_version(known, form)
        if form is known:
            rows.filter(pk=row.pk).update(source=source)
            return 0
    forms.store(form, source=source)
    return 1
