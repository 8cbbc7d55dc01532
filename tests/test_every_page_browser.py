"""Every page there is, in a real Chromium: axe finds nothing on it, it never scrolls sideways, the console is silent.

The addresses come from the routes themselves. A page without parts in its address is looked at without a line here; one
with parts fails until a line of PAGES says how it is reached.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from qsms.base import context
from qsms.demo.load.loading import load
from qsms.exchange import limits
from qsms.org import links
from qsms.org.models import Grant, OneTimeLink, Organisation, Person, Role, Site
from qsms.org.services import add_person
from qsms.records import registry
from qsms.records.models import Attachment, Link, Record
from qsms.risk.models import RiskMatrix
from qsms.standards.models import Evidence
from qsms.training.models import Content, Holding, Requirement, Waiver
from tests.contract.doors import Door, addresses
from tests.contract.strangers import every_right
from tests.harness.browser import OpenPage, is_sound

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]

CLAUSE = "standard=iso-9001/2015&clause=7.1.5.2"
# A way to each page whose address has parts or asks for something. A word in braces is a kind, and stands for a record
# of it, or a name in `Places`; what has several is tried until there is such a page.
PAGES = f"""
/r/action/
/r/action/new/
/r/report/new/
/r/action/board/
/r/report/import/
/r/report/export/
/r/action/view/?late=1
/r/action/columns/
/r/{{record}}/
/r/action/{{action}}/tab/history/
/r/action/{{action}}/edit/
/r/action/{{action}}/move/{{move}}/
/r/action/{{action}}/trace/
/r/action/{{action}}/assign/
/r/action/{{action}}/link/
/r/report/{{report}}/raise/hazard/
/r/{{link}}/remove/
/r/{{file}}/remove/
/risk/assess/{{hazard}}/
/risk/accept/{{hazard}}/
/risk/bow-tie/{{hazard}}/
/risk/controls/{{hazard}}/
/risk/matrices/{{matrix}}/
/risk/matrices/{{matrix}}/edit/
/documents/readers/{{document}}/
/documents/read/{{document}}/
/documents/revision/{{revision}}/changes/
/documents/revision/{{revision}}/file/
/documents/give/{{document}}/
/documents/processes/{{document}}/
/documents/reach/{{document}}/
/documents/types/of/procedure/
/standards/edition/iso-9001/2015/
/standards/clause/iso-9001/2015/7.1.5.2/
/standards/adopted/{{adoption}}/
/standards/adopted/{{adoption}}/exclude/?clause={{clause}}
/standards/adopted/{{adoption}}/places/
/standards/adopted/{{adoption}}/sites/
/standards/adopted/{{adoption}}/trend/
/standards/adopted/{{adoption}}/transition/?to={{standard}}
/standards/adopted/{{adoption}}/outputs/
/standards/gaps/{{gap_assessment}}/
/standards/gaps/{{gap_assessment}}/answer/4.1/
/standards/certificates/{{certificate}}/audit/
/standards/certificates/{{certificate}}/limits/
/standards/findings/{{finding}}/against/
/standards/findings/{{finding}}/audit/
/standards/pairs/judge/?{CLAUSE}
/standards/text/?{CLAUSE}
/standards/ask/?{CLAUSE}
/standards/unbind/?evidence={{evidence}}
/training/matrix/person/{{person}}/
/training/release/{{requirement}}/
/training/count/?course={{course}}
/training/excuse/?course={{course}}
/training/excuse/{{waiver}}/decide/
/training/excuse/{{waiver}}/end/
/training/session/{{session}}/invite/
/training/correct/{{holding}}/
/training/learn/{{course}}/
/training/learn/{{course}}/read/{{section}}/
/training/content/{{course}}/
/training/content/{{course}}/bring/
/training/content/{{course}}/course/
/training/content/{{course}}/publish/
/training/content/{{course}}/undo/
/training/content/{{course}}/new/
/training/content/{{course}}/in/{{section}}/
/training/content/{{course}}/in/{{section}}/new/
/training/content/{{course}}/in/{{question}}/
/training/verify/{{certificate_code}}/
/report/form/quick/
/report/anonymous/larkfield/
/report/anonymous/larkfield/quick/
/reports/triage/{{report}}/
/reports/{{report}}/publish/
/reports/forms/quick/
/reports/forms/quick/preview/
/administration/people/{{person}}/
/administration/people/{{person}}/rights/
/administration/roles/every/
/administration/sites/new/
/administration/sites/{{site}}/
/impact/?{CLAUSE}
/impact/asked/?record={{document}}
/sign-in/link/{{token}}/
"""
# Addresses with parts under which there is no page of its own: files, parts of a page, ways on to another page.
NONE = re.compile(
    r"/(api/v1/(<.*|openapi.json|me/|tasks/)?|risk/|palette/)$"
    r"|.*\.(csv|pdf|<form>)$|.*/(export|file|small|pdf|statement|mention|reach|newer)/$|.*/(picture|file)/.*<name>$"
    r"|/training/certificate/<|/pick/|/go/|/news/<"
)
# Dialogs for a moment that the demonstration is not in; the kit draws them from the template of all the others.
DIALOGS = re.compile(
    r"/standards/gaps/<number>/action/|/standards/findings/<number>/no-longer-against/|/documents/revision/<number>/name/"
    r"|/documents/request/<number>/spare/|/training/(session/<number>/sign|content/<number>/again)/"
)
# Pages that stand for the outcome of some work, and the test that does the work and looks at them.
ELSEWHERE = {
    r"/r/<kind>/import/<run_id>/": "qsms/exchange/tests/test_browser_import.py",
    r"/standards/adopted/<number>/pack/<job_id>/": "qsms/standards/tests/test_outputs_browser.py",
    r"/standards/gaps/<number>/compare/": "qsms/standards/tests/test_browser.py",
    r"/training/learn/<number>/quiz/": "qsms/training/tests/test_learning_browser.py",
    r"/report/mine/<report_id>/": "qsms/reports/tests/test_browser.py",
    r"/(sign-in|set-up)/": "qsms/site/tests/test_site_browser.py",
    r"/ui/gallery/": "qsms/ui/tests/test_browser.py",
}


class Places:
    """What the words of PAGES stand for, to somebody who may see all of it."""

    def __init__(self, person: Person, client: Client) -> None:
        self.client = client
        here = {"organisation_id": person.organisation_id}
        # The newest first: more of them are under way.
        rows = Record.everywhere.filter(**here).order_by("-pk").values_list("kind", "number")
        self.words: dict[str, list[str]] = {}
        for kind, number in rows:
            self.words.setdefault(kind, []).append(number)
        attached = Attachment.everywhere.filter(**here, removed_at=None).select_related("record")
        linked = Link.everywhere.filter(**here).select_related("source")
        self.words |= {
            "move": sorted({move.code for sheet in registry.all_types() for move in sheet.lifecycle.moves}),
            "file": [f"{one.record.kind}/{one.record.number}/file/{one.pk}" for one in attached],
            "link": [f"{one.source.kind}/{one.source.number}/link/{one.pk}" for one in linked],
            "person": [str(person.pk)],
            "clause": ["4.3", "8.3", "7.1.5.2"],
        }
        kept: dict[str, QuerySet[Any]] = {
            "matrix": RiskMatrix._base_manager.order_by("-pk"), "site": Site.objects.filter(**here),
            "evidence": Evidence.everywhere.filter(**here), "waiver": Waiver.everywhere.filter(**here),
            "requirement": Requirement.everywhere.filter(**here),
        }  # fmt: skip
        self.words |= {word: [str(pk) for pk in found.values_list("pk", flat=True)] for word, found in kept.items()}
        self.words["certificate_code"] = list(Holding.everywhere.filter(**here).values_list("code", flat=True))
        sections = [one for row in Content.everywhere.filter(**here) for one in row.definition["sections"]]
        self.words["section"] = [one["key"] for one in sections]
        self.words["question"] = [f"{one['key']}/{bank['key']}" for one in sections for bank in one["questions"]]
        self.words["standard"] = ["iso-9001/2026", "iso-14001/2026"]
        account = person.account
        self.words["token"] = [links.make(OneTimeLink.Purpose.INVITE, account)]

    def ways(self, line: str) -> list[str]:
        """The addresses that a line stands for: the first one that there is, and of records one of each kind."""
        if "{record}" in line:
            kinds = [sheet.kind for sheet in registry.all_types() if sheet.kind in self.words]
            return [path for kind in kinds for path in self.ways(line.format(record=f"{kind}/{{{kind}}}"))]
        names = re.findall(r"\{(\w+)\}", line)
        for values in product(*(self.words[name] for name in names)):
            path = line.format(**dict(zip(names, values, strict=True)))
            if is_page(self.client.get(path)):
                return [path]
        raise AssertionError(f"Nothing in the demonstration has this page: {line}")


def is_page(answer: HttpResponseBase) -> bool:
    """Whether it is something for the window of a browser, and not a part of that."""
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return False
    return answer.content.lstrip()[:9].lower() == b"<!doctype"  # type: ignore[attr-defined,no-any-return]


def takes_only_posts(client: Client, door: Door) -> bool:
    """Whether it is the address of a button. Those say so before they look at anything that the address holds."""
    numbers = {name: 1 for name in door.parts if name.endswith("_id") or name in NUMBERS}
    dull = dict.fromkeys(door.parts, "x") | {"kind": "action", "key": "ACT-1"} | numbers
    return client.get(door.filled(dull)).status_code == 405


NUMBERS = {"pk", "grant_pk", "person", "requirement", "waiver", "tried", "place", "check"}


@pytest.fixture
def everybody(live: LiveServer) -> Person:
    """Somebody with every right there is, at home in the small demonstration."""
    load(dt.datetime.now(dt.UTC), quick=True)
    organisation = Organisation.objects.get(code="larkfield")
    person = add_person(organisation, name="Every Right", email="every@larkfield.test")
    role = Role.objects.create(organisation=organisation, code="every", title="All", permissions=every_right())
    # Past the service, which refuses roles that must be kept apart.
    Grant.objects.create(organisation=organisation, person=person, role=role, axis="all")
    return person


def places_of(person: Person) -> Places:
    client = Client()
    assert person.account is not None
    client.force_login(person.account)
    with context.organisation(person.organisation_id):
        return Places(person, client)


def window(places: Places, open_page: OpenPage, live: LiveServer) -> Page:
    page = open_page()
    session = places.client.cookies["qsms_session"].value
    page.context.add_cookies([{"name": "qsms_session", "value": session, "url": live.url}])
    return page


def forgotten(client: Client, found: list[str]) -> list[str]:
    """The addresses that may be those of pages, and of which none was found."""
    reached = {resolve(path.partition("?")[0]).route for path in found}
    known = [NONE, DIALOGS, *map(re.compile, ELSEWHERE)]
    return [
        door.path
        for door in addresses()
        if door.route not in reached
        and not any(one.match(door.path) for one in known)
        and not takes_only_posts(client, door)
    ]


def test_every_page_is_sound(
    everybody: Person, open_page: OpenPage, live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = places_of(everybody)
    client = places.client
    found = [door.path for door in addresses() if not door.parts and is_page(client.get(door.path))]
    found += [path for line in PAGES.split() for path in places.ways(line)]
    monkeypatch.setattr(limits, "EXPORT_AT_ONCE_ROWS", 0)
    found.append(client.get("/r/action/export/?format=csv").headers["Location"])
    # Whoever may do everything else may not open what is sealed.
    keeper = places_of(Person.objects.get(organisation=everybody.organisation, grants__role__code="gatekeeper"))
    sealed = keeper.ways("/reports/{report}/sealed/")
    assert forgotten(client, [*found, *sealed]) == [], "Say in PAGES how one comes to it"
    faults = []
    for own, paths in ((places, found), (keeper, sealed)):
        page = window(own, open_page, live)
        for path in paths:
            page.goto(path)
            try:
                is_sound(page)
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


def test_what_is_looked_at_elsewhere_is_looked_at_there() -> None:
    assert [path for path in set(ELSEWHERE.values()) if "looks_right" not in Path(path).read_text("utf-8")] == []
