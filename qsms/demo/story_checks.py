"""Whether the story library holds together: every reference resolves, every cell exists, every answer fits its form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from qsms.base.zones import zone_names
from qsms.demo.shapes import (
    Hazard,
    Library,
    Organisation,
    Story,
    ThreadAction,
    ThreadReport,
    ToldAdoption,
    ToldDocument,
)
from qsms.demo.stories import slots_of
from qsms.documents.choices import shipped as document_types
from qsms.reports.rules import MODES, ReportForm, check_answers, visible_fields
from qsms.rules.evidence import Strength
from qsms.standards import shipped
from qsms.training import starters

LEVELS = ("eliminate", "substitute", "engineering", "administrative", "protective")
KINDS = ("correction", "containment", "corrective", "preventive", "improvement")
STATES_OF_DOCUMENTS = ("effective", "draft", "review", "approval", "planned", "obsolete", "archived", "void")
LENSES = ("safety", "quality", "environment", "health")
REPORT_STATES = ("triage", "investigating", "actions", "waiting", "closed")
ACTION_STATES = ("open", "doing", "extension_asked", "implemented", "closed")
PLACE_SLOTS = ("aircraft", "stand", "runway", "hangar", "site")
"""Slots that the organisation fills, because what fits depends on where the story happens."""

_CELL = re.compile(r"[1-5][A-E]")
_LETTER = re.compile(r"[A-E]")


def faults(
    library: Library,
    *,
    forms: Iterable[ReportForm],
    roles: Collection[str],
    conflicts: Collection[frozenset[str]],
) -> list[str]:
    """What does not hold together, as sentences; empty when the demonstration can be made from it."""
    by_code = {form.code: form for form in forms}
    found: list[str] = []
    for organisation in library.organisations:
        found += _organisation(organisation, roles, conflicts)
        found += _missing(organisation.name, "story", organisation.stories, {story.code for story in library.stories})
    found += _twice(library)
    found += _controls(library)
    for hazard in library.hazards:
        found += _hazard(hazard, library)
    for story in library.stories:
        found += _story(story, library, by_code)
    found += _unused(library)
    found += _weights(library)
    for report in library.reports:
        found += _report(report, library, by_code)
    for action in library.actions:
        found += _action(action, library)
    for adoption in library.adoptions:
        found += _adoption(adoption, library)
    found += _training(library, roles)
    for document in library.documents:
        found += _document(document, library)
    return found


def _training(library: Library, roles: Collection[str]) -> Iterator[str]:
    home, known = library.home, starters.sources()
    people = {one.code for one in home.people}
    courses = {one.code for one in library.courses}
    yield from _double("course", [one.code for one in library.courses])
    for course in library.courses:
        yield from _missing(f"The course {course.code}", "role", course.roles, roles)
        if course.starter and course.code not in known:
            yield f"“{course.code}” is no starter course."
        if not course.starter and not course.title:
            yield f"The course “{course.code}” has no title."
        if not 0 <= course.current <= 100:
            yield f"The course “{course.code}” is held by {course.current} %, which cannot be."
    for session in library.sessions:
        where = f"The session of {session.course}"
        yield from _missing(where, "course", [session.course], courses)
        yield from _missing(where, "person", [session.by, *session.people], people)
        yield from _missing(where, "person on its list", session.passed, session.people)
    for who, code in library.told_apart:
        where = f"What {who} did about {code}"
        yield from _missing(where, "course", [code], courses | known.keys())
        yield from _missing(where, "person", [who], people)
    for leaver in library.leavers:
        where = f"{leaver.name}, who left,"
        yield from _missing(where, "course", leaver.held, courses)
        yield from _missing(where, "unit", [leaver.unit], {one.code for one in home.units})


def _missing(name: str, what: str, wanted: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for code in wanted:
        if code not in known:
            yield f"{name} names the {what} “{code}”, which does not exist."


def _double(what: str, codes: Iterable[str]) -> Iterator[str]:
    return (f"The {what} “{code}” is there {times} times." for code, times in Counter(codes).items() if times > 1)


def _organisation(
    organisation: Organisation, roles: Collection[str], conflicts: Collection[frozenset[str]]
) -> Iterator[str]:
    sites = {site.code for site in organisation.sites}
    units = {unit.code for unit in organisation.units}
    people = {person.code for person in organisation.people}
    for what, codes in (
        ("site", [site.code for site in organisation.sites]),
        ("unit", [unit.code for unit in organisation.units]),
        ("person", [person.code for person in organisation.people]),
        ("name", [person.name for person in organisation.people]),
        ("aircraft", [aircraft.registration for aircraft in organisation.aircraft]),
    ):
        yield from _double(what, codes)
    for site in organisation.sites:
        yield from _missing(site.name, "time zone", [site.zone], zone_names())
    for unit in organisation.units:
        yield from _missing(unit.name, "site", [unit.site], sites)
        yield from _missing(unit.name, "unit", [unit.parent] if unit.parent else [], units)
    for process in organisation.processes:
        yield from _missing(process.name, "person", [process.owner], people)
    for aircraft in organisation.aircraft:
        yield from _missing(aircraft.registration, "site", [aircraft.site], sites)
    for person in organisation.people:
        yield from _missing(person.name, "unit", [person.unit], units)
        held = {grant.role for grant in person.grants}
        yield from _missing(person.name, "role", sorted(held), roles)
        for pair in conflicts:
            if pair <= held:
                yield f"{person.name} holds {' and '.join(sorted(pair))}, which one person must not."
        for grant in person.grants:
            yield from _missing(person.name, "site", [grant.site] if grant.site else [], sites)
            yield from _missing(person.name, "unit", [grant.unit] if grant.unit else [], units)
            if grant.scope in ("site", "unit") and not getattr(grant, grant.scope):
                yield f"{person.name} holds {grant.role} for one {grant.scope}, and it is not said which."


def _twice(library: Library) -> Iterator[str]:
    yield from _double("control", (control.code for control in library.controls))
    yield from _double("hazard", (hazard.code for hazard in library.hazards))
    yield from _double("story", (story.code for story in library.stories))
    yield from _double("narrative", (telling.narrative for story in library.stories for telling in story.tellings))
    yield from _double("report", (report.key for report in library.reports))
    yield from _double("action", (action.key for action in library.actions))


def _posts(library: Library) -> set[str]:
    return {person.post for person in library.home.people}


def _controls(library: Library) -> Iterator[str]:
    for control in library.controls:
        yield from _missing(f"Control {control.code}", "level", [control.level], LEVELS)
        yield from _missing(f"Control {control.code}", "post", [control.owner], _posts(library))
        if control.verify_days < 1:
            yield f"Control {control.code} is never verified."


def _hazard(hazard: Hazard, library: Library) -> Iterator[str]:
    name = f"Hazard {hazard.code}"
    controls = {control.code: control for control in library.controls}
    yield from _missing(name, "post", [hazard.owner], _posts(library))
    yield from _missing(name, "site", [hazard.site], {site.code for site in library.home.sites})
    yield from _missing(name, "process", [hazard.process], {process.code for process in library.home.processes})
    yield from _missing(name, "control", [*hazard.controls, *hazard.added], controls)
    yield from _missing(name, "lens", [*hazard.lenses, *(one.lens for one in hazard.consequences)], LENSES)
    if set(hazard.controls) & set(hazard.added):
        yield f"{name} adds a control that it already has."
    yield from _paths(name, hazard)
    cells = [cell for cell in (hazard.initial, hazard.predicted, hazard.actual) if cell is not None]
    yield from _cells(name, cells)
    letters = [one.severity for one in hazard.consequences]
    if not letters or any(not _LETTER.fullmatch(letter) for letter in letters):
        yield f"{name} needs consequences with a severity from A to E."
        return
    if all(_CELL.fullmatch(cell) for cell in cells):
        if min(letters) != hazard.initial[1]:
            yield f"{name} starts at {hazard.initial}, but its worst consequence is {min(letters)}."
        for cell in cells[1:]:
            if cell[0] > hazard.initial[0] or cell[1] < hazard.initial[1]:
                yield f"{name} is worse at {cell} than at the start."
        # DOMAIN 10.1: procedures and protection lower the probability, only a change of the thing lowers the severity.
        strong = any(controls[code].level in LEVELS[:3] for code in hazard.added if code in controls)
        if any(cell[1] > hazard.initial[1] for cell in cells[1:]) and not strong:
            yield f"{name} lowers its severity by procedures alone."


def _paths(name: str, hazard: Hazard) -> Iterator[str]:
    """Each control of a hazard stands on one path of its bow-tie, and no other one does (DOMAIN 10.2)."""
    if not hazard.threats:
        yield f"{name} has no threat."
    held = [code for threat in hazard.threats for code in threat.held_by]
    held += [code for one in hazard.consequences for code in one.limited_by]
    known = {*hazard.controls, *hazard.added}
    for code in sorted(known ^ set(held)):
        yield f"{name} has {code} on no path of its bow-tie, or on a path although it is no control of it."
    for code in sorted({code for code in held if held.count(code) > 1}):
        yield f"{name} has {code} on two paths of its bow-tie."


def _cells(name: str, cells: Iterable[str]) -> Iterator[str]:
    return (f"{name} has the cell “{cell}”, which is not on the matrix." for cell in cells if not _CELL.fullmatch(cell))


def _story(story: Story, library: Library, forms: Mapping[str, ReportForm]) -> Iterator[str]:
    name = f"Story {story.code}"
    yield from _missing(name, "form", [story.form], forms)
    yield from _missing(name, "hazard", [story.hazard] if story.hazard else [], {one.code for one in library.hazards})
    yield from _missing(name, "unit", story.units, {unit.code for unit in library.home.units})
    yield from _missing(name, "season", [story.season], library.seasons.seasons)
    yield from _missing(name, "mode", [story.mode] if story.mode else [], MODES)
    yield from _missing(name, "lens", story.lenses, LENSES)
    types = {aircraft.type for aircraft in library.home.aircraft}
    yield from _missing(name, "aircraft type", [story.aircraft_type] if story.aircraft_type else [], types)
    yield from _cells(name, [story.cell])
    if not all(_LETTER.fullmatch(letter) for letter in story.lenses.values()) or not story.lenses:
        yield f"{name} needs a severity from A to E for each lens."
    if len(story.tellings) < 2 or not story.units:
        yield f"{name} needs two tellings and a unit."
    yield from _wording(name, story, library)
    for action in story.actions:
        yield from _missing(name, "kind of action", [action.kind], KINDS)
        yield from _missing(name, "post", [action.owner], _posts(library))
        if action.kind in ("corrective", "preventive") and not (action.root_cause and action.check):
            yield f"{name} has a {action.kind} action without cause and check."
        if action.failed and not action.check:
            yield f"{name} tells how an action failed that nobody checked."
    if story.form in forms:
        yield from _answers(name, forms[story.form], story.answers)


def _wording(name: str, story: Story, library: Library) -> Iterator[str]:
    texts = [text for telling in story.tellings for text in (telling.title, telling.narrative)]
    for action in story.actions:
        texts += [action.title, action.root_cause, action.evidence, action.check, action.failed]
    known = {*library.slots, *PLACE_SLOTS}
    for text in texts:
        yield from _missing(name, "slot", sorted(slots_of(text)), known)
    plain = [story.feedback, *([story.publish.title, story.publish.text] if story.publish else [])]
    for text in plain:
        if slots_of(text):
            yield f"{name} has a slot in what it publishes or answers."
    for telling in story.tellings:
        if "aircraft" in slots_of(telling.title):
            yield f"{name} names an aircraft in its title, which a confidential report must not."
        if not 2 <= len(re.findall(r"[.?!](?= |$|”)", telling.narrative)) <= 7:
            yield f"{name} has a telling that is not of two to seven sentences."


def _answers(name: str, form: ReportForm, given: Mapping[str, object]) -> Iterator[str]:
    """Answers have to pass together with what is made up for each report: title, narrative, place and time."""
    made_up = {"text": "x", "longtext": "x", "place": "x", "datetime": "2026-11-21 21:40", "date": "2026-11-21"}
    base = {field.code: made_up[field.type] for field in form.fields if field.maps_to and field.type in made_up}
    base = {code: value for code, value in base.items() if code not in given}
    phase = {field.code: "STD" for field in form.fields if field.maps_to == "phase" and field.code not in given}
    answers = {**base, **phase, **given}
    shown = {field.code for field in visible_fields(form, answers)}
    answers = {code: value for code, value in answers.items() if code in shown or code in given}
    for code, sentence in check_answers(form, answers).items():
        yield f"{name}, {code}: {sentence}"
    for code in given:
        if code not in shown:
            yield f"{name} answers “{code}”, which is not asked."


def _unused(library: Library) -> Iterator[str]:
    told = {story.hazard for story in library.stories}
    for hazard in library.hazards:
        if hazard.code not in told:
            yield f"No story belongs to the hazard {hazard.code}."
    used = {code for hazard in library.hazards for code in (*hazard.controls, *hazard.added)}
    for control in library.controls:
        if control.code not in used:
            yield f"No hazard uses the control {control.code}."
    told_in = [telling for story in library.stories for telling in story.tellings]
    asked = {slot for telling in told_in for slot in slots_of(telling.title + telling.narrative)}
    for slot, words in library.slots.items():
        if slot not in asked:
            yield f"No story uses the slot {slot}."
        if len(set(words)) != len(words) or len(words) < 2:
            yield f"The slot {slot} needs at least two different fillings, each once."


def _weights(library: Library) -> Iterator[str]:
    for name, months in library.seasons.seasons.items():
        if len(months) != 12 or min(months) < 0 or sum(months) == 0:
            yield f"The season {name} needs twelve weights, none below zero."
    yield from _missing("The seasons", "mode", library.seasons.modes, MODES)
    if len(library.seasons.weekdays) != 7:
        yield "The week needs seven weights."


def _report(report: ThreadReport, library: Library, forms: Mapping[str, ReportForm]) -> Iterator[str]:
    name = f"Report {report.key}"
    home = library.home
    people = {person.code for person in home.people}
    yield from _missing(name, "form", [report.form], forms)
    yield from _missing(name, "mode", [report.mode], MODES)
    yield from _missing(name, "state", [report.state], REPORT_STATES)
    yield from _missing(name, "site", [report.site], {site.code for site in home.sites})
    yield from _missing(name, "unit", [report.unit], {unit.code for unit in home.units})
    yield from _missing(name, "hazard", [report.hazard] if report.hazard else [], {one.code for one in library.hazards})
    tails = {aircraft.registration for aircraft in home.aircraft}
    yield from _missing(name, "aircraft", [report.aircraft] if report.aircraft else [], tails)
    yield from _missing(name, "report", report.maybe_same_as, {one.key for one in library.reports} - {report.key})
    judges = [judgement.by for judgement in report.lenses]
    writers = [letter.by for letter in report.mailbox if letter.sender == "office"]
    yield from _missing(name, "person", [report.owner, *judges, *writers], people)
    yield from _missing(name, "person", [report.reporter] if report.reporter else [], people)
    yield from _missing(name, "sender", [letter.sender for letter in report.mailbox], ("office", "reporter"))
    if (report.mode == "anonymous") == bool(report.reporter):
        yield f"{name} is {report.mode}; only an anonymous report has no reporter."
    for judgement in report.lenses:
        yield from _missing(name, "lens", [judgement.lens], LENSES)
        yield from _cells(name, [judgement.cell] if judgement.cell else [])
        if judgement.concerns != bool(judgement.cell or judgement.severity):
            yield f"{name} is judged for {judgement.lens} without a rating, or rated where it does not concern."
    later = [judgement.at for judgement in report.lenses] + [letter.at for letter in report.mailbox]
    received = report.received.order
    if any(moment.order < received for moment in later) or report.occurred.order > received:
        yield f"{name} has something happen before it was received, or was received before it happened."
    shown = [report.publish.title, report.publish.text] if report.publish else []
    shown += [report.title] if report.mode != "named" else []
    if any(tail in text for text in shown for tail in tails):
        yield f"{name} shows a registration where it must not."
    if report.form in forms:
        asked = [field.code for field in forms[report.form].fields if field.maps_to == "phase"]
        yield from _answers(name, forms[report.form], {**report.answers, **dict.fromkeys(asked, report.phase)})


def _action(action: ThreadAction, library: Library) -> Iterator[str]:
    name = f"Action {action.key}"
    people = {person.code for person in library.home.people}
    reports = {report.key: report for report in library.reports}
    yield from _missing(name, "kind", [action.kind], KINDS)
    yield from _missing(name, "state", [action.state], ACTION_STATES)
    yield from _missing(name, "report", action.raised_from, reports)
    yield from _missing(name, "hazard", [action.hazard], {hazard.code for hazard in library.hazards})
    yield from _missing(name, "control", action.builds, {control.code for control in library.controls})
    askers = [action.extension.by] if action.extension else []
    checkers = [action.check.by] if action.check else []
    hands = [action.owner, action.raised_by, *askers, *checkers, *(one.by for one in action.evidence)]
    yield from _missing(name, "person", hands, people)
    if action.check and action.check.by in (action.owner, action.raised_by):
        yield f"{name} is checked by somebody who planned or did it."
    if action.state == "extension_asked" and not action.extension:
        yield f"{name} waits for an extension that nobody asked for."
    if action.extension and action.extension.until.order <= action.due.order:
        yield f"{name} asks for less time than it has."
    before = [reports[key].received.order for key in action.raised_from if key in reports]
    if any(moment > action.raised.order for moment in before):
        yield f"{name} was raised before its report came in."
    if any(one.at.order < action.raised.order for one in action.evidence) or action.due.order < action.raised.order:
        yield f"{name} has evidence or a due date before it was raised."


def _adoption(adoption: ToldAdoption, library: Library) -> Iterator[str]:
    name = f"The adoption of {adoption.standard}"
    framework = shipped.frameworks().get(adoption.standard)
    if framework is None:
        yield f"{name} is of a standard that is not shipped."
        return
    numbers = [*(one.number for one in adoption.left_out), *(one.number for one in adoption.evidence)]
    yield from _missing(name, "requirement", numbers, framework.by_number)
    yield from _missing(name, "lens", [adoption.by], LENSES)
    yield from _missing(name, "strength", [one.strength for one in adoption.evidence], list(Strength))
    hazards = [one.hazard for one in adoption.evidence if one.hazard]
    yield from _missing(name, "hazard", hazards, {one.code for one in library.hazards})
    controls = [one.control for one in adoption.evidence if one.control]
    yield from _missing(name, "control", controls, {one.code for one in library.controls})
    documents = [one.document for one in adoption.evidence if one.document]
    yield from _missing(name, "document", documents, {one.title for one in library.documents})
    for one in adoption.evidence:
        if sum(map(bool, (one.hazard, one.control, one.document))) != 1:
            yield f"{name}, {one.number}, must name a hazard, a control or a document."


def _document(document: ToldDocument, library: Library) -> Iterator[str]:
    name = f"The document “{document.title}”"
    home = library.home
    yield from _missing(name, "type", [document.type], document_types())
    yield from _missing(name, "person", [document.by], {one.code for one in home.people})
    yield from _missing(name, "site", [document.site] if document.site else [], {one.code for one in home.sites})
    processes = {one.code for one in home.processes}
    yield from _missing(name, "process", [*([document.process] if document.process else []), *document.also], processes)
    units = [one.unit for one in document.to if one.unit]
    yield from _missing(name, "unit", units, {one.code for one in home.units})
    yield from _missing(name, "state", [document.state], STATES_OF_DOCUMENTS)
    if len(document.steps) <= len(document.revised):
        yield f"{name} has a revision without a step of its own."
