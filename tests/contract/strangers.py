"""Who must find nothing, each with the widest rights that still leave the record outside."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from django.test import Client

from qsms.api import tokens
from qsms.base import context
from qsms.org import actor as actors
from qsms.org import roles, services
from qsms.org.models import Grant, Person, Role, Unit
from qsms.records import registry
from tests.cast import Cast

# Each has every right but those that reach the records of the contract, which are Larkfield's line maintenance's.
# `elsewhere` reaches another site, and another unit of the very site.
STRANGERS = ("other_organisation", "elsewhere", "no_secrets")
# What differs between two answers without telling anything: marks of a request, of a form, of an export.
PASSING = re.compile(
    r'name="(csrfmiddlewaretoken|once)" value="[^"]*"|"request": ?"[^"]*"|nonce="[^"]*"|X-CSRFToken[^}]*'
)


def every_right() -> list[str]:
    """Every permission there is by name, so that single ones can be left out."""
    verbs = {"view", "create", "change", "assign", "link", "import", "export", "close", "void", "triage"}
    found = set(roles.spelt_out(["*"]))
    for sheet in registry.all_types():
        asked = {move.verb or move.code for move in sheet.lifecycle.moves}
        found |= {f"{sheet.kind}.{verb}" for verb in verbs | asked | {"view_confidential"}}
    return sorted(found)


def stranger(cast: Cast, name: str) -> Person:
    """The person who must find nothing. `no_secrets` reaches everything but what is confidential, and administers."""
    here = cast.other if name == "other_organisation" else cast.organisation
    rights = every_right()
    places: list[dict[str, Any]] = [{"axis": "all"}]
    if name == "elsewhere":
        ground = Unit.objects.create(organisation=here, code="GH", name="Ground", site=cast.sites["LKF"])
        places = [{"axis": "site", "site": cast.sites["STV"]}, {"axis": "unit", "unit": ground}]
        rights = [one for one in rights if not one.startswith("org.")]
    elif name == "no_secrets":
        rights = [one for one in rights if not one.endswith(".view_confidential")]
    person = services.add_person(
        here, name=f"Stranger {name}", email=f"{name}@stranger.test", site=places[0].get("site")
    )
    for place in places:
        axis = place["axis"]
        role = Role.objects.create(organisation=here, code=f"{axis}_{name}", title="All", axis=axis, permissions=rights)
        # Past the service, which refuses roles that must be kept apart: these rights are wider than anybody's may be.
        Grant.objects.create(organisation=here, person=person, role=role, **place)
    return Person.objects.select_related("account", "organisation").get(pk=person.pk)


def browser(person: Person) -> Client:
    client = Client(raise_request_exception=True)
    assert person.account is not None
    client.force_login(person.account)
    return client


def program(person: Person) -> Client:
    """A client that carries a token of this person."""
    with context.organisation(person.organisation_id):
        text = tokens.create(actors.system(person.organisation_id), person.pk, name="Contract")[1]
    return Client(headers={"Authorization": f"Bearer {text}"})


def told(answer: Any) -> tuple[int, str]:
    """Status and content of an answer, without what passes."""
    raw = b"".join(answer) if answer.streaming else answer.content
    if raw[:2] == b"PK":
        # A workbook: its cells, not the moment it was packed.
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            raw = b"".join(book.read(name) for name in sorted(book.namelist()) if name.startswith("xl/"))
    text = raw.decode(errors="replace")
    return answer.status_code, PASSING.sub("", text) + str(answer.headers.get("Location", ""))


def send(client: Client, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """One request of a page or, under /api/, of a program."""
    if path.startswith("/api/"):
        content = b"" if body is None else json.dumps(body).encode()
        return told(client.generic(method, path, content, content_type="application/json"))
    if method == "GET":
        return told(client.get(path))
    return told(client.generic(method, path) if method != "POST" else client.post(path, body or {}))
