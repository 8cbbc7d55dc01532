"""The pages of reports over HTTP: what works without script, what each person gets, what no cookie tells."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from time_machine import Traveller

from qsms.org import names
from qsms.org.models import Person, Site
from qsms.records import services as spine
from qsms.records.models import Attachment, Draft, Link
from qsms.reports import forms, services
from qsms.reports.models import Judgement, Message, Report, ReportForm
from qsms.reports.pages import mailbox as mailbox_pages
from qsms.reports.pages.nameless import Tries
from tests.cast import Cast

from .scenes import file, judged

QUICK = {
    "a-title": "Hydraulic fluid on stand 14",
    "a-narrative": "The coupling on cart 3 did not lock.",
    "a-place-site": "LKF",
    "a-place": "stand 14",
    "a-occurred_at": "2026-03-01T21:40",
    "once": "0123456789abcdef",
}


def signed_in(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.account(who))
    return client


def picture() -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "PNG")
    return SimpleUploadedFile("stand.png", stream.getvalue())


@pytest.fixture(autouse=True)
def fresh_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_pages, "TRIES", Tries(each=3))


def test_choosing_a_form_begins_with_the_quick_one(cast: Cast) -> None:
    text = signed_in(cast, "reporter").get("/report/").content.decode()
    assert text.index("Quick report") < text.index("Cabin")
    assert "Edit forms" not in text
    assert "Edit forms" in signed_in(cast, "safety").get("/report/").content.decode()


def test_how_long_a_story_may_be_stands_beside_it(cast: Cast) -> None:
    text = Client().get(f"/report/anonymous/{cast.organisation.code}/quick/").content.decode()
    [story] = re.findall(r'<textarea[^>]*name="a-narrative"[^>]*>', text)
    assert 'data-limit="20000"' in story
    assert "maxlength" not in text
    [help_id] = re.findall(r'aria-describedby="([^"]*)"', story)
    assert re.search(rf'id="{help_id}">[^<]*Up to 20,000 characters\.', text)
    assert "Characters left: %(n)s" in text
    sent = {**QUICK, "a-narrative": "line\r\n" * 3_999 + "12345", "mode": "named"}
    answer = signed_in(cast, "reporter").post("/report/form/quick/", sent)
    assert answer.status_code == 200
    assert len(Report.objects.get().narrative) == 20_000


def test_a_hazard_or_action_from_a_report_gets_a_title_of_its_own(cast: Cast) -> None:
    report = file(cast).report
    for kind in ("hazard", "action"):
        page = signed_in(cast, "safety").get(f"/r/report/{report.number}/raise/{kind}/").content.decode()
        [title] = re.findall(r'<input[^>]*name="title"[^>]*>', page)
        assert "value=" not in title
        assert f"{report.number}</a> {report.title}" in page


def test_the_list_leads_those_who_triage_to_their_queue(cast: Cast) -> None:
    button = f'<a class="btn" href="{reverse("reports:triage")}">'
    assert button in signed_in(cast, "safety").get("/r/report/").content.decode()
    assert button not in signed_in(cast, "reporter").get("/r/report/").content.decode()
    assert button not in signed_in(cast, "safety").get("/r/action/").content.decode()


def test_several_reports_of_the_list_are_merged_into_one_or_none_is(cast: Cast) -> None:
    reports = [file(cast, who=who).report for who in ("reporter", "owner", "colleague")]
    client, ids = signed_in(cast, "safety"), [one.pk for one in reports]
    assert reverse("reports:merge-chosen") in client.get("/r/report/").content.decode()
    assert client.post("/reports/merge/", {"row": ids[:1]}).content.count(b"Tick two reports or more") == 1
    assert client.post("/reports/merge/", {"row": ids, "sent": "1"}).status_code == 422
    assert signed_in(cast, "director").post("/reports/merge/", {"row": ids, "into": ids[0]}).status_code == 403
    # One of them cannot be: then none is.
    spine.move(
        cast.actor("safety"), ids[2], "reject", reason="Not ours", fields={"decision_feedback": "A matter of pay."}
    )
    answer = client.post("/reports/merge/", {"row": ids, "into": ids[0]})
    assert (answer.status_code, b"Nothing was merged." in answer.content) == (422, True)
    assert not Report.everywhere.filter(state="merged").exists()
    answer = client.post("/reports/merge/", {"row": ids[:2], "into": ids[0], "reason": "Same stand"})
    assert answer["Location"] == f"/r/report/{reports[0].number}/"
    assert Report.everywhere.get(state="merged").merged_into_id == ids[0]


def test_a_visitor_learns_how_to_report(cast: Cast) -> None:
    text = Client().get("/report/").content.decode()
    assert "Sign in to report" in text
    assert "Name of the organisation" in text
    # Two organisations live here, so neither is named to a stranger.
    assert "Larkfield" not in text
    for typed in ("Larkfield-Air", "Larkfield Air", " larkfield air ", "LARKFIELD AIR"):
        known = Client().get("/report/", {"organisation": typed})
        assert known.headers["Location"] == "/report/anonymous/larkfield-air/", typed
    unknown = Client().get("/report/?organisation=nobody")
    assert unknown.status_code == 404
    assert "No organisation here is called “nobody”." in unknown.content.decode()


def test_in_the_demonstration_a_visitor_is_not_asked_for_the_organisation(cast: Cast) -> None:
    for organisation in (cast.organisation, cast.other):
        Person.objects.create(organisation=organisation, name="Made up", cast="p1")
    text = Client().get("/report/").content.decode()
    assert 'href="/report/anonymous/larkfield-air/"' in text
    assert "Name of the organisation" not in text


def test_a_named_report_is_sent_with_a_photo(cast: Cast) -> None:
    client = signed_in(cast, "reporter")
    page = client.get("/report/form/quick/").content.decode()
    assert "Only Gatekeeper Person, the gatekeeper, sees your name." in page
    assert 'value="2026-03-02T02:00"' in page
    assert 'capture="environment"' in page
    sent = client.post("/report/form/quick/", {**QUICK, "mode": "named", "a-photos": picture()})
    assert sent.status_code == 200
    report = Report.everywhere.get()
    assert report.number in sent.content.decode()
    assert (report.raised_by_id, report.site_id, report.place) == (cast.reporter.pk, cast.sites["LKF"].pk, "stand 14")
    row = Attachment.everywhere.get()
    assert row.name == "stand.png"
    desk = signed_in(cast, "safety").get(f"/reports/triage/{report.number}/").content.decode()
    here = f"/r/report/{report.number}/file/{row.pk}/"
    assert f'<a href="{here}stand.png"><img src="{here}small/" alt="stand.png"' in desk
    small = signed_in(cast, "safety").get(f"{here}small/")
    assert small.getvalue().startswith(b"\xff\xd8")
    assert signed_in(cast, "outsider").get(f"{here}small/").status_code == 404
    # The same page sent again files nothing again.
    assert client.post("/report/form/quick/", {**QUICK, "mode": "named"}).status_code == 200
    assert Report.everywhere.count() == 1


def test_errors_stand_at_their_fields_and_nothing_is_lost_not_even_the_photo(cast: Cast) -> None:
    client = signed_in(cast, "reporter")
    wrong = {**QUICK, "a-title": "", "a-occurred_at": "2027-01-01T10:00", "a-photos": picture()}
    answer = client.post("/report/form/quick/", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    # Everything at once: nobody sends a report three times to hear the third thing.
    assert "3 things to mend before this can be sent." in text
    assert "Who may know it was you? Nothing is chosen. Choose who may know that it was you." in text
    assert ">“In one line” is empty. Fill it in.</a>" in text
    assert "2027-01-01 lies ahead. Write when it happened." in text
    assert "The coupling on cart 3 did not lock." in text
    token = re.search(r'name="kept-photos" value="([^"]+)"', text)
    assert token is not None
    client.post("/report/form/quick/", {**QUICK, "mode": "confidential", "kept-photos": token.group(1)})
    assert Attachment.everywhere.get().name == "file-1.png"


def test_a_token_of_a_file_cannot_be_made_up(cast: Cast) -> None:
    client = signed_in(cast, "reporter")
    client.post("/report/form/quick/", {**QUICK, "mode": "named", "kept-photos": "abc:def"})
    assert not Attachment.everywhere.exists()


def test_hidden_questions_are_neither_needed_nor_kept(cast: Cast) -> None:
    client = signed_in(cast, "reporter")
    page = client.get("/report/form/maintenance/").content.decode()
    assert "Only if “What kind of event was it?” is “Leak or spill”." in page
    client.post(
        "/report/form/maintenance/",
        {**QUICK, "mode": "named", "a-event_types": ["tool"], "a-spilled_litres": "12", "a-tool_number": "TW-114"},
    )
    report = Report.everywhere.get()
    assert report.answers["tool_number"] == "TW-114"
    assert "spilled_litres" not in report.answers
    assert report.categories == ["Tool: missing, left behind, out of calibration"]


def test_an_anonymous_report_sets_no_cookie_and_shows_its_code_once(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    for path in ("/report/anonymous/larkfield-air/", "/report/anonymous/larkfield-air/quick/", "/report/mailbox/"):
        answer = client.get(path, REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Telltale/1.0")
        assert answer.status_code == 200
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
    sent = client.post("/report/anonymous/larkfield-air/quick/", QUICK, REMOTE_ADDR="203.0.113.77")
    assert sent.status_code == 200
    assert not sent.cookies
    assert not client.cookies
    assert not Session.objects.exists()
    code = re.search(r'id="code">([^<]+)<', sent.content.decode())
    assert code is not None
    assert not client.post("/report/mailbox/shown/", {"code": code.group(1)}).cookies
    again = client.post("/report/anonymous/larkfield-air/quick/", QUICK).content.decode()
    assert code.group(1) not in again
    assert "This report was sent before." in again
    report = Report.everywhere.get()
    services.ask(cast.actor("safety"), report.pk, "Is the drain covered?")
    opened = client.post("/report/mailbox/", {"code": code.group(1).lower()}).content.decode()
    assert "Is the drain covered?" in opened
    assert report.number not in opened
    answered = client.post("/report/mailbox/", {"code": code.group(1), "text": "Yes, since noon."})
    assert "Your answer is sent." in answered.content.decode()
    assert Message.everywhere.filter(sender="reporter").get().text == "Yes, since noon."
    assert not client.cookies


def test_codes_cannot_be_tried_without_end(cast: Cast) -> None:
    client = Client()
    said = [client.post("/report/mailbox/", {"code": "2222-2222-2222-2222"}) for _each in range(4)]
    assert [answer.status_code for answer in said] == [422, 422, 422, 429]
    assert "Wait ten minutes" in said[-1].content.decode()
    assert client.post("/report/mailbox/", {"code": "x"}, REMOTE_ADDR="198.51.100.4").status_code == 422


def test_forms_that_are_not_offered_or_not_anonymous_are_not_there(cast: Cast) -> None:
    forms.set_offered(cast.actor("safety"), "cabin", on=False)
    assert signed_in(cast, "reporter").get("/report/form/cabin/").status_code == 404
    assert Client().get("/report/anonymous/larkfield-air/cabin/").status_code == 404
    assert Client().get("/report/anonymous/nobody/quick/").status_code == 404
    assert Client().get("/report/anonymous/outside-aero/cabin/").status_code == 200


def test_a_draft_under_ones_name_goes_when_the_report_is_sent(cast: Cast) -> None:
    client = signed_in(cast, "reporter")
    client.post("/draft/report:quick/", {"a-title": "Half a title", "mode": "named"})
    assert "Half a title" in client.get("/report/form/quick/").content.decode()
    client.post("/report/form/quick/", {**QUICK, "mode": "anonymous"})
    assert not Draft.everywhere.exists()


def test_own_reports_show_confidential_ones_to_the_reporter_only(cast: Cast) -> None:
    report = file(cast, "confidential").report
    services.ask(cast.actor("safety"), report.pk, "Which cart was it?")
    mine = signed_in(cast, "reporter")
    assert (
        "3 new" in mine.get("/report/mine/").content.decode() or "2 new" in mine.get("/report/mine/").content.decode()
    )
    page = mine.get(f"/report/mine/{report.pk}/").content.decode()
    assert "Which cart was it?" in page
    assert mine.post(f"/report/mine/{report.pk}/", {"text": "Cart 3."}).status_code == 303
    assert mine.post(f"/report/mine/{report.pk}/", {"text": ""}).status_code == 422
    assert Message.everywhere.filter(sender="reporter").get().by_id is None
    for who in ("colleague", "safety", "outsider"):
        assert signed_in(cast, who).get(f"/report/mine/{report.pk}/").status_code == 404
    # The record's own page is not for the reporter: it would show who works on it and what they write.
    assert mine.get(f"/r/report/{report.number}/").status_code == 404


def test_triage_from_queue_to_finish_without_script(cast: Cast) -> None:
    report = file(cast).report
    other = file(
        cast, who="owner", title="Wet patch at cart 3, stand 14", narrative="Coupling on cart 3 let go."
    ).report
    safety = signed_in(cast, "safety")
    page = safety.get(f"/reports/triage/{report.number}/").content.decode()
    assert "May be the same" in page
    assert other.title in page
    assert "Judge safety" in page
    assert safety.post(f"/reports/triage/{report.number}/judge/safety/", {"concerns": "yes"}).status_code == 303
    page = safety.get(f"/reports/triage/{report.number}/").content.decode()
    assert "Severity, at a first look" in page
    assert "Then finish triage. 2 of 3 to go." in page
    more = {"concerns": "yes", "severity": "C", "next": "actions", "note": "No injury."}
    safety.post(f"/reports/triage/{report.number}/judge/safety/", more)
    assert Judgement.everywhere.get().severity == "C"
    bad = safety.post(f"/reports/triage/{report.number}/judge/quality/", {"concerns": "perhaps"})
    assert bad.status_code == 422
    assert "Choose yes, no or not sure." in bad.content.decode()
    for lens in ("quality", "environment"):
        safety.post(f"/reports/triage/{report.number}/judge/{lens}/", {"concerns": "no"})
    assert "Finish triage" in safety.get(f"/reports/triage/{report.number}/").content.decode()
    done = safety.post(f"/reports/triage/{report.number}/finish/", follow=True)
    assert f"{report.number}</a> is triaged." in done.content.decode()
    assert other.number in done.content.decode()
    assert safety.get(f"/reports/triage/{report.number}/").status_code == 302


def test_the_desk_names_who_reported_unless_that_is_sealed(cast: Cast) -> None:
    named, sealed = file(cast).report, file(cast, "confidential").report
    safety = signed_in(cast, "safety")
    assert f"By {cast.reporter.name}" in safety.get(f"/reports/triage/{named.number}/").content.decode()
    assert cast.reporter.name not in safety.get(f"/reports/triage/{sealed.number}/").content.decode()


def test_what_may_be_the_same_is_joined_related_or_told_apart(cast: Cast) -> None:
    first, second, third = (file(cast, who=who).report for who in ("reporter", "owner", "colleague"))
    safety = signed_in(cast, "safety")
    at = f"/reports/triage/{second.number}/like"
    assert safety.post(f"{at}/{third.number}/no/").status_code == 303
    assert third.number not in re.findall(
        r"like/([\w-]+)/", safety.get(f"/reports/triage/{second.number}/").content.decode()
    )
    safety.post(f"{at}/{first.number}/related/")
    assert Link.everywhere.filter(relation="relates").count() == 1
    safety.post(f"{at}/{first.number}/same/")
    assert Report.everywhere.get(pk=second.pk).merged_into_id == first.pk
    assert safety.post(f"{at}/{first.number}/perhaps/").status_code == 404


def test_the_desk_is_for_those_who_triage(cast: Cast) -> None:
    report = file(cast, "confidential").report
    for who, status in (("reporter", 403), ("director", 403), ("administrator", 403), ("safety", 200)):
        assert signed_in(cast, who).get("/reports/triage/").status_code == status
    outsider = signed_in(cast, "outsider")
    assert "Nothing waits for triage" in outsider.get("/reports/triage/").content.decode()
    assert outsider.get(f"/reports/triage/{report.number}/").status_code == 404
    assert outsider.post(f"/reports/triage/{report.number}/judge/safety/", {"concerns": "no"}).status_code == 404


def test_the_record_page_shows_texts_lenses_answers_and_mailbox(cast: Cast) -> None:
    report = file(cast, "confidential", form="maintenance", event_types=["leak"], others="J. Ortega", ata="29").report
    judged(cast.actor("safety"), report, "yes")
    safety, gatekeeper = signed_in(cast, "safety"), signed_in(cast, "gatekeeper")
    page = safety.get(f"/r/report/{report.number}/").content.decode()
    for words in ("As reported", "To publish", "Three lenses", "Reporter: name sealed", "Safety Person"):
        assert words in page
    assert "Reporter Person" not in page
    answers = safety.get(f"/r/report/{report.number}/tab/answers/").content.decode()
    assert "29 Hydraulic power" in answers
    assert "Ortega" not in answers
    assert "Some answers are sealed." in answers
    assert "Open what is sealed" not in answers
    assert "Ask the reporter" in safety.get(f"/r/report/{report.number}/tab/mailbox/").content.decode()
    assert safety.get(f"/reports/{report.number}/sealed/").status_code == 403
    assert "What you need it for" in gatekeeper.get(f"/reports/{report.number}/sealed/").content.decode()
    short = gatekeeper.post(f"/reports/{report.number}/sealed/", {"field": "reporter", "purpose": "why"})
    assert short.status_code == 422
    purpose = "Thank the reporter in person"
    opened = gatekeeper.post(f"/reports/{report.number}/sealed/", {"field": "reporter", "purpose": purpose})
    assert "Reporter Person" in opened.content.decode()
    opened = gatekeeper.post(f"/reports/{report.number}/sealed/", {"field": "answers", "purpose": purpose})
    assert "J. Ortega" in opened.content.decode()


def test_publishing_warns_of_names_until_each_is_mended_or_confirmed(cast: Cast) -> None:
    report = file(cast).report
    safety = signed_in(cast, "safety")
    text = {"publish_title": "A coupling that had not locked", "publishable": "Reporter Person pulled N418LF at noon."}
    answer = safety.post(f"/reports/{report.number}/publish/", text)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“Reporter Person” is the name of a person here. Write the role instead." in page
    marks = re.findall(r'name="confirm" value="([^"]+)"', page)
    assert len(marks) == 2
    assert safety.post(f"/reports/{report.number}/publish/", {**text, "confirm": marks[:1]}).status_code == 422
    assert "Nothing is published yet." in signed_in(cast, "colleague").get("/reports/lessons/").content.decode()
    assert safety.post(f"/reports/{report.number}/publish/", {**text, "confirm": marks}).status_code == 303
    read = signed_in(cast, "colleague").get("/reports/lessons/").content.decode()
    assert "A coupling that had not locked" in read
    assert report.number not in read
    assert "A coupling" not in signed_in(cast, "outsider").get("/reports/lessons/").content.decode()
    assert safety.post(f"/reports/{report.number}/withdraw/", {"reason": "Too easy to guess"}).status_code == 303
    assert "A coupling" not in signed_in(cast, "colleague").get("/reports/lessons/").content.decode()
    assert signed_in(cast, "director").get(f"/reports/{report.number}/publish/").status_code == 403


def test_a_form_is_edited_as_a_draft_and_filed_reports_keep_their_version(cast: Cast) -> None:
    old = file(cast, form="quick").report
    safety = signed_in(cast, "safety")
    page = safety.get("/reports/forms/quick/")
    assert page.status_code == 200
    draft = ReportForm.objects.get(draft=True)
    sent = dict(_fields(page.content.decode()))
    sent |= {"title": "Quick report, shorter", "new-what-label": "How many litres?", "new-what-type": "number"}
    assert safety.post("/reports/forms/quick/", {**sent, "do": "add:what"}).status_code == 303
    page_text = safety.get("/reports/forms/quick/").content.decode()
    assert "How many litres?" in page_text
    assert "Quick report, shorter" in safety.get("/reports/forms/quick/preview/").content.decode()
    assert "shorter" not in signed_in(cast, "reporter").get("/report/").content.decode()
    again = dict(_fields(page_text))
    safety.post("/reports/forms/quick/", {**again, "do": "up:how_many_litres"})
    ready = dict(_fields(safety.get("/reports/forms/quick/").content.decode()))
    assert safety.post("/reports/forms/quick/", {**ready, "do": "publish"}).status_code == 303
    row = forms.find(cast.organisation.pk, "quick")
    assert (row.pk, row.version, row.title) == (draft.pk, 2, "Quick report, shorter")
    assert [field.code for field in row.form.fields][-2:] == ["how_many_litres", "photos"]
    assert (old.form_version, old.asked.title) == (1, "Quick report")  # type: ignore[union-attr]
    assert forms.find(cast.other.pk, "quick").version == 1
    assert signed_in(cast, "reporter").get("/reports/forms/").status_code == 403


def test_a_form_that_makes_no_sense_is_kept_and_not_published(cast: Cast) -> None:
    safety = signed_in(cast, "safety")
    page = safety.get("/reports/forms/quick/").content.decode()
    sent = dict(_fields(page)) | {"f-narrative-required": "", "title": ""}
    answer = safety.post("/reports/forms/quick/", {**sent, "do": "publish"})
    assert answer.status_code == 422
    assert "It cannot be published yet." in answer.content.decode()
    assert forms.find(cast.organisation.pk, "quick").version == 1
    safety.post("/reports/forms/quick/drop/")
    assert not ReportForm.objects.filter(draft=True).exists()


def _fields(page: str) -> list[tuple[str, object]]:
    """What a browser would send of the editing page as it stands."""
    found: dict[str, object] = {}
    for match in re.finditer(r'<input class="in" id="[^"]+" name="([^"]+)"(?: value="([^"]*)")?', page):
        found[match.group(1)] = match.group(2) or ""
    for match in re.finditer(r'<input type="checkbox" name="([^"]+)" value="([^"]+)" checked', page):
        found.setdefault(match.group(1), [])
        found[match.group(1)] = [*found[match.group(1)], match.group(2)]  # type: ignore[misc]
    return [(name, value) for name, value in found.items() if not name.startswith("new-")]


def test_pages_ask_a_constant_number_of_questions(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine the remembered names would get old between two looks.
    monkeypatch.setattr(names, "SECONDS", 3600.0)
    names.forget()
    safety = signed_in(cast, "safety")
    reports = [file(cast, "confidential").report, file(cast, who="owner").report]
    few = _queries(safety, reports[0])
    reports += [file(cast, who=who).report for who in ("owner", "colleague", "reporter")]
    many = _queries(safety, reports[0])
    assert few == many
    assert many == {"list": 9, "record": 13, "triage": 15}


def _queries(client: Client, report: Report) -> dict[str, int]:
    """How many statements each page takes, sign-in and shell with them."""
    found = {}
    for name, path in (
        ("list", "/r/report/"),
        ("record", f"/r/report/{report.number}/"),
        ("triage", f"/reports/triage/{report.number}/"),
    ):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        found[name] = len(captured)
    return found


def test_what_i_told_in_confidence_is_followed_from_my_work(cast: Cast) -> None:
    report = file(cast, "confidential").report
    client = signed_in(cast, "reporter")
    page = client.get("/?whose=raised").content.decode()
    assert f'href="/report/mine/{report.pk}/"' in page
    assert client.get(f"/report/mine/{report.pk}/").status_code == 200
    other = signed_in(cast, "colleague")
    assert report.number not in other.get("/?whose=raised").content.decode()
    assert other.get(f"/report/mine/{report.pk}/").status_code == 404


def test_an_empty_question_or_reason_is_said_where_it_was_left_out(cast: Cast) -> None:
    report = file(cast).report
    safety = signed_in(cast, "safety")
    asked = safety.post(f"/reports/{report.number}/ask/", {"text": " ", "back": "triage"})
    assert asked.status_code == 422
    assert 'id="ask-error"' in asked.content.decode()
    assert not Message.everywhere.filter(subject="question").exists()
    services.publish(cast.actor("safety"), report.pk, "Look twice", "Look at the coupling twice.")
    taken = safety.post(f"/reports/{report.number}/withdraw/", {"reason": " "})
    assert taken.status_code == 422
    text = taken.content.decode()
    assert 'id="reason-error"' in text
    assert "Look at the coupling twice." in text
    assert safety.post(f"/reports/{report.number}/withdraw/", {"reason": "Too clear"}).status_code == 303


def test_a_report_has_a_way_to_its_risk(cast: Cast) -> None:
    report = file(cast).report
    services.judge(cast.actor("safety"), report.pk, "safety", "yes")
    safety = signed_in(cast, "safety")
    desk = safety.get(f"/reports/triage/{report.number}/").content.decode()
    assert f'href="/risk/assess/{report.number}/"' in desk
    assert "Rate" in safety.get(f"/r/report/{report.number}/tab/risk/").content.decode()


ANONYMOUS = "/report/anonymous/larkfield-air/quick/"
CODE = re.compile(r'id="code"[^>]*>([A-Z2-9-]{19})<')


def test_the_same_send_gets_the_same_code_until_it_was_seen(cast: Cast) -> None:
    """The server took the report and the line was cut: the code of an answer that nobody saw is not lost."""
    [code] = CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode())
    assert CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode()) == [code]
    assert Report.everywhere.count() == 1
    # Nothing that the database keeps is the code, or the token that it is made from.
    with connection.cursor() as cursor:
        for table in ("reports_claim", "records_once"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = repr(cursor.fetchall())
            assert code.replace("-", "") not in kept
            assert QUICK["once"] not in kept
    # Another page, or the same one with other words, is told nothing of it.
    other = Client().post(ANONYMOUS, {**QUICK, "once": "fedcba9876543210"}).content.decode()
    assert CODE.findall(other) not in ([], [code])
    changed = Client().post(ANONYMOUS, {**QUICK, "a-title": "Other words"})
    assert changed.status_code == 422
    [fresh] = re.findall(r'name="once" value="([^"]+)"', changed.content.decode())
    assert fresh != QUICK["once"]
    # A wrong code says nothing, and shuts nothing.
    assert Client().post("/report/mailbox/shown/", {"code": "2222"}).status_code == 204
    assert CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode()) == [code]
    # The page says that it stands before somebody's eyes: from then on it is shown to nobody.
    assert Client().post("/report/mailbox/shown/", {"code": code}).status_code == 204
    again = Client().post(ANONYMOUS, QUICK).content.decode()
    assert CODE.findall(again) == []
    assert "cannot be shown again" in again
    assert Client().post("/report/mailbox/", {"code": code}).status_code == 200


def test_a_code_that_nobody_saw_is_shown_again_for_a_short_time_only(cast: Cast, clock: Traveller) -> None:
    [code] = CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode())
    clock.shift(timedelta(minutes=14))
    assert CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode()) == [code]
    clock.shift(timedelta(minutes=2))
    assert CODE.findall(Client().post(ANONYMOUS, QUICK).content.decode()) == []


def test_an_answer_in_the_mailbox_that_is_sent_again_is_said_once(cast: Cast) -> None:
    code = file(cast, "anonymous").code
    page = Client().post("/report/mailbox/", {"code": code}).content.decode()
    [once] = re.findall(r'name="once" value="([^"]+)"', page)
    sent = {"code": code, "text": "The cart is still there.", "once": once, "files": picture()}
    for _each in range(3):
        answer = Client().post("/report/mailbox/", {**sent, "files": picture()}).content.decode()
        assert "Your answer is sent." in answer
    assert Message.everywhere.filter(sender="reporter").count() == 1
    assert Attachment.everywhere.count() == 1
    # The next answer comes from another page.
    [fresh] = re.findall(r'name="once" value="([^"]+)"', answer)
    Client().post("/report/mailbox/", {"code": code, "text": "The cart is still there.", "once": fresh})
    assert Message.everywhere.filter(sender="reporter").count() == 2


def test_the_words_of_the_reporter_stay_beside_what_the_office_made_of_them(cast: Cast) -> None:
    for number, report in enumerate((file(cast, "confidential").report, file(cast, mode="named").report)):
        # A report from elsewhere was filed on no form: its words are in the history alone.
        if number:
            Report.everywhere.filter(pk=report.pk).update(filed_on=None, answers={})
        spine.edit(cast.actor("safety"), report.pk, report.version, {"narrative": "The cart was in order."})
        pages = (
            f"/r/report/{report.number}/",
            f"/reports/triage/{report.number}/",
            f"/reports/{report.number}/publish/",
        )
        for path in pages:
            text = signed_in(cast, "safety").get(path).content.decode()
            sent, changed = text.index("coupling on cart 3"), text.index("The cart was in order.")
            assert sent < text.index("What happened, as changed by Safety Person") < changed, path


def test_now_stays_now_when_another_site_is_chosen_and_a_written_time_is_that_of_the_site(cast: Cast) -> None:
    """The page opens at 09:00 UTC, 02:00 at Larkfield and 10:00 at Stavnes."""
    Site.objects.filter(code="STV").update(zone="Europe/Oslo")
    client = signed_in(cast, "reporter")
    page = client.get("/report/form/quick/").content.decode()
    assert "Local time at Larkfield (MST)." in page
    assert "Local time at Stavnes (CET)." in page.replace("&quot;", '"')
    [began] = re.findall(r'name="now-occurred_at" value="([^"]+)"', page)
    sent = {**QUICK, "mode": "named", "a-place-site": "STV", "now-occurred_at": began}
    for once, written, instant in (
        ("untouched-0123456789", "2026-03-02T02:00", "2026-03-02T09:00+00:00"),
        ("written-by-hand-01234", "2026-03-02T08:30", "2026-03-02T07:30+00:00"),
    ):
        assert client.post("/report/form/quick/", {**sent, "a-occurred_at": written, "once": once}).status_code == 200
        assert Report.everywhere.latest("pk").occurred_at == datetime.fromisoformat(instant)
    # What comes back to be mended says so as well.
    back = client.post("/report/form/quick/", {**sent, "a-title": ""}).content.decode()
    assert ">Local time at Stavnes (CET).<" in back
    assert began in back


@pytest.mark.parametrize(
    ("name", "content"), [("stand.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40), ("log.pdf", b"%PDF-1.7\n1 0 obj\n<<\n")]
)
def test_evidence_that_cannot_be_opened_is_kept_and_says_so(cast: Cast, name: str, content: bytes) -> None:
    report = file(cast).report
    safety = signed_in(cast, "safety")
    sent = {"file": SimpleUploadedFile(name, content), "evidence": "1"}
    added = safety.post(f"/r/report/{report.number}/file/", sent, follow=True)
    assert "It is kept as it is; add it again if you can." in added.content.decode()
    assert Attachment.everywhere.get().name == name
    for path in (f"/r/report/{report.number}/tab/files/", f"/reports/triage/{report.number}/"):
        assert "cannot be shown here, for download only" in safety.get(path).content.decode()


def test_after_the_triage_the_notice_leads_to_the_report(cast: Cast) -> None:
    report = judged(cast.actor("safety"), file(cast).report)
    answer = signed_in(cast, "safety").post(f"/reports/triage/{report.number}/finish/", follow=True)
    said = re.findall(r"data-said>.*?</div></div>", answer.content.decode(), re.DOTALL)
    assert f'<a href="{reverse("ui:go", args=[report.number])}">{report.number}</a> is triaged' in said[0]


def test_a_lens_that_is_not_sure_says_that_it_is_still_to_judge(cast: Cast) -> None:
    report = file(cast).report
    services.judge(cast.actor("safety"), report.pk, "safety", "unsure")
    desk = signed_in(cast, "safety").get(f"/reports/triage/{report.number}/").content.decode()
    assert "“Not sure” leaves it to be judged." in desk
    services.judge(cast.actor("safety"), report.pk, "safety", "no")
    desk = signed_in(cast, "safety").get(f"/reports/triage/{report.number}/").content.decode()
    assert "“Not sure” leaves it to be judged." not in desk
