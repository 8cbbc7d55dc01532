"""The text of a course and its bank of questions, for whoever keeps the course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.org.actor import Actor
from qsms.records import keys, moves, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import course_file
from qsms.rules import courses as rules
from qsms.rules.courses import Kind, Question, Section
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in
from qsms.ui.record.linking import DialogForm, dialog, reason_field

from .. import contents, editing, learning
from ..models import Content, Course
from .content_forms import BringForm, OutlineForm, QuestionForm, SectionForm, TrueFalseForm

YAML = "application/yaml"


def _opened(request: HttpRequest, number: str) -> tuple[Actor, Course, Content | None]:
    actor = answers.actor_of(request)
    stands_in(request, pages.listing(contents.KIND))
    course = contents.find(actor, number)
    if not scope.may(actor, "change", course):
        raise Refused([_("You may not change this course. Ask %(who)s.") % {"who": moves.who_may(course, "change")}])
    return actor, course, contents.newest(course.pk)


def _with_text(request: HttpRequest, number: str) -> tuple[Actor, Course, Content, rules.Course]:
    actor, course, content = _opened(request, number)
    if content is None:
        raise NotVisible
    return actor, course, content, contents.text_of(content)


def home(number: str) -> str:
    """The page with the whole text."""
    return reverse("training:content", args=[number])


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The sections with their questions, the rule of the quiz, and who is stuck in it."""
    _actor, course, content = _opened(request, number)
    text = contents.text_of(content) if content is not None else None
    context = {
        "course": course,
        "record_url": pages.record(course),
        "content": content,
        "text": text,
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
    actor, course, content = _opened(request, number)
    if content is None:
        contents.put(actor, course.pk, contents.first_text(course), was=0)
    return answers.done(request, home(number), _("It has a first section and a first question. Write them over."))


@answers.for_people
@require_GET
def take_out(request: HttpRequest, number: str) -> HttpResponse:
    """The whole text as a file, with its bank of questions."""
    _actor, _course, _content, text = _with_text(request, number)
    response = HttpResponse(course_file.write_course(text), content_type=YAML)
    response["Content-Disposition"] = f'attachment; filename="{text.code}.yaml"'
    return response


@answers.for_people
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """Bring the whole text as a file; it becomes the next revision."""
    actor, course, content = _opened(request, number)
    form = BringForm(request.POST or None, request.FILES or None)
    was = _was(request, content)
    if form.is_bound and form.is_valid():
        try:
            contents.put(actor, course.pk, contents.read_file(form.cleaned_data["file"].read()), was=was)
        except Invalid as error:
            for name, sentence in error.errors.items():
                form.add_error(name or None, sentence)
        else:
            return answers.done(request, home(number), _("The text is brought in."))
    context = {
        "told": _("It takes the place of the present one. What people tried before stays as it was."),
        "verb": _("Bring it in"),
    }
    return _form(request, course, form, _("Bring a file"), was, context)


@answers.for_people
@require_http_methods(["GET", "POST"])
def outline(request: HttpRequest, number: str) -> HttpResponse:
    """What is said of the whole course, and the rule of its quiz."""
    actor, course, content, text = _with_text(request, number)
    form = OutlineForm(request.POST or None, initial=OutlineForm.of(text))
    return _edited(request, actor, course, content, form, _("Course and quiz"), lambda: editing.outline(form.values()))


@answers.for_people
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, number: str, section: str = "") -> HttpResponse:
    """One section to write; without a key, a new one."""
    actor, course, content, text = _with_text(request, number)
    one = _section(text, section) if section else None
    form = SectionForm(request.POST or None, initial=SectionForm.of(one))
    more = {
        "up_url": reverse("training:section-up", args=[number, section]) if one and text.sections[0] is not one else "",
        "drop_url": reverse("training:section-drop", args=[number, section]) if one and len(text.sections) > 1 else "",
        "drop_word": _("Take this section out, with its questions"),
    }
    title = one.title if one else _("New section")
    return _edited(request, actor, course, content, form, title, lambda: editing.section(section, form.values()), more)


@answers.for_people
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, number: str, section: str, question: str = "") -> HttpResponse:
    """One question to write; without a key, a new one: with `kind=true_false` in the address, one without options."""
    actor, course, content, text = _with_text(request, number)
    there = _section(text, section)
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

    return _edited(request, actor, course, content, form, title, how, more)


def _edited(
    request: HttpRequest, actor: Actor, course: Course, content: Content, form: Any, title: str,
    how: Callable[[], Callable[[editing.Data], None]], more: Mapping[str, Any] = {},
) -> HttpResponse:  # fmt: skip
    """The form, and the change it asks for once it is filled in; it begins from the revision that it was shown for."""
    was = _was(request, content)
    if form.is_bound and form.is_valid():
        try:
            editing.change(actor, course, was, how())
        except Invalid as error:
            for sentence in error.errors.values():
                form.add_error(None, sentence)
        else:
            return answers.done(request, home(course.number), _("Kept as the next revision."))
    return _form(request, course, form, title, was, more)


def _was(request: HttpRequest, content: Content | None) -> int:
    """The revision that was shown to whoever sends this."""
    given = keys.whole(request.POST.get("was", ""))
    return given if given is not None else content.revision if content is not None else 0


def _form(
    request: HttpRequest, course: Course, form: Any, title: str, was: int, more: Mapping[str, Any]
) -> HttpResponse:
    context = {
        "course": course, "record_url": pages.record(course), "form": form, "title": title, "was": was,
        "home_url": home(course.number), "verb": _("Save"), **more,
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
    actor, course, content, _text = _with_text(request, number)
    editing.change(actor, course, _was(request, content), how)
    return answers.done(request, home(number), said)


@answers.for_people
@require_http_methods(["GET", "POST"])
def let_again(request: HttpRequest, number: str, person: int) -> HttpResponse:
    """Let somebody whose attempts are used read once more and try again, with the reason."""
    actor, course, content = _opened(request, number)
    found = {one.pk: one for one, _score in learning.used_up(course, content)} if content is not None else {}
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
