"""Types of an organisation's own: numbers, routes, starting texts; what a change reaches and what it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client

from qsms.api import openapi
from qsms.base import context, moment
from qsms.documents import choices, document_types, routing, type_editing
from qsms.documents.choices import DocumentType
from qsms.documents.models import Document
from qsms.documents.type_editing import Wish
from qsms.org import services as org
from qsms.org.models import Grant
from qsms.records import moves, registry, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from tests.cast import Cast

from .makers import again, document, revision, sent, sign, signer

pytestmark = pytest.mark.django_db
PLAIN = Wish("Checklist", "CHK", 2, 12, approve=("quality_manager",))


def known(cast: Cast) -> dict[str, DocumentType]:
    return dict(document_types.of(cast.organisation.pk))


def wish(one: DocumentType, **other: object) -> Wish:
    given = (one.label, one.prefix, one.digits, one.review_months, one.review, one.approve, one.executive_signs)
    return replace(Wish(*given, one.is_external, one.template), **other)  # type: ignore[arg-type]


def client_of(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.account(who))
    return client


def test_a_type_is_changed_on_its_page_for_what_is_to_come(cast: Cast) -> None:
    before = sent(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    client = client_of(cast, "quality")
    assert "Quality manager, then Department director" in client.get("/documents/types/").content.decode()
    page = "/documents/types/of/procedure/"
    typed = {
        "version": 0, "label": "Standard procedure", "prefix": "sop", "digits": 4, "review_months": 18,
        "review_0": "quality_manager", "review_1": "safety_manager", "approve_0": "department_director",
        "executive_signs": "on", "template": "## Aim\r\n",
    }  # fmt: skip
    assert client.get(page).status_code == 200
    wrong = client.post(page, typed | {"prefix": "no good"})
    assert (wrong.status_code, 'value="Standard procedure"' in wrong.content.decode()) == (422, True)
    assert "“NO GOOD” is no prefix." in wrong.content.decode()
    answer = client.post(page, typed, follow=True)
    assert "“Standard procedure” is kept." in answer.content.decode()
    assert "Somebody changed this type since you opened it" in client.post(page, typed).content.decode()
    # What was sent keeps its route; what is sent now goes the new one, in turn.
    assert [step.role for step in routing.steps(again(before))] == ["quality_manager", "department_director"]
    held = document(cast)
    assert (held.code, held.get_document_type_display()) == ("SOP-0002", "Standard procedure")
    [raising] = [one for one in registry.raisings("document") if one.kind == "revision"]
    assert raising.values(held)["body"] == "## Aim\n"
    one = sent(cast, revision(cast, held))
    ahead = ["quality_manager", "safety_manager", "department_director", "accountable_executive"]
    assert [step.role for step in routing.steps(one)] == ahead
    routing.ask(cast.actor("quality"), one)
    assert "review" not in {task.code for task in tasks.mine(cast.actor("safety")) if task.record.pk == one.pk}
    with pytest.raises(Refused, match="It waits for: Quality manager"):
        moves.move(cast.actor("safety"), one.pk, "review", proof=signer(cast, "safety"))
    sign(cast, "quality_2", one, "review")
    assert [task.code for task in tasks.mine(cast.actor("safety")) if task.record.pk == one.pk] == ["review"]
    sign(cast, "safety", one, "review")
    for who in ("director", "executive"):
        assert again(one).state == "in_approval"
        sign(cast, who, one)
    assert again(one).state == "approved"
    told = client.get(page).content.decode()
    for said in ("Quality Person", "<del>PRO</del> <ins>SOP</ins>", "Quality manager, then Safety manager"):
        assert said in told, said
    outside = client_of(cast, "outsider").get(page).content.decode()
    assert "Standard procedure" not in outside
    assert "changed here" not in outside
    assert client_of(cast, "director").get(page).status_code == 403
    history = client_of(cast, "administrator").get("/administration/history/").content.decode()
    assert "changed Standard procedure" in history


def test_an_own_type_is_added_switched_off_and_kept_by_its_documents(cast: Cast) -> None:
    actor = cast.actor("quality")
    made = type_editing.add(actor, PLAIN)
    held = document(cast, document_type=made.code)
    assert held.code == "CHK-01"
    client = client_of(cast, "quality")
    option = f'value="{made.code}"'
    assert option in client.get("/r/document/new/").content.decode()
    client.post(f"/documents/types/of/{made.code}/set/", {"do": "off", "version": made.version})
    assert option not in client.get("/r/document/new/").content.decode()
    with pytest.raises(Invalid, match="“Checklist” is not used for new documents any more"):
        document(cast, document_type=made.code)
    services.edit(actor, held.pk, held.version, {"title": "Before pushback", "document_type": made.code})
    assert f"{option} selected" in client.get(f"/r/document/{held.number}/edit/").content.decode()
    assert "Checklist" in client.get("/r/document/").content.decode(), "the list still says what it is"
    # The usual type may be off as well; a first revision then begins a document of another one.
    type_editing.switch(actor, "procedure", 0, on=False)
    begun = services.create(actor, "revision", {"title": "New", "body": "x", "site": cast.sites["LKF"]})
    assert again(begun).document.document_type == "policy"  # type: ignore[arg-type, union-attr]
    for code in [code for code in known(cast) if code not in (made.code, "procedure", "policy")]:
        type_editing.switch(actor, code, 0, on=False)
    with pytest.raises(Refused, match="only type that is used"):
        type_editing.switch(actor, "policy", 0, on=False)
    # No door names it elsewhere.
    assert made.code not in document_types.of(cast.other.pk)
    with pytest.raises(NotVisible):
        type_editing.find(cast.actor("outsider"), made.code)
    openapi._document.cache_clear()
    assert "checklist" not in str(openapi.document()).lower()
    with context.organisation(cast.other.pk), pytest.raises(Invalid):
        services.create(cast.actor("outsider"), "document", {"title": "Theirs", "document_type": made.code})


@pytest.mark.parametrize(
    ("other", "field", "said"),
    [
        ({"label": " "}, "label", "Write what documents"),
        ({"label": "procedure"}, "label", "There is a type “procedure” already"),
        ({"prefix": "P-1"}, "prefix", "“P-1” is no prefix"),
        ({"prefix": "pol"}, "prefix", "is the prefix of “Policy”"),
        ({"digits": 0}, "digits", "“0” does not fit. Write 1 to 6"),
        ({"review_months": 999}, "review_months", "Write 1 to 120"),
        ({"approve": ()}, "approve", "Nobody would approve it"),
        ({"approve": ("quality_manager", "quality_manager")}, "approve", "named twice"),
        ({"review": ("reporter",)}, "review", "cannot sign"),
        ({"template": "x" * 40_001}, "template", "too long"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_nothing_is_kept(
    cast: Cast, other: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as found:
        type_editing.add(cast.actor("quality"), replace(PLAIN, **other))  # type: ignore[arg-type]
    assert said in found.value.errors[field]
    assert list(known(cast)) == list(choices.shipped())


def test_a_change_of_the_shipped_ones_reaches_who_has_not_changed_theirs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = cast.actor("quality")
    type_editing.change(actor, "form", 0, wish(known(cast)["form"], review_months=40))
    newer = {code: replace(one, review_months=99) for code, one in choices.shipped().items()}
    for module in (choices, document_types, type_editing):
        monkeypatch.setattr(module, "shipped", lambda: newer)
    document_types.forget()
    assert {code: known(cast)[code].review_months for code in ("form", "manual")} == {"form": 40, "manual": 99}
    type_editing.take_shipped(actor, "form", 1)
    assert known(cast)["form"].review_months == 99
    assert [deed.verb for deed in type_editing.deeds(actor, "form")] == ["type_as_shipped", "edited"]


def test_no_deputy_signs_what_the_executive_signs_in_person(cast: Cast) -> None:
    """DOMAIN 2.4: tasks are delegated, never accountability. A manual is approved by a deputy, the policy is not."""
    today = moment.now().date()
    org.delegate(
        cast.executive, cast.colleague, starts_on=today, ends_on=today + dt.timedelta(days=30), reason="Leave"
    )  # fmt: skip
    for kind, reviewer, is_lent in (("policy", "safety", False), ("manual", "quality", True)):
        by = "quality" if reviewer == "safety" else "safety"
        one = sent(cast, revision(cast, document(cast, by, document_type=kind), by), by)
        sign(cast, reviewer, one, "review")
        [step] = routing.waiting(again(one))
        assert (step.role, step.in_person) == ("accountable_executive", not is_lent)
        asked = {task.record.pk for task in tasks.mine(cast.actor("colleague"))}
        assert (one.pk in asked) is is_lent
        if is_lent:
            sign(cast, "colleague", one)
        else:
            with pytest.raises((Refused, NotVisible)):
                moves.move(cast.actor("colleague"), one.pk, "approve", proof=signer(cast, "colleague"))
            sign(cast, "executive", one)
        assert again(one).state == "approved"


def test_a_route_that_nobody_can_go_says_so_before_it_is_sent(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety")
    Grant.objects.filter(role__code="department_director").delete()
    said = "a role that nobody holds: Department director"
    page = client_of(cast, "safety").get(f"/r/revision/{one.number}/").content.decode()
    assert said in page
    with pytest.raises(Invalid, match=said):
        moves.move(cast.actor("safety"), one.pk, "send")
    moves.move(cast.actor("safety"), one.pk, "send", reason="The director begins on Monday")
    assert again(one).state == "in_review"
    assert Document.everywhere.get(pk=one.document_id).state == "preparing"
