"""One's own account: what is kept of it, sessions, several organisations, and who acts for whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from qsms.api import tokens
from qsms.base import moment
from qsms.org import services
from qsms.org.models import Delegation, Grant
from qsms.records.models import Change, Deed
from tests.cast import PASSWORD


@pytest.fixture
def signed_in(client, cast):
    client.force_login(cast.site_owner.account)
    return client


OWN = {"zone": "", "wants_mail": "digest", "single_keys": "on"}


def test_what_is_changed_is_kept_with_its_history(signed_in, cast):
    answer = signed_in.post("/account/", {"zone": "Europe/Oslo", "wants_mail": "each"})
    assert answer.status_code == 302
    cast.site_owner.refresh_from_db()
    person = cast.site_owner
    assert (person.zone, person.wants_mail, person.single_keys) == ("Europe/Oslo", "each", False)
    assert answer.cookies["qsms_keys"].value == "off"
    told = Change.objects.filter(deed__subject=f"person:{person.pk}").values_list("field", "old", "new")
    assert set(told) == {
        ("zone", "", "Oslo"),
        ("wants_mail", "One digest a day", "Each message"), ("single_keys", "yes", "no"),
    }  # fmt: skip


def test_a_token_is_taken_back_by_whoever_it_acts_for(signed_in, cast):
    actor = cast.actor("site_owner")
    made, _text = tokens.create(actor, cast.site_owner.pk, name="Power BI")
    theirs, _text = tokens.create(cast.actor("quality"), cast.quality.pk, name="Somebody else's")
    page = signed_in.get("/account/").content.decode()
    assert "Power BI" in page
    assert "Somebody else" not in page
    assert signed_in.post(f"/account/tokens/{theirs.pk}/take-back/").status_code == 404
    page = signed_in.post(f"/account/tokens/{made.pk}/take-back/", follow=True).content.decode()
    assert "Taken back." in page
    assert "Power BI" not in page
    assert tokens.mine(actor) == []
    assert tokens.mine(cast.actor("quality")) == [theirs]


def test_a_token_is_made_by_who_knows_the_password_and_shown_once(client, cast):
    account = cast.account("site_owner")
    account.set_password(PASSWORD)
    account.save()
    client.force_login(account)
    page = "/account/tokens/new/"
    given = {"name": "Power BI", "days": "30", "scope": "read", "present": "guessed"}
    refused = client.post(page, given)
    assert refused.status_code == 422
    assert "This is not your password." in refused.content.decode()
    assert tokens.mine(cast.actor("site_owner")) == []
    long = client.post(page, given | {"days": "900", "present": PASSWORD})
    assert "A token lives for 1 to 366 days." in long.content.decode()
    made = client.post(page, given | {"present": PASSWORD})
    [text] = re.findall(r'value="(qsms_[^"]+)"', made.content.decode())
    assert "no-store" in made["Cache-Control"]
    held = tokens.holder(text)
    assert (held.name, held.scope, held.person.pk) == ("Power BI", "read", cast.site_owner.pk)
    own = client.get("/account/").content.decode()
    assert "Power BI" in own
    assert text not in own


def test_saving_nothing_leaves_no_deed(signed_in, cast):
    signed_in.post("/account/", OWN)
    assert not Deed.everywhere.filter(subject=f"person:{cast.site_owner.pk}", verb="edited").exists()


def test_a_mistake_keeps_what_was_typed_and_saves_nothing(signed_in, cast):
    answer = signed_in.post("/account/", {**OWN, "zone": "Mars", "wants_mail": "none"})
    assert answer.status_code == 422
    cast.site_owner.refresh_from_db()
    assert cast.site_owner.wants_mail == "digest"


def test_nobody_renames_themself(signed_in, cast):
    signed_in.post("/account/", {**OWN, "name": cast.safety.name})
    cast.site_owner.refresh_from_db()
    assert cast.site_owner.name == "Site Owner Person"
    assert 'name="name"' not in signed_in.get("/account/").content.decode()


def test_signing_out_everywhere_ends_every_session(signed_in, cast):
    other = Client()
    other.force_login(cast.site_owner.account)
    assert other.get("/account/").status_code == 200
    assert signed_in.post("/account/sign-out-everywhere/")["Location"] == "/sign-in/"
    assert other.get("/account/").status_code == 302
    assert signed_in.get("/account/").status_code == 302


class TestSeveralOrganisations:
    @pytest.fixture
    def elsewhere(self, cast):
        return services.add_person(cast.other, name="Owner There", email=cast.site_owner.account.email)

    def test_one_acts_as_one_of_them_at_a_time(self, signed_in, cast, elsewhere):
        assert "Go to Outside Aero" in signed_in.get("/account/").content.decode()
        assert signed_in.post("/account/organisation/", {"person": elsewhere.pk}).status_code == 302
        page = signed_in.get("/account/").content.decode()
        assert "Owner There" in page
        assert "Go to Larkfield Air" in page

    @pytest.mark.parametrize("who", ["safety", "outsider"])
    def test_nobody_becomes_somebody_else(self, signed_in, cast, elsewhere, who):
        answer = signed_in.post("/account/organisation/", {"person": cast.people[who].pk})
        assert answer.status_code == 404
        assert "Site Owner Person" in signed_in.get("/account/").content.decode()

    def test_nonsense_is_not_found(self, signed_in, cast):
        assert signed_in.post("/account/organisation/", {"person": "x"}).status_code == 404

    def test_the_sign_in_is_seen_by_each_and_by_each_only_once(self, cast, elsewhere):
        account = cast.site_owner.account
        account.set_password("a long enough password")
        account.save()
        Client().post("/sign-in/", {"email": account.email, "password": "a long enough password"})
        found = Deed.everywhere.filter(verb="signed_in").values_list("organisation_id", "subject")
        assert set(found) == {
            (cast.organisation.pk, f"person:{cast.site_owner.pk}"), (cast.other.pk, f"person:{elsewhere.pk}"),
        }  # fmt: skip


class TestDelegation:
    @pytest.fixture
    def form(self, cast):
        today = moment.now().date()
        return {
            "taker": cast.colleague.pk, "starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=3),
            "reason": "Leave",
        }  # fmt: skip

    def may(self, cast, permission="hazard.accept"):
        return cast.actor("colleague").holds(permission)

    def test_it_holds_between_its_days_and_until_it_is_ended(self, signed_in, cast, form, clock):
        assert signed_in.post("/account/delegations/new/", form)["Location"] == "/account/?said=lent"
        assert not self.may(cast)
        clock.shift(timedelta(days=1))
        assert self.may(cast)
        assert cast.actor("colleague").persons == {cast.colleague.pk, cast.site_owner.pk}
        client = Client()
        client.force_login(cast.colleague.account)
        assert "You act for" in client.get("/account/").content.decode()
        assert "for Site Owner Person" in client.get("/account/rights/").content.decode()
        (given,) = Delegation.objects.all()
        # The session of yesterday is over.
        signed_in.force_login(cast.site_owner.account)
        assert "Runs" in signed_in.get("/account/").content.decode()
        assert signed_in.post(f"/account/delegations/{given.pk}/end/").status_code == 302
        assert not self.may(cast)
        assert "Ended early" in signed_in.get("/account/").content.decode()
        verbs = Deed.everywhere.filter(subject=f"person:{cast.site_owner.pk}").order_by("pk")
        assert [(deed.verb, deed.reason) for deed in verbs] == [("delegated", "Leave"), ("delegation_ended", "")]

    def test_it_ends_by_itself(self, signed_in, cast, form, clock):
        signed_in.post("/account/delegations/new/", form)
        clock.shift(timedelta(days=3))
        assert self.may(cast)
        clock.shift(timedelta(days=1))
        assert not self.may(cast)
        signed_in.force_login(cast.site_owner.account)
        assert "Over" in signed_in.get("/account/").content.decode()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"reason": ""}, "This is empty. Fill it in."),
            ({"ends_on": date(2026, 3, 2), "starts_on": date(2026, 3, 9)}, "ends on the day it starts or later"),
            ({"ends_on": date(2026, 3, 1), "starts_on": date(2026, 2, 1)}, "This day is over."),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, signed_in, cast, form, wrong, said):
        answer = signed_in.post("/account/delegations/new/", {**form, **wrong})
        assert answer.status_code == 422
        assert said in answer.content.decode()

    @pytest.mark.parametrize("who", ["outsider", "site_owner"])
    def test_only_another_person_of_the_organisation_can_be_chosen(self, signed_in, cast, form, who):
        answer = signed_in.post("/account/delegations/new/", {**form, "taker": cast.people[who].pk})
        assert answer.status_code == 422
        assert not Delegation.objects.exists()

    def test_nobody_ends_what_somebody_else_gave(self, signed_in, cast, form):
        signed_in.post("/account/delegations/new/", form)
        client = Client()
        client.force_login(cast.colleague.account)
        assert client.post(f"/account/delegations/{Delegation.objects.get().pk}/end/").status_code == 404
        assert Delegation.objects.get().revoked_at is None

    def test_the_gatekeeper_is_not_lent_to_an_administrator(self, client, cast, form):
        client.force_login(cast.gatekeeper.account)
        answer = client.post("/account/delegations/new/", {**form, "taker": cast.administrator.pk})
        assert answer.status_code == 422
        assert "must not stand in for Confidential gatekeeper" in answer.content.decode()

    def test_who_is_lent_the_gatekeeper_does_not_become_an_administrator(self, client, cast, form):
        client.force_login(cast.gatekeeper.account)
        client.post("/account/delegations/new/", form)
        with pytest.raises(services.OrgError, match="Confidential gatekeeper and must not be Administrator"):
            services.grant(cast.colleague, "administrator")

    def test_administration_is_never_lent(self, client, cast, form):
        client.force_login(cast.administrator.account)
        answer = client.post("/account/delegations/new/", form)
        assert "no role here that you could lend" in answer.content.decode()
        assert Grant.objects.filter(person=cast.colleague).count() == 1
