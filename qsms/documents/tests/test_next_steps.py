"""What the strip of a document and of a revision says comes next, and what a refusal says instead."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from qsms.documents.models import Document
from qsms.records import attachments, services
from qsms.records.errors import Refused
from tests.cast import Cast

from .makers import again, document, effective, revision

pytestmark = pytest.mark.django_db


def strip(client: Client, kind: str, number: str) -> str:
    """What stands on the strip of a record's page, without what hides behind “Other moves”."""
    page = client.get(f"/r/{kind}/{number}/").content.decode()
    return page[page.index('class="next"') :].partition("<details")[0]


def test_a_revision_says_what_comes_next_and_nothing_that_does_not(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.account("quality"))
    # Its author alone approves forms: it is on its way to approval, and lacks somebody who signs.
    form = revision(cast, document(cast, document_type="form"))
    told = strip(client, "revision", form.number)
    assert "Next: Send for approval" in told
    assert "Name who signs instead" in told
    assert "go to approval without a review" not in told

    one = revision(cast, document(cast, "safety"), "safety")
    held = effective(cast, one, "safety")
    client.force_login(cast.account("safety"))
    told = strip(client, "revision", one.number)
    assert "It is the one that people work to." in told
    assert "Sign again" not in told
    with pytest.raises(Refused, match="is “In effect”, and is not changed there"):
        services.edit(cast.actor("safety"), one.pk, again(one).version, {"summary": "Other"})
    with pytest.raises(Refused, match="Bring others with the next revision"):
        attachments.add(cast.actor("safety"), one.pk, io.BytesIO(b"words"), name="more.txt")

    # Who comes to write the next one is led to the one that is there.
    assert "Write a revision" in strip(client, "document", held.number)
    draft = revision(cast, held, "safety")
    told = strip(client, "document", held.number)
    assert "Revision 2 of it is “Draft”" in told
    assert f"/r/revision/{draft.number}/" in told
    assert "Write a revision" not in told
    # A whole document is written in a window of its size.
    assert 'rows="24"' in client.get(f"/r/revision/{draft.number}/edit/").content.decode()


def test_the_address_of_a_button_answers_with_a_page(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    assert isinstance(held, Document)
    client = Client()
    client.force_login(cast.account("safety"))
    answer = client.get(f"/documents/read/{held.number}/acknowledge/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "this address belongs to a button" in answer.content.decode()
