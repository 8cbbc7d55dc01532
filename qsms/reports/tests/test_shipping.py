"""A newer file of a shipped form is the next version; filed reports keep theirs, and own forms are left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qsms.reports import forms, shipping
from qsms.reports.models import Report, ReportForm
from tests.cast import Cast

from .scenes import file

OLD, NEW = "title: Quick report", "title: Report in a minute"


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the quick form, to be changed as a next version would."""
    shutil.copytree(shipping.FORMS, tmp_path / "forms")
    monkeypatch.setattr(shipping, "FORMS", tmp_path / "forms")
    return tmp_path / "forms" / "quick.yaml"


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def offered(cast: Cast, organisation: str = "organisation") -> ReportForm:
    return forms.find(getattr(cast, organisation).pk, forms.QUICK)


def test_a_version_that_changes_nothing_but_a_form_brings_it(cast: Cast, quick: Path) -> None:
    assert not shipping.is_behind()
    filed = Report.everywhere.get(pk=file(cast).report.pk)
    before = offered(cast)
    rewrite(quick, OLD, NEW)
    assert shipping.is_behind()
    assert shipping.ship() == 1
    assert not shipping.is_behind()
    now = offered(cast)
    assert (now.title, now.version) == ("Report in a minute", before.version + 1)
    filed.refresh_from_db()
    assert (filed.filed_on, filed.form_version) == (before, before.version)
    assert ReportForm.objects.get(pk=before.pk).definition == before.definition
    assert shipping.ship() == 0
    assert offered(cast) == now
    # The same in other words of the file is no new version.
    rewrite(quick, NEW, f"# Read again.\n{NEW}")
    assert shipping.is_behind()
    assert shipping.ship() == 0
    assert not shipping.is_behind()


def test_the_organisations_own_form_is_left_alone(cast: Cast, quick: Path) -> None:
    actor = cast.actor("safety")
    forms.draft_of(actor, forms.QUICK)
    own = forms.publish_draft(actor, forms.QUICK)
    draft = forms.draft_of(actor, forms.QUICK)
    rewrite(quick, OLD, NEW)
    assert shipping.ship() == 1
    assert offered(cast) == own
    assert offered(cast, "other").title == "Report in a minute"
    # A draft that was under way is published as the newest all the same.
    assert forms.draft_of(actor, forms.QUICK) == draft
    assert forms.publish_draft(actor, forms.QUICK).version > offered(cast, "other").version
    assert offered(cast).pk == draft.pk
