"""A record as a PDF, asked for on its page."""

from __future__ import annotations

import io

import pypdf
from django.test import Client

from qsms.records import attachments, services
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast
from tests.newtype.spills import spill


def _signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def test_it_says_what_stands_who_did_and_signed_what_and_which_files_there_are(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    account = keeper.account("colleague")
    account.set_password(PASSWORD)
    account.save()
    made = spill(keeper, owner=keeper.safety, site=keeper.sites["LKF"], title="Fuel under #the $wing", litres="12.5")
    kept = attachments.add(safety, made.pk, io.BytesIO(b"Kept words"), name="stand 4.txt", note="Seen at *night*")
    services.edit(safety, made.pk, made.version, {"litres": "14"})
    services.move(safety, made.pk, "clean", fields={"cleaned": "Line 1\nLine 2", "checker": keeper.colleague.pk})
    services.move(keeper.actor("colleague"), made.pk, "check", proof=Proof(PASSWORD))

    client = _signed_in(keeper, "safety")
    path = f"/r/spill/{made.number}/pdf/"
    assert f'href="{path}"' in client.get(f"/r/spill/{made.number}/").content.decode()
    answer = client.get(path)
    assert answer["Content-Disposition"] == f'attachment; filename="{made.number}.pdf"'
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    for part in (
        "Fuel under #the $wing", made.number, "Larkfield", "Closed", "Jet A-1", "Line 1 Line 2", "stand 4.txt",
        "Seen at *night*", "changed one field", "12.5 → 14", "made this record", keeper.colleague.name, "Signed as “",
        f"printed by {keeper.safety.name}", "Uncontrolled when printed",
    ):  # fmt: skip
        assert part in text, part
    assert kept.attachment.sha256 in "".join(text.split())
    assert answer.content == client.get(path).content, "at the same moment the same bytes"


def test_who_may_not_see_the_record_gets_nothing(keeper: Cast) -> None:
    made = spill(keeper, owner=keeper.safety, site=keeper.sites["LKF"])
    for name in ("outsider", "other_site_auditor", "reporter"):
        assert _signed_in(keeper, name).get(f"/r/spill/{made.number}/pdf/").status_code == 404, name
    assert _signed_in(keeper, "safety").get("/r/unknown/SPL-2026-0001/pdf/").status_code == 404
    assert Client().get(f"/r/spill/{made.number}/pdf/").status_code == 302
