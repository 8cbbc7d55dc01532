"""Who may know who it was: confidential and anonymous reports, the seal, the code (DOMAIN scenarios 9 and 10)."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from PIL import Image

from qsms.base import claim_codes
from qsms.base.storage import store
from qsms.records import history, paging, registry, seals, tally
from qsms.records import services as spine
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Attachment, Deed, Draft, SealedValue
from qsms.reports import forms, queries, services
from qsms.reports.models import Claim
from qsms.reports.services.pictures import Incoming
from tests.cast import Cast

from .scenes import SPILL, file


def photo(name: str = "Reporter Person phone.jpg", field: str = "photos", maker: str = "Reporter Person") -> Incoming:
    exif = Image.Exif()
    exif[0x013B] = maker
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(stream, "JPEG", exif=exif)
    stream.seek(0)
    return Incoming(name, stream, field)


def everything_stored() -> str:
    """Every value of every table, and the files beside the database that are no keys."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                said.append(f"{table}: {row!r}")
    return "\n".join(said)


@pytest.mark.parametrize("mode", ["confidential", "anonymous"])
def test_nobody_without_the_right_sees_that_it_exists(cast: Cast, mode: str) -> None:
    report = file(cast, mode).report
    sheet = registry.get("report")
    for who in ("director", "executive", "administrator", "site_owner", "other_site_auditor", "colleague", "outsider"):
        actor = cast.actor(who)
        with pytest.raises(NotVisible):
            spine.find(actor, "report", report.pk)
        assert paging.page(actor, sheet).ids == []
        assert paging.count(actor, sheet) == 0
        assert not any((tally.states(actor, "report") or {}).values())
    for who in ("safety", "quality", "gatekeeper"):
        assert spine.find(cast.actor(who), "report", report.number).pk == report.pk


def test_a_confidential_reporter_is_one_sealed_value_and_nothing_else(cast: Cast) -> None:
    before = everything_stored()
    filed = file(cast, "confidential")
    new = "\n".join(line for line in everything_stored().splitlines() if line not in before)
    assert "Reporter Person" not in new
    assert "reporter@larkfield.test" not in new
    report = filed.report
    assert filed.code == ""
    assert (report.raised_by_id, report.owner_id) == (None, None)
    assert {(d.actor_id, d.label, d.request) for d in Deed.everywhere.filter(record_id=report.pk)} == {
        (None, "Reporter", ""), (None, "System", ""),
    }  # fmt: skip
    assert SealedValue.everywhere.filter(record_id=report.pk, field=seals.REPORTER).count() == 1


def test_the_reporter_finds_a_confidential_report_again_and_nobody_else_does(cast: Cast) -> None:
    report = file(cast, "confidential").report
    named = file(cast).report
    assert [row.pk for row in queries.own_reports(cast.actor("reporter"))] == [named.pk, report.pk]
    assert queries.own_reports(cast.actor("colleague")) == []
    assert services.own_mailbox(cast.actor("reporter"), report.pk).pk == report.pk
    for who in ("colleague", "safety", "gatekeeper", "administrator", "outsider"):
        with pytest.raises(NotVisible):
            services.own_mailbox(cast.actor(who), report.pk)


def test_only_the_gatekeeper_opens_the_seal_with_a_purpose_and_a_deed(cast: Cast) -> None:
    report = file(cast, "confidential").report
    purpose = "Thank the reporter in person"
    for who in ("safety", "quality"):
        with pytest.raises(Refused, match="Ask Gatekeeper Person"):
            seals.unseal(cast.actor(who), report.pk, seals.REPORTER, purpose)
    for who in ("administrator", "executive", "outsider"):
        with pytest.raises(NotVisible):
            seals.unseal(cast.actor(who), report.pk, seals.REPORTER, purpose)
    gatekeeper = cast.actor("gatekeeper")
    with pytest.raises(Invalid, match="ten characters"):
        seals.unseal(gatekeeper, report.pk, seals.REPORTER, "why not")
    assert seals.unseal(gatekeeper, report.pk, seals.REPORTER, purpose).startswith("Reporter Person")
    entry = history.entries(report)[0]
    assert (entry.verb, entry.actor, entry.reason) == ("unsealed", "Gatekeeper Person", purpose)


def test_no_administrator_opens_a_seal_even_with_every_other_role(cast: Cast) -> None:
    from qsms.org import services as org

    report = file(cast, "confidential").report
    org.grant(cast.administrator, "safety_manager", axis="all")
    administrator = cast.actor("administrator")
    assert spine.find(administrator, "report", report.pk).pk == report.pk
    with pytest.raises(Refused):
        seals.unseal(administrator, report.pk, seals.REPORTER, "Curious about who it was")


def test_an_anonymous_report_leaves_nothing_of_its_writer(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    picture = photo(field="files")
    # What the server writes at most; a library told to debug itself repeats what it reads.
    caplog.set_level(logging.INFO)
    before = everything_stored()
    row = forms.find(cast.organisation.pk, "maintenance")
    answers = {
        **SPILL, "event_types": ["leak"], "aircraft": "N418LF", "contact": "reporter@larkfield.test",
        "signoffs": "Reporter Person", "others": "Reporter Person",
    }  # fmt: skip
    # Signed in or not makes no difference.
    filed = services.file_report(cast.actor("reporter"), cast.organisation, row, answers, "anonymous", files=[picture])
    new = "\n".join(line for line in everything_stored().splitlines() if line not in before)
    for trace in ("Reporter Person", "reporter@larkfield.test", filed.code, claim_codes.read_code(filed.code)):
        assert trace not in new
        assert trace not in caplog.text
    assert "N418LF" not in new  # sealed with the answers
    report = filed.report
    assert Claim.everywhere.get(report=report).code_hash == claim_codes.code_hash(filed.code)
    assert not SealedValue.everywhere.filter(record_id=report.pk, field=seals.REPORTER).exists()
    assert {d.actor_id for d in Deed.everywhere.filter(record_id=report.pk)} == {None}
    kept = Attachment.everywhere.get(record_id=report.pk)
    assert (kept.name, kept.stripped, kept.added_by_id) == ("file-1.jpg", True, None)
    with store().open(kept.sha256) as stream:
        assert b"Reporter Person" not in stream.read()
    sealed = seals.unseal(cast.actor("gatekeeper"), report.pk, "answers", "Find the aircraft before it flies")
    assert sealed == '{"aircraft": "N418LF"}'


def test_every_file_loses_its_hidden_details_and_named_ones_keep_their_names(cast: Cast) -> None:
    row = forms.find(cast.organisation.pk, "quick")
    filed = services.file_report(
        cast.actor("reporter"), cast.organisation, row, SPILL, "named", files=[photo("stand-14-drain.jpg")]
    )
    kept = Attachment.everywhere.get(record_id=filed.report.pk)
    assert (kept.name, kept.stripped, kept.added_by_id) == ("stand-14-drain.jpg", True, cast.reporter.pk)


def test_a_file_that_may_not_be_kept_stops_the_report_with_a_sentence(cast: Cast) -> None:
    row = forms.find(cast.organisation.pk, "quick")
    bad = Incoming("page.html", io.BytesIO(b"<html><script>alert(1)</script></html>"), "photos")
    with pytest.raises(Invalid) as caught:
        services.file_report(None, cast.organisation, row, SPILL, "anonymous", files=[bad])
    assert set(caught.value.errors) == {"photos"}
    assert "web page" in caught.value.errors["photos"]


def test_scenario_9_question_and_answer_by_code(cast: Cast) -> None:
    filed = file(cast, "anonymous")
    services.ask(cast.actor("safety"), filed.report.pk, "Is the drain covered now?")
    before = everything_stored()
    mailbox = services.open_mailbox(filed.code.lower().replace("-", " "))
    assert mailbox.pk == filed.report.pk
    services.answer(mailbox, "Yes, since this morning.", files=[photo()])
    said = services.mailbox.conversation(filed.report)
    assert [(m.sender, m.by_id is None) for m in said] == [("office", True), ("office", False), ("reporter", True)]
    new = "\n".join(line for line in everything_stored().splitlines() if line not in before)
    assert "Reporter Person" not in new
    assert filed.code not in new
    answered = next(e for e in history.entries(filed.report) if e.verb == "answered")
    assert (answered.actor, answered.actor_id) == ("Reporter", None)


def test_scenario_10_a_lost_code_is_lost(cast: Cast) -> None:
    filed = file(cast, "anonymous")
    again = file(cast, "anonymous", title="My report of yesterday: the drain on stand 14")
    stored = everything_stored()
    assert filed.code not in stored
    assert claim_codes.read_code(filed.code) not in stored
    with pytest.raises(NotVisible):
        services.open_mailbox(claim_codes.new_code())
    with pytest.raises(claim_codes.BadCode):
        services.open_mailbox(filed.code[:-1])
    # By content only, and by somebody who may see both, a new report can be joined to the old one.
    services.merge(cast.actor("gatekeeper"), again.report.pk, filed.report.pk, reason="The same drain, the same words")
    assert services.open_mailbox(again.code).merged_into == filed.report


def test_sent_twice_is_filed_once_and_a_code_that_was_seen_is_not_shown_again(cast: Cast) -> None:
    row = forms.find(cast.organisation.pk, "quick")

    def send(**more: str) -> services.Filed:
        return services.file_report(None, cast.organisation, row, {**SPILL, **more}, "anonymous", once="k" * 20)

    first, second = send(), send()
    assert (second.report.pk, second.again, second.code) == (first.report.pk, True, first.code)
    services.open_mailbox(first.code)
    assert send().code == ""
    assert Claim.everywhere.count() == 1
    with pytest.raises(Invalid):
        send(narrative="Other words under the same key")


def test_who_may_file_how(cast: Cast) -> None:
    row = forms.find(cast.organisation.pk, "quick")
    for mode in ("named", "confidential"):
        with pytest.raises(Refused, match="report anonymously"):
            services.file_report(None, cast.organisation, row, SPILL, mode)
    with pytest.raises(Invalid, match="Choose who may know"):
        services.file_report(None, cast.organisation, row, SPILL, "secret")


def test_personal_answers_are_sealed_in_every_mode(cast: Cast) -> None:
    more: dict[str, Any] = {"event_types": ["leak"], "aircraft": "N418LF", "others": "J. Ortega"}
    named = file(cast, form="maintenance", **more).report
    sealed = file(cast, "confidential", form="maintenance", **more).report
    assert (named.aircraft, sealed.aircraft) == ("N418LF", "")
    for report in (named, sealed):
        assert "others" not in report.answers
        assert "Ortega" in seals.unseal(
            cast.actor("gatekeeper"), report.pk, "answers", "Ask the colleague what happened"
        )


def test_a_draft_is_forgotten_when_the_report_is_sent(cast: Cast) -> None:
    from qsms.base import moment
    from qsms.reports.services.filing import draft_key, forget_draft

    Draft.everywhere.create(
        organisation=cast.organisation, person=cast.reporter, key=draft_key("quick"), data={}, at=moment.now()
    )
    forget_draft(cast.actor("reporter"), "quick")
    assert not Draft.everywhere.exists()


def test_no_column_of_a_report_can_hold_who_reported_in_confidence() -> None:
    """A new foreign key to a person, or a column for an address, has to be thought about here."""
    known = {
        "report": {"owner", "raised_by", "published_by"}, "judgement": {"by"}, "message": {"by"},
        "claim": set(), "reportform": {"changed_by"},
    }  # fmt: skip
    for model in apps.get_app_config("reports").get_models():
        to_people = {f.name for f in model._meta.fields if f.related_model is apps.get_model("org", "Person")}
        assert to_people == known[model._meta.model_name or ""]
        assert not [f.name for f in model._meta.fields if f.name == "ip" or "agent" in f.name or "address" in f.name]


def test_keys_lie_apart_from_the_database(cast: Cast) -> None:
    file(cast, "confidential")
    home: Path = settings.HOME
    assert list((home / "keys").glob("confidential-*.key"))
