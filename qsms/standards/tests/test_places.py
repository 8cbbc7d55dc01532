"""One adoption at several sites and processes, clause by site, and coverage over time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.base import moment
from qsms.org.models import Grant, Process
from qsms.records import history, proof, services
from qsms.records.errors import Invalid, Refused
from qsms.rules.coverage import State
from qsms.standards import addresses, adopting, standing, tracking
from qsms.standards.models import Adoption, CoverageDay
from qsms.standards.outputs.pack import Pack
from qsms.standards.outputs.statement import Statement
from tests.cast import Cast

from .makers import AS9100, ISO_9001, ISO_14001, PART_145, action, adopted, bound, text

Login = Callable[[str], Client]


def state(cast: Cast, adoption: Adoption, number: str) -> State:
    return standing.of(cast.actor("quality"), adoption).coverage.covered[number].state


def test_an_adoption_of_two_sites_counts_what_is_of_either(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001, site=cast.sites["LKF"])
    for code, number in (("LKF", "4.1"), ("STV", "7.3"), ("DOR", "4.2")):
        bound(cast, action(cast, site=cast.sites[code]), ISO_9001, number)
    assert state(cast, adoption, "7.3") is State.NOT_ASSESSED
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/"
    assert client.post(f"{path}places/", {"site": [cast.sites["STV"].pk]}).status_code == 303
    adoption.refresh_from_db()
    assert [state(cast, adoption, number) for number in ("4.1", "7.3", "4.2")] == [
        State.PARTLY, State.PARTLY, State.NOT_ASSESSED,
    ], "each is shown at one of the two"  # fmt: skip
    assert "Larkfield, Stavnes." in text(client, path)
    page = text(client, f"{path}sites/")
    assert ">Stavnes</th>" in page.replace(' scope="col"', "")
    assert "Dormant" not in page
    lines = {line.split(",")[0]: line for line in text(client, f"{path}sites/?format=csv").splitlines()}
    assert lines["4.1"].endswith("Covered,Not judged")
    assert lines["7.3"].endswith("Not judged,Covered")
    assert history.entries(adoption)[0].verb == adopting.PLACED


def test_processes_narrow_as_sites_do_and_nonsense_is_refused(cast: Cast) -> None:
    one, other = (Process.objects.create(organisation=cast.organisation, code=code, name=code) for code in ("P1", "P2"))
    adoption = adopted(cast, ISO_9001)
    with pytest.raises(Invalid, match="holds for all of them"):
        adopting.place(cast.actor("quality"), adoption.pk, [cast.sites["STV"].pk], [])
    adoption = adopted(cast, ISO_9001, process=one)
    bound(cast, action(cast, process=other), ISO_9001, "4.1")
    assert state(cast, adoption, "4.1") is State.NOT_ASSESSED
    adoption = adopting.place(cast.actor("quality"), adoption.pk, [], [other.pk])
    assert list(proof.records(cast.organisation.pk)) == [], "its own process is what it was"
    assert state(cast, adoption, "4.1") is State.MET
    with pytest.raises(Invalid, match="not in your organisation"):
        adopting.place(cast.actor("quality"), adoption.pk, [], [999_999])
    with pytest.raises(Refused):
        adopting.place(cast.actor("executive"), adoption.pk, [], [])


def test_coverage_is_kept_once_a_day_without_what_is_confidential(cast: Cast, login: Login, clock: object) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast)
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/trend/"
    assert "Nothing is kept yet." in text(client, path)
    bound(cast, record, ISO_9001, "4.1")
    secret = services.create(
        cast.actor("quality"), "action",
        {"title": "Kept", "description": "Kept", "site": cast.sites["LKF"], "action_kind": "correction"},
        fixed={"confidential": True},
    )  # fmt: skip
    bound(cast, secret, ISO_9001, "7.3")
    tracking.watch_coverage()
    tracking.watch_coverage()
    row = CoverageDay.everywhere.get()
    assert (row.met, row.gap) == (1, 0), "the secret one is not counted"
    for number in ("4.2", "8.1"):
        clock.shift(dt.timedelta(days=1))  # type: ignore[attr-defined]
        bound(cast, record, ISO_9001, number)
        tracking.watch_coverage()
    clock.shift(dt.timedelta(days=5))  # type: ignore[attr-defined]
    tracking.watch_coverage()
    assert CoverageDay.everywhere.count() == 4
    assert [one.met for one in tracking.days(adoption)] == [1, 2, 3, 3]
    page = text(login("quality"), path)
    assert "trend-spec" in page
    assert page.count("<tr") >= 4
    assert login("outsider").get(path).status_code == 404


def test_who_audits_one_site_reads_what_holds_there_and_no_more(cast: Cast, login: Login) -> None:
    for key in (ISO_9001, AS9100, ISO_14001, PART_145):
        adopted(cast, key)
    every, elsewhere, both, sealed = Adoption.everywhere.order_by("pk")
    quality, stavnes = cast.actor("quality"), cast.sites["STV"].pk
    for one in (elsewhere, both):
        services.edit(quality, one.pk, one.version, {"site": cast.sites["LKF"]})
    adopting.place(quality, both.pk, [stavnes], [])
    Adoption.everywhere.filter(pk=sealed.pk).update(confidential=True)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    client = login("other_site_auditor")
    page = text(client, "/standards/")
    assert every.number in page
    assert both.number in page
    assert elsewhere.number not in page
    assert sealed.number not in page
    coverage = text(client, f"/standards/adopted/{every.number}/?state=not_assessed")
    assert "7.1.5.2" in coverage, "the action of Larkfield is none that they see"
    assert f"/r/adoption/{every.number}/" not in coverage + page
    for path in (f"/r/adoption/{every.number}/", f"/standards/adopted/{elsewhere.number}/",
                 f"/standards/adopted/{sealed.number}/", f"/standards/adopted/{every.number}/trend/"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.get(f"/standards/adopted/{every.number}/export/").status_code == 404
    assert client.post(f"/standards/adopted/{every.number}/include/", {"clause": "8.3"}).status_code in (403, 404)
    assert login("outsider").get(f"/standards/adopted/{every.number}/").status_code == 404


def test_what_is_said_where_nothing_is_adopted_is_what_this_reader_can_do(cast: Cast, login: Login) -> None:
    assert "Open an edition below and adopt it" in text(login("quality"), "/standards/")
    names = f"{cast.people['safety'].name} or {cast.people['quality'].name}"
    said = text(login("other_site_auditor"), "/standards/")
    assert "holds where you work" in said
    assert any(name in said for name in names.split(" or "))
    Grant.objects.filter(person__organisation=cast.organisation).exclude(role__code="administrator").delete()
    page = text(login("administrator"), "/standards/")
    assert "nobody may adopt a standard" in page
    assert "/administration/people/" in page


def test_what_is_shown_at_some_sites_alone_is_met_in_part_wherever_it_is_told(cast: Cast, login: Login) -> None:
    adoption, quality = adopted(cast, ISO_9001), cast.actor("quality")
    at_home = bound(cast, action(cast, site=cast.sites["LKF"]), ISO_9001, "4.1")
    bound(cast, action(cast, "Of all"), ISO_9001, "4.2")
    for site in cast.sites.values():
        bound(cast, action(cast, f"At {site.code}", site=site), ISO_9001, "7.3")
    found = standing.of(quality, adoption)
    said = {number: words for number in found.coverage.covered if (words := found.shown_at(number))}
    assert said == {"4.1": "Shown at 1 of 3 sites: Larkfield."}
    assert found.n_at_some == 1
    assert (found.coverage.tally.met, found.coverage.tally.partly) == (2, 1)
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/"
    page = text(client, path)
    assert "1 is shown at some of the sites alone;" in page
    assert page.count("Shown at 1 of 3 sites: Larkfield") == 1
    header = {word: int(n) for word, n in re.findall(r"</svg>([^<]+)</span> (\d+)</a></li>", page)}
    assert (header["Covered"], header["Partly"]) == (2, 1)
    assert said["4.1"] in text(client, "/standards/clause/iso-9001/2015/4.1/")
    made = Statement(found, quality, moment.now())
    assert [(one.number, one.state) for one in made.lines() if said["4.1"] in one.why] == [("4.1", State.PARTLY)]
    assert dict(made.facts())["Shown at some of its sites alone"] == "1"
    assert Pack(found, "", quality, moment.now())._chapter("4.1").state == "Partly"
    tracking.watch_coverage()
    day = CoverageDay.everywhere.get(adoption=adoption)
    assert (day.met, day.partly) == (2, 1)
    lines = {line.split(",")[0]: line for line in text(client, f"{path}sites/?format=csv").splitlines()}
    assert lines["4.1"].count("Covered") == lines["4.1"].count("Not judged") - 1 == 1, "each site by itself"
    other = adopted(cast, ISO_9001, site=cast.sites["LKF"])
    assert standing.of(quality, other).n_at_some == 0, "of one site nothing is left to ask"

    # What is done once for all of them is said to be so, in the dialog.
    assert at_home.record is not None
    bind = addresses.bind(record=at_home.record.number, key=ISO_9001, clause="4.1")
    assert "It shows it for every site" in text(client, bind)
    given = {"record": at_home.record.number, "standard": ISO_9001, "clause": "4.1", "strength": "whole", "sure": "on"}
    assert client.post(bind, {**given, "for_all_sites": "on"}).status_code == 303
    assert state(cast, adoption, "4.1") is State.MET
    assert "Shows all of it, for every site" in text(client, "/standards/clause/iso-9001/2015/4.1/")
    elsewhere = adopted(cast, ISO_9001, site=cast.sites["STV"])
    assert state(cast, elsewhere, "4.1") is State.MET
