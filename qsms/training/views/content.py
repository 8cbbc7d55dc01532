"""The text of a course and its bank of questions, for whoever keeps the course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.exchange import exports
from qsms.org.actor import Actor
from qsms.records import moves, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import course_file
from qsms.rules import courses as rules
from qsms.rules.courses import Kind, Question, Section
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog, reason_field
from qsms.ui.record.written import Written

from .. import contents, drafting, editing, learning
from ..drafting import Working
from ..models import Course
from ..standing import IN_USE
from . import draft_told
from .content_forms import BringForm, OutlineForm, QuestionForm, SectionForm, TrueFalseForm

YAML = "application/yaml"


def opened(request: HttpRequest, number: str) -> tuple[Actor, Course, Working | None]:
    """Who keeps the course, and the text that they write on. Raises NotVisible, Refused."""
    actor = answers.actor_of(request)
    stands_in(request, pages.listing(contents.KIND))
    course = contents.find(actor, number)
    if not scope.may(actor, "change", course):
        raise Refused([_("You may not change this course. Ask %(who)s.") % {"who": moves.who_may(course, "change")}])
    return actor, course, drafting.of(course)


def with_text(request: HttpRequest, number: str) -> tuple[Actor, Course, Working]:
    """The same for a course that has a text. Raises NotVisible, Refused."""
    actor, course, working = opened(request, number)
    if working is None:
        raise NotVisible
    return actor, course, working


def home(number: str) -> str:
    """The page with the whole text."""
    return reverse("training:content", args=[number])


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The sections with their questions, the rule of the quiz, and who is stuck in it."""
    actor, course, working = opened(request, number)
    content, text = (working.content, working.text) if working is not None else (None, None)
    context = {
        "course": course,
        "record_url": pages.record(course),
        "content": content,
        "text": text,
        "draft": draft_told.told(actor, working) if working is not None else None,
        "stuck": learning.used_up(course, content) if content is not None else [],
        "sections": [_drawn(number, one) for one in text.sections] if text is not None else [],
    }
    return answers.page(request, "training/content.html", context)


def _drawn(number: str, section: Section) -> dict[str, Any]:
    words = {Kind.SINGLE: _("one answer"), Kind.MULTIPLE: _("several answers"), Kind.TRUE_FALSE: _("true or false")}
    return {
        "section": section,
        "url": reverse("training:section", args=[number, section.key]),
        "questions": [
            {
                "question": one,
                "kind": words[one.kind],
                "url": reverse("training:bank", args=[number, section.key, one.key]),
            }
            for one in section.questions
        ],
    }  # fmt: skip


@answers.for_people
@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Give a course a text of its own to begin with."""
    actor, course, working = opened(request, number)
    if working is None:
        contents.put(actor, course.pk, contents.first_text(course), was=0)
    return answers.done(request, home(number), _("It has a first section and a first question. Write them over."))


@answers.for_people
@require_GET
def take_out(request: HttpRequest, number: str) -> HttpResponse:
    """The whole text as a file, with its bank of questions."""
    actor, _course, working = with_text(request, number)
    exports.note_file(actor, f"text of {number}", kind="course", form="yaml")
    response = HttpResponse(course_file.write_course(working.text), content_type=YAML)
    response["Content-Disposition"] = f'attachment; filename="{working.text.code}.yaml"'
    return response


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """Bring the whole text as a file; it becomes the draft, or the next revision where nobody reads it yet."""
    actor, course, working = opened(request, number)
    form = BringForm(request.POST or None, request.FILES or None)
    was = mark_of(request, working)
    if form.is_bound and form.is_valid():
        try:
            brought = contents.read_file(form.cleaned_data["file"].read())
            if working is None:
                contents.put(actor, course.pk, brought, was=0)
            else:
                drafting.change(actor, course.pk, was, lambda _text: brought)
        except Invalid as error:
            for name, sentence in error.errors.items():
                form.add_error(name or None, sentence)
        else:
            return answers.done(request, home(number), _("The text is brought in."))
    context = {
        "told": _("It becomes the draft. People read it once you publish it.")
        if course.state == IN_USE
        else _("It takes the place of the present one."),
        "verb": _("Bring it in"),
    }
    return _form(request, course, form, _("Bring a file"), was, context)


@answers.for_people
@require_http_methods(["GET", "POST"])
def outline(request: HttpRequest, number: str) -> HttpResponse:
    """What is said of the whole course, and the rule of its quiz."""
    actor, course, working = with_text(request, number)
    form = OutlineForm(request.POST or None, initial=OutlineForm.of(working.text))
    return _edited(request, actor, course, working, form, _("Course and quiz"), lambda: editing.outline(form.values()))


@answers.for_people
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, number: str, section: str = "") -> HttpResponse:
    """One section to write; without a key, a new one."""
    actor, course, working = with_text(request, number)
    text = working.text
    one = _section(text, section) if section else None
    form = SectionForm(request.POST or None, initial=SectionForm.of(one))
    url = reverse("training:content-preview", args=[number])
    form.fields["content"].widget = Written(url, pictures=False, rows=16)
    more = {
        "up_url": reverse("training:section-up", args=[number, section]) if one and text.sections[0] is not one else "",
        "drop_url": reverse("training:section-drop", args=[number, section]) if one and len(text.sections) > 1 else "",
        "drop_word": _("Take this section out, with its questions"),
    }
    title = one.title if one else _("New section")
    return _edited(request, actor, course, working, form, title, lambda: editing.section(section, form.values()), more)


@answers.for_people
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, number: str, section: str, question: str = "") -> HttpResponse:
    """One question to write; without a key, a new one: with `kind=true_false` in the address, one without options."""
    actor, course, working = with_text(request, number)
    there = _section(working.text, section)
    one = _question(there, question) if question else None
    true_false = one.kind is Kind.TRUE_FALSE if one else request.GET.get("kind") == Kind.TRUE_FALSE
    made: type[QuestionForm] | type[TrueFalseForm] = TrueFalseForm if true_false else QuestionForm
    form = made(request.POST or None, initial=made.of(one))
    more = {
        "drop_url": reverse("training:bank-drop", args=[number, section, question]) if one else "",
        "drop_word": _("Take this question out"),
        "below": there.title,
    }
    title = _("Question") if one else _("New question")

    def how() -> Callable[[editing.Data], None]:
        given = form.cleaned_data
        return editing.question(section, question, given["text"], form.options(), form.right(), given["explanation"])

    return _edited(request, actor, course, working, form, title, how, more)


def _edited(
    request: HttpRequest, actor: Actor, course: Course, working: Working, form: Any, title: str,
    how: Callable[[], Callable[[editing.Data], None]], more: Mapping[str, Any] = {},
) -> HttpResponse:  # fmt: skip
    """The form, and the change it asks for once it is filled in; it begins from the text that it was shown for."""
    was = mark_of(request, working)
    if form.is_bound and form.is_valid():
        try:
            drafting.change(actor, course.pk, was, editing.changed(how()))
        except Invalid as error:
            for sentence in error.errors.values():
                form.add_error(None, sentence)
        else:
            said = _("Kept in the draft. People read it once you publish it.")
            return answers.done(
                request, home(course.number), said if course.state == IN_USE else _("Kept as the next revision.")
            )
    return _form(request, course, form, title, was, more)


def mark_of(request: HttpRequest, working: Working | None) -> str:
    """Which text was shown to whoever sends this."""
    return str(request.POST.get("was") or (working.mark if working is not None else ""))


def _form(
    request: HttpRequest, course: Course, form: Any, title: str, was: str, more: Mapping[str, Any]
) -> HttpResponse:
    context = {
        "course": course, "record_url": pages.record(course), "form": form, "title": title, "was": was,
        "home_url": home(course.number), "verb": _("Save"), "is_in_use": course.state == IN_USE, **more,
    }  # fmt: skip
    drawn = answers.invalid_form if form.is_bound else answers.page
    return drawn(request, "training/content_form.html", context)


@answers.for_people
@require_POST
def section_up(request: HttpRequest, number: str, section: str) -> HttpResponse:
    """Let a section change places with the one before it."""
    return _changed(request, number, editing.section_up(section), _("The section is one place further up."))


@answers.for_people
@require_POST
def section_drop(request: HttpRequest, number: str, section: str) -> HttpResponse:
    """Take a section out."""
    return _changed(request, number, editing.without_section(section), _("The section is taken out."))


@answers.for_people
@require_POST
def question_drop(request: HttpRequest, number: str, section: str, question: str) -> HttpResponse:
    """Take a question out of the bank."""
    return _changed(request, number, editing.without_question(section, question), _("The question is taken out."))


def _changed(request: HttpRequest, number: str, how: Callable[[editing.Data], None], said: str) -> HttpResponse:
    actor, course, working = with_text(request, number)
    drafting.change(actor, course.pk, mark_of(request, working), editing.changed(how))
    return answers.done(request, home(number), said)


@answers.for_people
@require_http_methods(["GET", "POST"])
def let_again(request: HttpRequest, number: str, person: int) -> HttpResponse:
    """Let somebody whose attempts are used read once more and try again, with the reason."""
    actor, course, working = opened(request, number)
    used = learning.used_up(course, working.content) if working is not None else []
    found = {one.pk: one for one, _score in used}
    if person not in found:
        raise NotVisible
    form = DialogForm(request, {"reason": reason_field(required=True)})
    if form.is_valid():
        try:
            learning.let_again(actor, number, person, form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("%(name)s can read it once more and try again.") % {"name": found[person].name}
            return answers.done(request, home(number), said)
    told = {
        "title": _("Let %(name)s try again") % {"name": found[person].name},
        "meaning": _("They read the course once more from its first section, and then have all attempts anew."),
        "verb": _("Let them try again"),
        "back_url": home(number),
    }
    return dialog(request, form, told)


def _section(text: rules.Course, key: str) -> Section:
    found = next((one for one in text.sections if one.key == key), None)
    if found is None:
        raise NotVisible
    return found


def _question(section: Section, key: str) -> Question:
    found = next((one for one in section.questions if one.key == key), None)
    if found is None:
        raise NotVisible
    return found
