"""Adoptions and evidence for the tests of this room."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

from django.test import Client

from qsms.records import services
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.standards import adopting, binding
from qsms.standards.binding import Given
from qsms.standards.models import Adoption, Evidence
from tests.cast import Cast

ISO_9001, ISO_14001, AS9100, PART_145 = "iso-9001/2015", "iso-14001/2015", "as9100/D", "easa-145/1321-2014"


def adopted(cast: Cast, key: str, by: str = "quality", **values: Any) -> Adoption:
    """An adoption in preparation, with these values."""
    made = adopting.adopt(cast.actor(by), key, values)
    assert isinstance(made, Adoption)
    return made


def action(cast: Cast, title: str = "Recalibrate the torque wrenches of bay 3", **values: Any) -> Record:
    """An action of no site in particular: a record that anything can rest on."""
    given = {"title": title, "description": title, "owner": cast.owner, **values}
    return services.create(cast.actor("quality"), "action", given)


def bound(cast: Cast, record: Record, key: str, number: str, by: str = "quality", **given: Any) -> Evidence:
    """This record counts for this requirement, as of today unless told otherwise."""
    return binding.bind(cast.actor(by), record.pk, Reference(key, number), Given(**given))


def text(client: Client, path: str) -> str:
    """The words of a page."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return html.unescape(content.decode())


def day(year: int, month: int = 1, number: int = 1) -> dt.date:
    return dt.date(year, month, number)
