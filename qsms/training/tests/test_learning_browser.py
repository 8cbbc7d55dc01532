"""A course taken on a phone with the keyboard alone, and the pages of its keeper, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from qsms.records import services
from qsms.rules import course_file
from qsms.rules.courses import Kind
from qsms.training import contents, learning, quizzes, starters
from qsms.training.models import Attempt, Course, Holding
from tests.cast import Cast
from tests.harness.browser import PHONE, looks_right, looks_right_everywhere, was_refused

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]
MOST_TABS = 25


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **options: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page(**options)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def short_course(cast: Cast) -> Course:
    """The first two sections of a starter course: four questions, one of them with several answers."""
    keeper = cast.actor("quality")
    [made] = starters.add(keeper, ["quality-basics"])
    data = course_file.to_dict(starters.shipped()["quality-basics"])
    data["sections"] = data["sections"][:2]
    data["quiz"] |= {"wait_hours": 0}
    for section in data["sections"]:
        section["questions"] = section["questions"][1:]
    contents.put(keeper, made.pk, contents.checked(data), was=1)
    return made


def tab_to(page: Page, wanted: Locator) -> None:
    """Reach it with the tabulator alone, and see where the focus is on the way."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("(one) => one === document.activeElement"):
            assert wanted.evaluate(
                "(one) => getComputedStyle(one).outlineStyle !== 'none' || one.matches('.choice input')"
            )
            return
    raise AssertionError(f"{MOST_TABS} tabs did not reach {wanted}")


def press(page: Page, name: str, role: Any = "button") -> None:
    tab_to(page, page.get_by_role(role, name=name))
    page.keyboard.press("Enter")


def answer(page: Page, attempt: Attempt, place: int, *, rightly: bool = True) -> None:
    asked = quizzes.paper(attempt)[place - 1]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {place} of 4")
    wanted = asked.question.right if rightly else set(asked.order) - asked.question.right
    shown = [at for at, option in enumerate(asked.order, start=1) if option in wanted]
    if asked.question.kind is Kind.MULTIPLE:
        for at in shown:
            tab_to(page, page.locator(f"#o{at}"))
            page.keyboard.press("Space")
        return
    tab_to(page, page.locator("#o1"))
    page.keyboard.press("Space")
    for _step in range(shown[0] - 1):
        page.keyboard.press("ArrowDown")
    expect(page.locator(f"#o{shown[0]}")).to_be_checked()


def test_a_course_is_taken_on_a_phone_with_the_keyboard_alone(
    cast: Cast, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    course = short_course(cast)
    page = signed_in(cast, "quality", open_page, live, viewport=PHONE)
    page.goto(reverse("training:learn", args=[course.number]))
    looks_right(page, "learn-phone")
    press(page, "Begin", "link")
    expect(page.get_by_role("heading", level=1)).to_have_text("What quality means")
    press(page, "Next: When something is not right")
    expect(page.get_by_role("heading", level=1)).to_have_text("When something is not right")
    press(page, "Done reading")
    press(page, "Begin the quiz")
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 4")
    attempt = Attempt.everywhere.get(person=cast.quality)
    looks_right(page, "question-phone")
    press(page, "Keep and go on")
    page.get_by_text("Nothing is chosen.").wait_for()
    assert page.locator("#o1").evaluate("(one) => one === document.activeElement")
    was_refused(console_errors, 422, 1)
    page.goto(page.url)
    answer(page, attempt, 1, rightly=False)
    # The network goes while the answer is on its way: it waits on the page and goes out by itself.
    page.context.set_offline(True)
    press(page, "Send when online")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 2 of 4")
    # Another day: the course leads back to the question that was left.
    page.goto(reverse("training:learn", args=[course.number]))
    press(page, "Go on with the quiz", "link")
    answer(page, attempt, 2)
    press(page, "Keep and go on")
    answer(page, attempt, 3)
    press(page, "Keep and go on")
    answer(page, attempt, 4)
    press(page, "Keep and look over")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you hand in")
    looks_right(page, "check-phone")
    press(page, "Hand in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet")
    assert page.get_by_role("link", name="Read again:").count() == 1
    looks_right(page, "not-passed-phone")
    press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 4")
    attempt = Attempt.everywhere.get(person=cast.quality, number=2)
    for place in range(1, 5):
        answer(page, attempt, place)
        press(page, "Keep and go on" if place < 4 else "Keep and look over")
    press(page, "Hand in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
    press(page, "See your training record", "link")
    held = Holding.everywhere.get(attempt=attempt)
    page.wait_for_url(f"**/r/holding/{held.number}/")


def test_the_pages_look_right_on_desk_and_phone(cast: Cast, open_page: Open, live: Any) -> None:
    course = short_course(cast)
    actor = cast.actor("quality")
    [declared] = starters.add(actor, ["accountable-executive"])
    own = services.create(actor, "course", {"title": "De-icing at Larkfield"})
    for section in contents.text_of(contents.newest(course.pk)).sections:  # type: ignore[arg-type]
        learning.read(actor, course.number, section.key, 1)
    attempt = quizzes.start(actor, course.number)
    for place in (1, 2, 3, 4):
        quizzes.keep(actor, course.number, attempt.number, place, [place % 2 + 1])
    args = [course.number, attempt.number]
    page = signed_in(cast, "quality", open_page, live)
    for name, path in (
        ("starters", reverse("training:starters")), ("learn", reverse("training:learn", args=[course.number])),
        ("lesson", reverse("training:lesson", args=[declared.number, "declare"])),
        ("question", reverse("training:question", args=[*args, 2])),
        ("check", reverse("training:quiz-check", args=args)),
    ):  # fmt: skip
        page.goto(path)
        looks_right_everywhere(page, f"learning-{name}", themes=True)
    # Made of nothing but the kit's own parts.
    for name, path in (
        ("content-none", reverse("training:content", args=[own.number])),
        ("true-false", reverse("training:bank-new", args=[course.number, "wrong"]) + "?kind=true_false"),
    ):  # fmt: skip
        page.goto(path)
        looks_right_everywhere(page, f"learning-{name}")
    # A change of what people read is a draft first.
    page.goto(reverse("training:section", args=[course.number, "wrong"]))
    page.locator("#id_content").fill("## Oil\n\n**Never** down the drain.")
    expect(page.locator("[data-written-shown]").get_by_role("heading", name="Oil")).to_be_visible()
    looks_right_everywhere(page, "learning-section-written")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("This is a draft. People read revision 2 until you publish it.").wait_for()
    looks_right_everywhere(page, "learning-draft")
    page.get_by_role("link", name="Publish").click()
    looks_right_everywhere(page, "learning-publish")
    page.get_by_label("What is different").fill("Oil")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Revision 3 is what people read now.").first.wait_for()
    quizzes.hand_in(actor, course.number, attempt.number)
    page.goto(reverse("training:quiz-result", args=args))
    looks_right_everywhere(page, "learning-result", themes=True)
