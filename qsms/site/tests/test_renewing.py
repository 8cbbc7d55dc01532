"""Shipped roles of organisations that stand already follow a new version; their copies do not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.test import Client

from qsms.org import roles
from qsms.org.models import Role
from qsms.records.models import Change, Deed
from qsms.reports import shipping as forms
from qsms.reports.models import ReportForm
from qsms.risk import shipping as matrices
from qsms.risk.models import RiskMatrix
from qsms.site import prepare, renewing
from qsms.standards import shipping as standards
from qsms.standards.models import Crosswalk, Edition
from qsms.training import starters
from qsms.training.models import Content
from tests.cast import Cast

NEW, GONE = "report.void", "report.view"


@pytest.fixture
def next_version(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The program's next version lets auditors make reports void and not see them, and ships a role more."""
    later: dict[str, Any] = copy.deepcopy(roles.shipped_roles())
    [auditor] = [role for role in later["roles"] if role["code"] == "auditor"]
    auditor["permissions"] = [*(one for one in auditor["permissions"] if one != GONE), NEW]
    later["roles"].append({**auditor, "code": "fatigue_officer", "title": "Fatigue officer"})
    monkeypatch.setattr(roles, "shipped_roles", lambda: later)
    return cast


def held(cast: Cast, code: str) -> frozenset[str]:
    return roles.spelt_out(cast.organisation.roles.get(code=code).permissions)


def test_nothing_is_done_while_the_version_stays(cast: Cast) -> None:
    assert renewing.behind() == []
    assert prepare.migrate() == 0
    assert not Deed.everywhere.filter(verb=renewing.RENEWED).exists()


def test_shipped_roles_get_what_the_version_brings_and_the_history_says_so(
    next_version: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    cast = next_version
    own = roles.copy(cast.organisation.roles.get(code="auditor"), title="Our auditor")
    before = held(cast, own.code)
    assert prepare.migrate() == 0
    assert "4 shipped roles brought to this version." in capsys.readouterr().err
    for organisation in (cast.organisation, cast.other):
        got = roles.spelt_out(organisation.roles.get(code="auditor").permissions)
        assert NEW in got
        assert GONE not in got
        assert organisation.roles.filter(code="fatigue_officer").exists()
    assert held(cast, own.code) == before
    [deed] = Deed.everywhere.filter(organisation=cast.organisation, verb=renewing.RENEWED)
    said = {(one.old, one.new) for one in Change.objects.filter(deed=deed)}
    assert said == {("", "Make a named report void"), ("See reports", "")}
    administrator = Client()
    administrator.force_login(cast.account("administrator"))
    page = administrator.get("/administration/history/").content.decode()
    assert "brought the shipped role Auditor up to date" in page
    assert "New version" in page
    assert renewing.behind() == []
    assert renewing.renew_roles() == 0


def test_its_title_authority_and_reach_follow_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    later: dict[str, Any] = copy.deepcopy(roles.shipped_roles())
    [auditor] = [role for role in later["roles"] if role["code"] == "auditor"]
    auditor |= {"title": "Internal auditor", "authority": "tolerable"}
    monkeypatch.setattr(roles, "shipped_roles", lambda: later)
    assert prepare.migrate() == 0
    role = cast.organisation.roles.get(code="auditor")
    assert (role.title, role.authority) == ("Internal auditor", later["authority_levels"].index("tolerable"))
    [deed] = Deed.everywhere.filter(organisation=cast.organisation, verb=renewing.RENEWED)
    changed = {one.field: one.new for one in Change.objects.filter(deed=deed)}
    assert changed == {"title": "Internal auditor", "authority": str(role.authority)}
    assert renewing.behind() == []


def test_what_a_copy_left_out_never_comes_back(next_version: Cast) -> None:
    cast = next_version
    own = roles.copy(cast.organisation.roles.get(code="auditor"), title="Our auditor")
    roles.set_permissions(own, sorted(held(cast, own.code) - {"hazard.view"}))
    renewing.renew_roles()
    assert "hazard.view" not in held(cast, own.code)
    assert Role.objects.get(pk=own.pk).based_on == "auditor"


def test_a_version_that_changes_nothing_but_data_brings_it(cast: Cast) -> None:
    rooms = (standards, matrices, forms, starters)
    [course] = starters.add(cast.actor("quality"), ["sms-everybody"])
    assert not any(one.is_behind() for one in rooms)
    Edition.everywhere.filter(code="iso-9001", edition="2015").update(source="", checksum="older")
    Crosswalk.everywhere.update(source="", checksum="older")
    RiskMatrix.everywhere.filter(code="icao-5x5").update(source="", title="Older", definition={})
    ReportForm.objects.filter(code="quick").update(source="")
    Content.everywhere.filter(course=course).update(source="older", checksum="older")
    assert all(one.is_behind() for one in rooms)
    assert prepare.migrate() == 0
    assert not any(one.is_behind() for one in rooms)
    assert RiskMatrix.everywhere.get(code="icao-5x5").title != "Older"
    revisions = Edition.everywhere.filter(code="iso-9001", edition="2015").values_list("revision", flat=True)
    assert sorted(revisions) == [1, 2]
    assert Crosswalk.everywhere.count() == 2
    assert sorted(course.contents.values_list("revision", flat=True)) == [1, 2]
