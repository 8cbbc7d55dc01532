"""What is confidential is opened up by those who may see secrets of the kind, with a reason; never by its owner."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.records import history, holding, registry, services
from qsms.records.errors import Invalid
from qsms.records.models import Record
from tests.cast import Cast
from tests.contract.factory import make

KINDS = sorted(sheet.kind for sheet in registry.all_types() if holding.CONFIDENTIAL in sheet.writable)


def secret(cast: Cast, kind: str) -> Record:
    """A confidential record that the process owner owns: that one sees and changes it, and opens nothing up."""
    made = make(cast.actor("quality"), kind, site=cast.sites["LKF"], owner=cast.site_owner, confidential=True)
    for role in cast.organisation.roles.filter(code="process_owner"):
        role.permissions = [*role.permissions, f"{kind}.view", f"{kind}.change"]
        role.save()
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_owner_does_not_open_it_up(cast: Cast, kind: str) -> None:
    made = secret(cast, kind)
    owner, opened = cast.actor("site_owner"), {"confidential": False}
    with pytest.raises(Invalid, match="Only those who may see what is confidential open it up"):
        services.edit(owner, made.pk, made.version, opened, reason="Easier")
    with pytest.raises(Invalid, match="Say why it is opened up"):
        services.edit(cast.actor("quality"), made.pk, made.version, opened)
    services.edit(cast.actor("quality"), made.pk, made.version, opened, reason="Its reporter agreed")
    [entry] = history.entries(made, limit=1)
    assert ([change.field for change in entry.changes], entry.reason) == (["confidential"], "Its reporter agreed")


def test_neither_the_form_nor_the_api_offers_it_to_the_owner(cast: Cast) -> None:
    made = secret(cast, "action")
    client = Client()
    client.force_login(cast.account("site_owner"))
    page = client.get(f"/r/action/{made.number}/edit/").content.decode()
    assert 'name="confidential"' not in page
    assert "Only those who may see what is confidential open it up" in page
    sent = client.patch(
        f"/api/v1/action/{made.number}/", {"confidential": False}, "application/json",
        headers={"If-Match": f'"{made.version}"'},
    )  # fmt: skip
    assert sent.status_code == 422, sent.content
    assert "confidential" in sent.json()["errors"]


def test_what_is_raised_from_a_secret_is_one(cast: Cast) -> None:
    made = secret(cast, "hazard")
    given = {"title": "Do it", "description": "Now", "action_kind": "correction", "site": cast.sites["LKF"]}
    with pytest.raises(Invalid, match="is confidential, so what is raised from it is too"):
        services.create(cast.actor("site_owner"), "action", given, raised_from=made)
    kept = services.create(cast.actor("site_owner"), "action", given | {"confidential": True}, raised_from=made)
    assert kept.confidential
