"""Who and where: changed by who may, seen by nobody else, kept in the history."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from qsms.org import roles, services
from qsms.org.models import Account, Grant, OneTimeLink, Organisation, Person, Process, Role, Site, Unit
from qsms.records import numbers
from qsms.records.models import Change, Deed


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator.account)
    return client


@pytest.fixture
def outside(cast):
    """An administrator of the other organisation."""
    services.grant(cast.outsider, "administrator")
    client = Client()
    client.force_login(cast.outsider.account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def deeds(subject: str) -> list[str]:
    return list(Deed.everywhere.filter(subject=subject).order_by("pk").values_list("verb", flat=True))


PAGES = (
    "home", "organisation", "people", "person-new", "roles", "numbers", "holidays", "history", "sites", "units",
    "processes",
)  # fmt: skip


def test_every_page_opens_for_an_administrator(admin, cast):
    assert {name: admin.get(reverse(f"administration:{name}")).status_code for name in PAGES} == dict.fromkeys(
        PAGES, 200
    )


@pytest.mark.one_engine("Whoever is no administrator is turned away before anything is asked of the database.")
@pytest.mark.parametrize("who", ["safety", "reporter", "executive", "gatekeeper"])
def test_no_page_opens_for_anybody_else(client, cast, who):
    client.force_login(cast.people[who].account)
    for name in PAGES:
        answer = client.get(reverse(f"administration:{name}"))
        assert answer.status_code == 403, name
        assert "Only an administrator" in text(answer)


def test_somebody_of_another_organisation_finds_nothing(outside, cast):
    """Neither to read nor to write, for every address of the administration that names something."""
    site, unit = cast.sites["LKF"], cast.units["MX"]
    process = Process.objects.create(organisation=cast.organisation, code="P", name="Line maintenance")
    own = roles.copy(Role.objects.get(organisation=cast.organisation, code="auditor"), title="Junior auditor")
    given = Grant.objects.get(person=cast.safety, role__code="safety_manager")
    person = cast.safety.pk
    paths = [
        ("place-edit", "sites", site.pk), ("place-edit", "units", unit.pk), ("place-edit", "processes", process.pk),
        ("person", person), ("invite", person), ("access", person), ("grant", person), ("grant-end", person, given.pk),
        ("rights", person), ("role", own.code), ("role-copy", own.code),
    ]  # fmt: skip
    before = Deed.everywhere.count()
    for name, *args in paths:
        path = reverse(f"administration:{name}", args=args)
        assert outside.post(path, {"name": "Taken", "code": "T", "zone": "UTC", "active": "0"}).status_code == 404, path
        assert outside.get(path).status_code in {404, 405}, path
    assert Deed.everywhere.count() == before
    for name in PAGES:
        page = text(outside.get(reverse(f"administration:{name}")))
        assert "Larkfield" not in page
        assert "Safety Person" not in page
    assert "Safety Person" not in text(outside.get(f"/administration/history/?subject=person:{person}"))


def test_a_foreign_site_cannot_be_chosen(outside, cast):
    answer = outside.post(
        "/administration/people/new/", {"name": "New", "site": cast.sites["LKF"].pk, "unit": cast.units["MX"].pk}
    )
    assert answer.status_code == 422
    grant = {"role": Role.objects.get(organisation=cast.organisation, code="auditor").pk}
    assert outside.post(f"/administration/people/{cast.outsider.pk}/roles/", grant).status_code == 422


class TestPlaces:
    def test_adding_and_changing_is_kept_in_the_history(self, admin, cast):
        form = {"name": "Port Ellery", "code": "PEL", "zone": "America/Los_Angeles", "holiday_region": "wa"}
        assert admin.post("/administration/sites/new/", form).status_code == 302
        site = Site.objects.get(code="PEL")
        assert (site.organisation_id, site.holiday_region) == (cast.organisation.pk, "WA")
        admin.post(f"/administration/sites/{site.pk}/", {**form, "name": "Port Ellery West"})
        site.refresh_from_db()
        assert (site.name, site.is_active) == ("Port Ellery West", False)
        assert deeds(f"site:{site.pk}") == ["created", "edited"]
        changes = Change.objects.filter(deed__subject=f"site:{site.pk}", deed__verb="edited")
        assert set(changes.values_list("field", "old", "new")) == {
            ("name", "Port Ellery", "Port Ellery West"), ("is_active", "yes", "no"),
        }  # fmt: skip
        assert "No longer in use" in text(admin.get("/administration/sites/"))
        page = text(admin.get(f"/administration/history/?subject=site:{site.pk}"))
        assert "Port Ellery West" in page
        assert "Administrator Person" in page

    @pytest.mark.one_engine("The form refuses it before anything is written.")
    @pytest.mark.parametrize(
        ("what", "wrong", "said"),
        [
            ("sites", {"name": "X", "code": "lkf", "zone": "UTC"}, "“lkf” is used already."),
            ("sites", {"name": "X", "code": "X", "zone": "Mars"}, "“Mars” is not a choice here."),
            ("sites", {"name": "X", "code": "X", "zone": "UTC", "holiday_region": "QQ"}, "“QQ” is no part"),
            ("units", {"name": "", "code": "X"}, "This is empty. Fill it in."),
            ("processes", {"name": "X", "code": ""}, "This is empty. Fill it in."),
        ],
    )
    def test_a_mistake_is_said(self, admin, cast, what, wrong, said):
        answer = admin.post(f"/administration/{what}/new/", wrong)
        assert answer.status_code == 422
        assert said in text(answer)

    def test_nothing_is_part_of_itself(self, admin, cast):
        top = cast.units["MX"]
        below = Unit.objects.create(organisation=cast.organisation, code="L1", name="Line one", parent=top)
        form = {"name": top.name, "code": top.code, "parent": below.pk, "is_active": "on"}
        answer = admin.post(f"/administration/units/{top.pk}/", form)
        assert "Line one is below this one already." in text(answer)
        answer = admin.post(f"/administration/units/{top.pk}/", {**form, "parent": top.pk})
        assert answer.status_code == 422

    def test_an_unknown_list_is_not_found(self, admin, cast):
        assert admin.get("/administration/castles/new/").status_code == 404


class TestPeople:
    def test_somebody_is_added_invited_and_signs_in(self, admin, cast):
        form = {"name": "Joan Ortega", "title": "Mechanic", "email": "joan@larkfield.test"}
        where = admin.post("/administration/people/new/", form)["Location"]
        person = Person.objects.get(name="Joan Ortega")
        assert person.account is None
        page = text(admin.post(f"{where}invite/"))
        (link,) = re.findall(r'value="http://testserver(/sign-in/link/[^"]+)"', page)
        chosen = {"new": "grey heron over runway", "again": "grey heron over runway"}
        visitor = Client()
        assert visitor.post(link, chosen).status_code == 302
        assert "Joan Ortega" in text(visitor.get("/account/"))
        assert "sign-in/link" not in text(admin.get(where))
        assert deeds(f"person:{person.pk}") == ["created", "invited", "password_changed", "signed_in"]

    def test_with_a_mail_server_the_link_goes_by_mail_only(self, admin, cast, settings):
        settings.MAIL_ON = True
        page = text(admin.post(f"/administration/people/{cast.reporter.pk}/invite/"))
        assert "is on its way to reporter@larkfield.test" in page
        assert "sign-in/link" not in page
        assert "/sign-in/link/" in mail.outbox[0].body
        assert "Larkfield Air" in mail.outbox[0].body
        assert mail.outbox[0].to == ["reporter@larkfield.test"]

    def test_no_way_into_an_account_in_use_is_shown(self, admin, cast):
        account = cast.gatekeeper.account
        account.set_password("grey heron over runway")
        account.save()
        page = text(admin.post(f"/administration/people/{cast.gatekeeper.pk}/invite/"))
        assert "qsms link gatekeeper@larkfield.test" in page
        assert not OneTimeLink.objects.exists()
        form = {"name": "Gatekeeper", "email": "mine@evil.test", "site": "", "unit": ""}
        admin.post(f"/administration/people/{cast.gatekeeper.pk}/", form)
        account.refresh_from_db()
        assert account.email == "gatekeeper@larkfield.test"

    def test_no_way_into_an_account_of_another_organisation_is_shown(self, admin, cast):
        form = {"name": "Copy", "email": "outsider@outside.test"}
        where = admin.post("/administration/people/new/", form)["Location"]
        page = text(admin.post(f"{where}invite/"))
        assert "was invited by another organisation" in page
        assert not OneTimeLink.objects.exists()
        assert Account.objects.filter(email="outsider@outside.test").count() == 1

    def test_a_typing_mistake_in_an_address_is_mended_before_the_first_use(self, admin, cast):
        form = {"name": "Reporter Person", "email": "r.eporter@larkfield.test"}
        admin.post(f"/administration/people/{cast.reporter.pk}/", form)
        cast.reporter.account.refresh_from_db()
        assert cast.reporter.account.email == "r.eporter@larkfield.test"

    def test_the_list_finds_by_parts_of_name_title_and_address(self, admin, cast):
        assert "Safety Person" in text(admin.get("/administration/people/?q=safe+pers"))
        assert "Quality Person" not in text(admin.get("/administration/people/?q=safe+pers"))
        assert "Quality Person" in text(admin.get("/administration/people/?q=QUALITY%40lark"))
        assert "Nobody found" in text(admin.get("/administration/people/?q=zzz"))
        assert "Outside Manager" not in text(admin.get("/administration/people/?q=outside"))

    def test_the_list_pages_and_asks_no_query_per_person(self, admin, cast, django_assert_max_num_queries):
        Person.objects.bulk_create(Person(organisation=cast.organisation, name=f"Crew {n:03d}") for n in range(120))
        with django_assert_max_num_queries(10):
            page = text(admin.get("/administration/people/?q=crew"))
        names = re.findall(r"Crew \d+", page)
        assert len(names) == 50
        for _turn in range(2):
            (following,) = re.findall(r'href="(\?q=crew&amp;after=\d+)"', page)
            page = text(admin.get("/administration/people/" + following.replace("&amp;", "&")))
            names += re.findall(r"Crew \d+", page)
        assert names == [f"Crew {n:03d}" for n in range(120)]

    def test_who_left_cannot_get_in_and_can_come_back(self, admin, cast):
        path = f"/administration/people/{cast.safety.pk}/access/"
        visitor = Client()
        visitor.force_login(cast.safety.account)
        admin.post(path, {"active": "0"})
        assert visitor.get("/account/").status_code == 403
        assert "Safety Person" in text(admin.get("/administration/people/?left=1"))
        form = {"name": cast.safety.name, "email": cast.safety.email, "left_on": "2026-10-31"}
        assert admin.post(f"/administration/people/{cast.safety.pk}/", form).status_code == 302
        cast.safety.refresh_from_db()
        assert cast.safety.left_on == dt.date(2026, 10, 31)
        admin.post(path, {"active": "1"})
        assert visitor.get("/account/").status_code == 200
        assert deeds(f"person:{cast.safety.pk}") == ["left", "edited", "came_back"]
        cast.safety.refresh_from_db()
        assert cast.safety.left_on is None

    def test_nobody_takes_away_the_own_access(self, admin, cast):
        answer = admin.post(f"/administration/people/{cast.administrator.pk}/access/", {"active": "0"})
        assert answer.status_code == 409
        assert "cannot take away your own access" in text(answer)


class TestGrants:
    def give(self, client, person, code, **more):
        role = Role.objects.get(organisation_id=person.organisation_id, code=code)
        return client.post(f"/administration/people/{person.pk}/roles/", {"role": role.pk, **more})

    def test_a_role_is_given_as_far_as_said_and_taken_away(self, admin, cast):
        answer = self.give(
            admin, cast.reporter, "auditor", axis="site", site=cast.sites["STV"].pk, ends_on="2026-12-31"
        )
        assert answer.status_code == 302
        given = Grant.objects.get(person=cast.reporter, role__code="auditor")
        assert (given.site, str(given.ends_on)) == (cast.sites["STV"], "2026-12-31")
        assert "at Stavnes · until 31 Dec 2026" in text(admin.get(f"/administration/people/{cast.reporter.pk}/"))
        admin.post(f"/administration/people/{cast.reporter.pk}/roles/{given.pk}/end/")
        assert not Grant.objects.filter(pk=given.pk).exists()
        assert deeds(f"person:{cast.reporter.pk}") == ["role_granted", "role_ended"]

    def test_roles_that_must_not_meet_are_refused_with_the_reason(self, admin, cast):
        answer = self.give(admin, cast.gatekeeper, "administrator")
        assert answer.status_code == 422
        assert "must not be able to open sealed identities" in text(answer)
        assert "Gatekeeper Person is Confidential gatekeeper" in text(answer)

    def test_the_only_administrator_cannot_become_gatekeeper(self, admin, cast):
        answer = self.give(admin, cast.administrator, "gatekeeper")
        assert answer.status_code == 422
        assert "must not be able to open sealed identities" in text(answer)
        assert not cast.actor("administrator").holds("seal.open")

    def test_nor_by_a_role_of_another_name(self, admin, cast):
        admin.post("/administration/roles/gatekeeper/copy/", {"title": "Postbox"})
        assert "must not be able to open" in text(self.give(admin, cast.administrator, "postbox"))
        admin.post("/administration/roles/reporter/copy/", {"title": "Plain"})
        admin.post("/administration/roles/plain/", {"title": "Plain", "permission": ["report.create", "seal.open"]})
        assert "must not be able to open" in text(self.give(admin, cast.administrator, "plain"))
        assert not cast.actor("administrator").holds("seal.open")

    def test_the_only_administrator_may_hold_other_roles(self, admin, cast):
        assert self.give(admin, cast.administrator, "safety_manager").status_code == 302

    def test_with_two_nobody_widens_the_own_rights(self, admin, cast):
        services.grant(cast.colleague, "administrator")
        answer = self.give(admin, cast.administrator, "safety_manager")
        assert "Nobody widens their own rights while somebody else can. Ask Colleague Person." in text(answer)
        assert not cast.actor("administrator").holds("report.triage")

    def test_the_last_administrator_stays(self, admin, cast):
        given = Grant.objects.get(person=cast.administrator, role__code="administrator")
        answer = admin.post(f"/administration/people/{cast.administrator.pk}/roles/{given.pk}/end/")
        assert answer.status_code == 409
        assert "Name another administrator first." in text(answer)
        assert Grant.objects.filter(pk=given.pk).exists()
        assert deeds(f"person:{cast.administrator.pk}") == []

    @pytest.mark.one_engine("The form refuses it before anything is written.")
    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"axis": "unit"}, "A grant for a site names the site, one for a unit names the unit."),
            ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "ends on the day it starts or later"),
            ({"axis": "everywhere"}, "“everywhere” is not a choice here."),
        ],
    )
    def test_a_grant_that_makes_no_sense_is_refused(self, admin, cast, more, said):
        answer = self.give(admin, cast.reporter, "auditor", **more)
        assert answer.status_code == 422
        assert said in text(answer)

    def test_one_person_is_accountable_at_a_time_and_hands_over_on_a_day(self, admin, cast):
        """14 CFR 5.25: a second one is refused through every door, also by a copy of the role."""
        refused = self.give(admin, cast.owner, "accountable_executive")
        assert refused.status_code == 422
        assert "Executive Person is the accountable executive, and there is one at a time." in text(refused)
        admin.post("/administration/roles/accountable_executive/copy/", {"title": "Managing director"})
        assert "there is one at a time" in text(self.give(admin, cast.owner, "managing_director"))
        given = Grant.objects.get(person=cast.executive, role__code="accountable_executive")
        end = f"/administration/people/{cast.executive.pk}/roles/{given.pk}/end/"
        assert "is not a day" in text(admin.post(end, {"on": "soon"}))
        assert admin.post(end, {"on": "2027-01-31"}).status_code == 302
        early = self.give(admin, cast.owner, "accountable_executive", starts_on="2027-01-31")
        assert "until 31 Jan 2027. Begin this grant on 1 Feb 2027." in text(early)
        assert self.give(admin, cast.owner, "accountable_executive", starts_on="2027-02-01").status_code == 302
        longer = admin.post(end, {"on": "2027-02-01"})
        assert "from 1 Feb 2027 on. End this grant by 31 Jan 2027" in text(longer)
        assert Grant.objects.get(pk=given.pk).ends_on == dt.date(2027, 1, 31)
        # Whoever left makes room; coming back is refused while somebody else is accountable.
        given.delete()
        admin.post(f"/administration/people/{cast.owner.pk}/access/", {"active": "0"})
        assert self.give(admin, cast.executive, "accountable_executive").status_code == 302
        back = admin.post(f"/administration/people/{cast.owner.pk}/access/", {"active": "1"})
        assert back.status_code == 409
        assert "there is one at a time" in text(back)

    def test_the_same_twice_is_said(self, admin, cast):
        self.give(admin, cast.reporter, "quality_manager")
        assert "holds this role already" in text(self.give(admin, cast.reporter, "quality_manager"))


class TestRoles:
    def test_a_shipped_role_is_read_copied_and_not_changed(self, admin, cast):
        page = text(admin.get("/administration/roles/safety_manager/"))
        assert "Judge a report through the lenses" in page
        assert "audit the own safety process" in page
        assert 'name="permission"' not in page
        admin.post("/administration/roles/safety_manager/", {"title": "Mine", "permission": ["seal.open"]})
        role = Role.objects.get(organisation=cast.organisation, code="safety_manager")
        assert (role.title, "seal.open" in role.permissions) == ("Safety manager", False)

    def test_a_copy_is_changed_and_works_at_once(self, admin, cast):
        where = admin.post("/administration/roles/auditor/copy/", {"title": "Junior auditor"})["Location"]
        assert where == "/administration/roles/junior_auditor/"
        role = Role.objects.get(organisation=cast.organisation, code="junior_auditor")
        services.grant(cast.reporter, "junior_auditor", axis="all")
        assert cast.actor("reporter").holds("action.verify")
        kept = [one for one in role.permissions if one != "action.verify"]
        admin.post(where, {"title": "Learning auditor", "purpose": "Learns", "permission": kept})
        assert not cast.actor("reporter").holds("action.verify")
        told = Change.objects.filter(deed__subject=f"role:{role.pk}", deed__verb="edited")
        assert ("permission", "Judge whether an action worked, never an own one", "") in set(
            told.values_list("field", "old", "new")
        )
        assert "Learning auditor" in text(admin.get("/administration/roles/"))

    @pytest.mark.one_engine("The form refuses it before anything is written.")
    @pytest.mark.parametrize(
        ("permissions", "said"),
        [
            (["org.admin", "seal.open"], "These permissions must not be in one role."),
            (["report.fly"], "“report.fly” is no permission."),
            (["*"], "“*” is no permission."),
        ],
    )
    def test_a_role_that_must_not_be_is_refused(self, admin, cast, permissions, said):
        admin.post("/administration/roles/reporter/copy/", {"title": "Own"})
        answer = admin.post("/administration/roles/own/", {"title": "Own", "permission": permissions})
        assert answer.status_code == 409
        assert said in text(answer)

    def test_a_role_does_not_grow_into_a_conflict_of_who_holds_it(self, admin, cast):
        admin.post("/administration/roles/reporter/copy/", {"title": "Own"})
        services.grant(cast.gatekeeper, "own", axis="all")
        answer = admin.post("/administration/roles/own/", {"title": "Own", "permission": ["org.admin"]})
        assert "Gatekeeper Person holds this role" in text(answer)

    def test_nobody_changes_a_role_they_hold_while_others_can(self, admin, cast):
        admin.post("/administration/roles/reporter/copy/", {"title": "Own"})
        services.grant(cast.administrator, "own", axis="all")
        services.grant(cast.colleague, "administrator")
        answer = admin.post("/administration/roles/own/", {"title": "Own", "permission": ["report.triage"]})
        assert "Nobody widens their own rights" in text(answer)

    def test_a_title_is_used_once(self, admin, cast):
        answer = admin.post("/administration/roles/auditor/copy/", {"title": "quality manager"})
        assert answer.status_code == 409
        assert "There is a role “quality manager” already." in text(answer)

    def test_what_somebody_may_do_is_explained(self, admin, cast):
        page = text(admin.get(f"/administration/people/{cast.site_owner.pk}/rights/"))
        assert "Accept a risk up to the own authority level" in page
        assert "Larkfield" in page
        assert "Judge whether an own action worked" in page
        assert "Open a sealed identity" not in page
        assert "Open a sealed identity" in text(admin.get(f"/administration/people/{cast.gatekeeper.pk}/rights/"))
        assert "Cannot open sealed identities" in text(admin.get("/account/rights/"))


class TestNumbers:
    def kinds(self, admin):
        return dict(re.findall(r'name="(\w+)" value="(\{[^"]+)"', text(admin.get("/administration/numbers/"))))

    def test_a_pattern_is_shown_before_it_holds_and_holds_after(self, admin, cast):
        told = {**self.kinds(admin), "action": "{prefix}/{n:03d}/{year}"}
        page = text(admin.post("/administration/numbers/", {**told, "preview": "1"}))
        assert "Such as ACT/042/2026" in page
        assert Organisation.objects.get(pk=cast.organisation.pk).number_patterns == {}
        assert admin.post("/administration/numbers/", told).status_code == 302
        ours = Organisation.objects.get(pk=cast.organisation.pk)
        assert numbers.pattern_of(ours, "action") == "{prefix}/{n:03d}/{year}"
        changes = Change.objects.filter(deed__subject=f"organisation:{ours.pk}")
        assert set(changes.values_list("field", "new")) == {("action", "{prefix}/{n:03d}/{year}")}

    @pytest.mark.one_engine("The form refuses it before anything is written.")
    @pytest.mark.parametrize(
        ("pattern", "said"),
        [
            ("{prefix}-{n}", "needs {year} and {n} once each"),
            ("{prefix}-{year}{n}", "digits touch each other"),
            ("{prefix.__class__}-{year}-{n}", "cannot be read"),
            ("{n.__init__}", "cannot be read"),
            ("<b>{year}-{n}", "cannot be read"),
        ],
    )
    def test_a_pattern_that_does_not_work_is_refused(self, admin, cast, pattern, said):
        answer = admin.post("/administration/numbers/", {**self.kinds(admin), "action": pattern})
        assert answer.status_code == 422
        assert said in text(answer)
        assert Organisation.objects.get(pk=cast.organisation.pk).number_patterns == {}


def test_holidays_are_those_of_organisation_and_sites(admin, cast):
    Site.objects.filter(pk=cast.sites["STV"].pk).update(holiday_country="NO")
    page = text(admin.get("/administration/holidays/?year=2026"))
    assert "US – AZ" in page
    assert "3 Jul 2026" in page
    assert "17 May 2026" in page
    assert "Holidays 2026" in text(admin.get("/administration/holidays/?year=9999"))
