"""A NUL, which PostgreSQL does not keep, opens no door and breaks none: in addresses, in queries and in forms."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client

from qsms.documents.tests import makers as documents
from qsms.records import tasks
from qsms.training.tests.makers import asked, course
from qsms.ui.typed import cleaned
from tests.cast import Cast

pytestmark = pytest.mark.django_db
# Each was answered with an error of the server, on PostgreSQL.
QUERIES = (
    "/training/matrix/?after=a%00|1", "/training/matrix/leavers/?after=a%00|1", "/training/add/?course=%00",
    "/documents/readers/{document}/?revision=%00", "/documents/readers/{document}/export/?revision=%00",
    "/impact/?record=%00",
)  # fmt: skip
NOWHERE = (
    "/documents/read/{document}/picture/%00",
    "/standards/edition/%00/%00/",
    "/standards/clause/iso-9001/2015/%00/",
)


def test_no_address_query_or_form_with_a_nul_breaks_a_page(cast: Cast) -> None:
    held = documents.effective(cast, documents.revision(cast, documents.document(cast)))
    asked(cast, course(cast))
    tasks.give(cast.actor("quality"), held, "still_fits", "Look at it", person_id=cast.quality.pk)
    client = Client(raise_request_exception=True)
    client.force_login(cast.account("quality"))
    for path in QUERIES:
        answer = client.get(path.format(document=held.number))
        assert answer.status_code in (200, 404), path
        if answer.streaming:
            assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    for path in NOWHERE:
        assert client.get(path.format(document=held.number)).status_code == 404, path
    answer = client.post(f"/documents/read/{held.number}/acknowledge/", {"revision": "\x00"})
    assert answer.status_code == 403
    assert "was not given to you" in answer.content.decode()


def test_what_has_no_nul_stays_as_it_is() -> None:
    plain = QueryDict("q=tow+bar&row=1&row=2")
    assert cleaned(plain) is plain
    found = cleaned(QueryDict("q%00=tow%00+bar&row=1&row=%00"))
    assert (found["q"], found.getlist("row")) == ("tow bar", ["1", ""])
