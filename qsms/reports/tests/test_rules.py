"""Report forms: the shipped ones, reading, checking answers, and versions."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.records.choices import Lens
from qsms.reports.rules import (
    COLUMNS,
    DISCIPLINES,
    Choice,
    Condition,
    FormField,
    FormSection,
    ReportForm,
    changes,
    check_answers,
    form_from_data,
    form_to_data,
    load_form,
    mapped,
    next_version,
    shipped_forms,
    split_personal,
    summary,
    validate_form,
    visible_fields,
)
from qsms.rules.data_files import DataError

FORMS = {form.code: form for form in shipped_forms()}
PHASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "taxonomies" / "cictt_phases_of_flight.csv"

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SPILL = {
    "title": "Hydraulic fluid on stand 14 after servicing, some reached the storm drain",
    "narrative": "The quick-release coupling on cart 3 did not lock fully.",
    "event_types": ["servicing", "spill"],
    "occurred_at": "2026-11-21T21:40",
    "place": {"site": "LKF", "text": "stand 14"},
    "aircraft": "N418LF",
    "substance": "hydraulic",
    "spilled_litres": "12",
    "reached_drain": True,
    "others": "J. Ortega",
}


def small(*extra, **settings):
    """A form with the two fields every form needs, and these."""
    head = (
        FormField("title", "In one line", "text", required=True, maps_to="title"),
        FormField("narrative", "What happened?", "longtext", required=True, maps_to="narrative"),
    )
    sections = (FormSection("what", "What happened", (*head, *extra)),)
    return replace(
        ReportForm("small", 1, "Small", "For tests.", ("safety",), ("named",), sections), **settings
    )  # fmt: skip


FILLED = {"title": "Oil on the walkway", "narrative": "By door 3."}


# The shipped forms


def test_disciplines_are_the_lenses_of_a_record():
    assert tuple(lens.name.lower() for lens in Lens) == DISCIPLINES


def test_the_nine_forms_are_there():
    assert set(FORMS) == {
        "quick", "flight_crew", "cabin", "maintenance", "ground", "hazard", "quality", "environment", "ohs"
    }  # fmt: skip


@pytest.mark.parametrize("code", FORMS)
def test_a_shipped_form_makes_sense(code):
    form = FORMS[code]
    assert validate_form(form) == []
    assert form.modes == ("named", "confidential", "anonymous")
    assert {"title", "narrative", "occurred_at", "place"} <= {field.maps_to for field in form.fields}


@pytest.mark.parametrize("code", FORMS)
def test_what_identifies_a_reporter_is_personal(code):
    wanted = {"aircraft", "flight_number", "contact", "other_crew", "others", "signoffs", "injured_name", "signed_by"}
    assert all(field.personal for field in FORMS[code].fields if field.code in wanted)


@pytest.mark.parametrize("code", FORMS)
def test_every_choice_can_be_answered_and_read_back(code):
    form = FORMS[code]
    for field in form.fields:
        for choice in field.choices:
            value = [choice.code] if field.type == "multi" else choice.code
            alone = replace(form, sections=(FormSection("only", "Only", (replace(field, shown_if=()),)),))
            assert check_answers(alone, {field.code: value}) == {}
            assert summary(alone, {field.code: value}, personal=True) == [(field.label, choice.label)]


def test_the_quick_report_asks_five_things():
    assert [field.code for field in FORMS["quick"].fields] == ["title", "narrative", "place", "occurred_at", "photos"]


def test_phases_of_flight_are_those_of_the_taxonomy():
    if not PHASES.exists():
        pytest.skip(f"{PHASES.name} is not beside this checkout, so the phases were not compared")
    with PHASES.open(encoding="utf-8", newline="") as lines:
        wanted = [row["code"] for row in csv.DictReader(lines)]
    for code in ("flight_crew", "cabin"):
        (phase,) = [field for field in FORMS[code].fields if field.maps_to == "phase"]
        assert [choice.code for choice in phase.choices] == wanted


def test_phases_read_the_same_on_every_form():
    phases = [field.choices for form in FORMS.values() for field in form.fields if field.maps_to == "phase"]
    assert len(phases) == 2
    assert phases[0] == phases[1]


# Answers


def test_the_spill_on_stand_14_can_be_filed():
    form = FORMS["ground"]
    assert check_answers(form, SPILL, now=NOW) == {}
    assert mapped(form, SPILL)["occurred_at"] == "2026-11-21T21:40"
    assert ("About how much?", "12 L") in summary(form, SPILL)
    assert ("Stand, gate or road", "LKF, stand 14") in summary(form, SPILL)
    assert ("Did any reach a drain or soil?", "Yes") in summary(form, SPILL)


def test_personal_answers_stay_out_of_the_summary():
    form = FORMS["ground"]
    told = " ".join(value for _, value in summary(form, SPILL))
    assert "Ortega" not in told
    assert "N418LF" not in told
    assert ("Others involved", "J. Ortega") in summary(form, SPILL, personal=True)
    plain, sealed = split_personal(form, SPILL)
    assert set(sealed) == {"aircraft", "others"}
    assert set(plain) | set(sealed) == set(SPILL)


def test_a_question_behind_a_hidden_question_is_hidden():
    form = FORMS["ground"]
    answers = SPILL | {"event_types": ["towing"]}
    asked = {field.code for field in visible_fields(form, answers)}
    assert "substance" not in asked
    assert "spilled_litres" not in asked
    assert "spilled_litres" not in split_personal(form, answers)[0]


def test_a_hidden_field_is_neither_needed_nor_checked():
    extra = (
        FormField("hurt", "Was anybody hurt?", "boolean"),
        FormField("who", "Who?", "text", required=True, shown_if=(Condition("hurt", (True,)),)),
    )
    form = small(*extra)
    assert check_answers(form, FILLED | {"hurt": False, "who": 7}) == {}
    assert check_answers(form, FILLED | {"hurt": True}) == {"who": "“Who?” is empty. Fill it in."}


def test_one_is_not_yes():
    form = small(
        FormField("hurt", "Was anybody hurt?", "boolean"),
        FormField("who", "Who?", "text", shown_if=(Condition("hurt", (True,)),)),
    )
    assert "who" not in {field.code for field in visible_fields(form, {"hurt": 1})}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (FormField("n", "Amount", "number"), "two dozen", "“two dozen” is not a number. Write it like 12 or 12.5."),
        (FormField("n", "Amount", "number"), "12,5", "“12,5” is not a number. Write it like 12 or 12.5."),
        (FormField("n", "Amount", "number"), "١٢", "“١٢” is not a number. Write it like 12 or 12.5."),
        (FormField("n", "Amount", "number"), True, "“True” is not a number. Write it like 12 or 12.5."),
        (FormField("n", "Amount", "number"), float("nan"), "“nan” is not a number. Write it like 12 or 12.5."),
        (FormField("n", "Sleep", "number", unit="h", maximum=24), 25, "25 h is above 24 h. Check “Sleep”."),
        (FormField("n", "Sleep", "number", unit="h", minimum=0), -1, "-1 h is below 0 h. Check “Sleep”."),
        (FormField("n", "Day", "date"), "21.11.2026", "“21.11.2026” is not a date. Write it like 2026-11-21."),
        (FormField("n", "Day", "date"), "2026-02-30", "“2026-02-30” is not a date. Write it like 2026-11-21."),
        (FormField("n", "When?", "datetime"), "2026-11-21",
         "“2026-11-21” is not a date with a time. Write it like 2026-11-21 21:40."),
        (FormField("n", "When?", "datetime"), "2026-W47-6",
         "“2026-W47-6” is not a date with a time. Write it like 2026-11-21 21:40."),
        (FormField("n", "At", "time"), "24:10", "“24:10” is not a time of day. Write it like 21:40."),
        (FormField("n", "Hurt?", "boolean"), "maybe", "“maybe” is neither yes nor no. Choose one for “Hurt?”."),
        (FormField("n", "Tail", "aircraft"), "no idea", "“no idea” is not a registration. Write it like N418LF."),
        (FormField("n", "Where?", "place"), {"room": "4"},
         "“Where?” is not a place. Choose a site or write where it was."),
        (FormField("n", "Photos", "photo"), "a.jpg", "“Photos” takes files. Add them from your device."),
        (FormField("n", "Name", "text"), ["a"], "“Name” is not text. Write it in words."),
        (FormField("n", "Name", "text", max_length=3), "abcd", "“Name” has 4 characters, and 3 fit. Shorten it."),
        (FormField("n", "Light", "choice", choices=(Choice("day", "Day"), Choice("night", "Night"))), "noon",
         "“noon” is not among the choices of “Light”. Choose one of them."),
        (FormField("n", "Rain", "multi", choices=(Choice("a", "A"), Choice("b", "B"))), "a",
         "“Rain” takes a list of choices. Send a list."),
        (FormField("n", "Rain", "multi", choices=(Choice("a", "A"), Choice("b", "B"))), ["a", "a"],
         "“A” is chosen twice in “Rain”. Choose it once."),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_in_a_sentence(field, value, sentence):
    assert check_answers(small(field), FILLED | {"n": value}) == {"n": sentence}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "12"), ("number", "-0.5"), ("number", 0), ("date", "2026-11-21"), ("date", date(2026, 11, 21)),
        ("datetime", "2026-11-21 21:40"), ("datetime", "2026-11-21T21:40:00-07:00"),
        ("datetime", datetime(2026, 11, 21, 21, 40, tzinfo=UTC)),
        ("time", "07:05"), ("time", time(7, 5)), ("boolean", False), ("place", "stand 14"), ("aircraft", "n418lf"),
        ("photo", ["a1b2"]), ("file", []),
    ],
)  # fmt: skip
def test_a_right_answer_passes(kind, value):
    assert check_answers(small(FormField("n", "N", kind)), FILLED | {"n": value}) == {}


def test_no_and_zero_are_answers_to_a_needed_question():
    form = small(FormField("a", "A", "boolean", required=True), FormField("b", "B", "number", required=True))
    assert check_answers(form, FILLED | {"a": False, "b": 0}) == {}
    assert summary(form, FILLED | {"a": False, "b": 0})[2:] == [("A", "No"), ("B", "0")]


def test_blanks_do_not_fill_a_needed_question():
    assert check_answers(small(), {"title": "  \n", "narrative": None}) == {
        "title": "“In one line” is empty. Fill it in.",
        "narrative": "“What happened?” is empty. Fill it in.",
    }


def test_nothing_happened_tomorrow():
    form = FORMS["quick"]
    answers = {**FILLED, "place": "hangar 2", "occurred_at": "2026-11-23T00:10"}
    assert check_answers(form, answers, now=NOW) == {"occurred_at": "2026-11-23 lies ahead. Write when it happened."}
    assert check_answers(form, answers) == {}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("2026-11-22T16:10", ""),
        ("2026-11-22T19:10", "2026-11-22 lies ahead. Write when it happened."),
        ("1890-05-01T10:00", "1890-05-01 is too far back. Check the year."),
        ("1994-05-01T10:00", "1994-05-01 is long ago. Check the year; if it is right, send the report again."),
    ],
)
def test_when_it_happened_is_a_moment_that_can_be_meant(told, said):
    answers = {**FILLED, "place": "hangar 2", "occurred_at": told}
    assert check_answers(FORMS["quick"], answers, now=NOW) == ({"occurred_at": said} if said else {})


def test_what_was_asked_about_and_is_sent_again_is_meant():
    answers = {**FILLED, "place": "hangar 2", "occurred_at": "1994-05-01T10:00"}
    assert check_answers(FORMS["quick"], answers, now=NOW, sure=["1994-05-01T10:00"]) == {}
    assert "occurred_at" in check_answers(FORMS["quick"], answers, now=NOW, sure=["1994-06-01T10:00"])


def test_an_answer_to_a_question_not_asked_is_refused():
    assert check_answers(small(), FILLED | {"tail": "N1"}) == {
        "tail": "“tail” is not a field of this form. Leave it out."
    }


def test_sentences_keep_their_template_for_translation():
    (sentence,) = check_answers(small(), {"title": "x"}).values()
    assert sentence.template == "“%(label)s” is empty. Fill it in."
    assert sentence.values == {"label": "What happened?"}


def test_a_label_with_a_percent_sign_is_harmless():
    form = small(FormField("p", "100 %s sure?", "text", required=True))
    assert check_answers(form, FILLED) == {"p": "“100 %s sure?” is empty. Fill it in."}


LETTERS = "aZ09 .,:-_%{}<>'\"\\\n\t\x00é漢😀\u202e"
# A fixed alphabet: the first draw from all of Unicode builds a table for over a second, which trips the health check.

HOSTILE = st.one_of(
    st.text(LETTERS, max_size=30),
    st.sampled_from([None, True, 0, -1, 10**400, 1.5, float("inf"), float("nan")]),
    st.sampled_from(["", " ", "9" * 400, "1e9", "2026-13-01", "2026-11-21T99:00", "2026-11-21 21:40+99:00", "12\n"]),
    st.sampled_from(["\x00", "=1+1", "<script>", "%s", "%(label)s", "\ud800"]),
    st.sampled_from([[], [[]], [None], ["a", "a"], [{}], {}, {"x": 1}]),
    st.sampled_from([{"site": None}, {"site": 3}, {"site": {}}, {"text": "x" * 300}]),
)


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_any_input_gets_sentences_and_never_a_crash(code, data):
    form = FORMS[code]
    answers = {
        field.code: data.draw(HOSTILE) for field in data.draw(st.lists(st.sampled_from(form.fields), max_size=8))
    }
    problems = check_answers(form, answers, now=NOW)
    assert all(sentence.endswith(".") for sentence in problems.values())
    shown = {field.code for field in visible_fields(form, answers)}
    assert set(problems) <= shown
    assert all(isinstance(value, str) for _, value in summary(form, answers, personal=True))
    plain, sealed = split_personal(form, answers)
    assert not set(plain) & set(sealed)
    assert set(plain) | set(sealed) <= shown & set(answers)
    assert set(mapped(form, answers)) <= set(COLUMNS)


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_what_is_hidden_never_matters(code, data):
    form = FORMS[code]
    picks = [field for field in form.fields if field.choices or field.type == "boolean"]
    answers = {}
    for field in data.draw(st.lists(st.sampled_from(picks), max_size=6)) if picks else []:
        codes = [choice.code for choice in field.choices]
        values = {
            "choice": st.sampled_from(codes or [""]),
            "multi": st.lists(st.sampled_from(codes or [""]), unique=True),
        }
        answers[field.code] = data.draw(values.get(field.type, st.booleans()))
    shown = {field.code for field in visible_fields(form, answers)}
    clean = {key: value for key, value in answers.items() if key in shown}
    assert visible_fields(form, clean) == visible_fields(form, answers)
    assert summary(form, clean) == summary(form, answers)
    assert check_answers(form, clean) == check_answers(form, answers)


# Reading


@pytest.mark.parametrize("code", FORMS)
def test_stored_data_gives_the_same_form_back(code):
    assert form_from_data(json.loads(json.dumps(form_to_data(FORMS[code])))) == FORMS[code]


LABEL = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
FIELD = st.builds(
    FormField,
    code=st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    label=LABEL,
    type=st.sampled_from(["text", "number", "choice", "boolean"]),
    choices=st.lists(st.builds(Choice, LABEL, LABEL), max_size=3).map(tuple),
    required=st.booleans(),
    shown_if=st.lists(
        st.builds(Condition, LABEL, st.lists(LABEL | st.booleans(), max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    personal=st.booleans(),
    minimum=st.none() | st.just(0.0) | st.floats(-9, 9),
    max_length=st.none() | st.integers(1, 9),
)  # fmt: skip


@given(st.lists(FIELD, min_size=1, max_size=4))
def test_any_form_survives_being_stored(fields):
    form = small(*fields)
    assert form_from_data(json.loads(json.dumps(form_to_data(form)))) == form


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- 1", "The file must hold names with values, such as “code: icao-5x5”."),
        ("{code: a, code: b}", "Line 1: “code” is written twice. Keep one of them."),
        ("{}", "The form has no “code”. Add it."),
        ("{colour: red}", "The form has “colour”, which forms do not know. Take it out or correct the name."),
    ],
)
def test_what_is_no_form_is_refused(text, sentence):
    with pytest.raises(DataError) as error:
        load_form(text)
    assert sentence in error.value.sentences


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"required": "yes"}, "“required” of field 1 of section 1 is “yes”. Write true or false."),
        ({"label": 7}, "“label” of field 1 of section 1 is “7”, which is not text. Put it in quotes."),
        ({"minimum": "low"}, "“minimum” of field 1 of section 1 is “low”. Write a number."),
        ({"hint": "x"}, "Field 1 of section 1 has “hint”, which forms do not know. Take it out or correct the name."),
        ({"shown_if": {"field": "a"}}, "shown_if of field 1 of section 1 needs one of equals, in, or not_empty: true."),
        ({"shown_if": {"field": "a", "in": []}},
         "shown_if of field 1 of section 1 has an empty list, so it would never be shown. Name a code."),
        ({"shown_if": {"field": "a", "equals": 1}},
         "shown_if of field 1 of section 1 compares with codes, or with true and false. Put numbers in quotes."),
        ({"choices": "a, b"}, "“choices” of field 1 of section 1 must be a list."),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_told(change, sentence):
    data = form_to_data(small())
    data["sections"][0]["fields"][0] |= change
    with pytest.raises(DataError) as error:
        form_from_data(data)
    assert error.value.sentences == (sentence,)


# Sense


def wrong(*extra, **settings):
    return validate_form(small(*extra, **settings))


def test_the_small_form_is_right():
    assert wrong() == []


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (FormField("title", "Again", "text"), "Two fields have the code “title”. Give each its own."),
        (FormField("Bad Code", "x", "text"),
         "“Bad Code” is not a field code. Use small letters, digits and underscores, first a letter."),
        (FormField("a", "A", "choice"), "Field “a” needs at least two choices."),
        (FormField("a", "A", "text", choices=(Choice("x", "X"), Choice("y", "Y"))),
         "Field “a” has choices, but its type is “text”. Make it choice or multi, or take them out."),
        (FormField("a", "A", "choice", choices=(Choice("x", "X"), Choice("x", "Y"))),
         "Field “a” offers the choice “x” 2 times. Offer it once."),
        (FormField("a", "A", "number", minimum=5, maximum=2),
         "Field “a” has its minimum 5 above its maximum 2. Swap them."),
        (FormField("a", "A", "text", unit="L"),
         "Field “a” has a unit or limits, but only a number can. Make it a number or take them out."),
        (FormField("a", "A", "date", max_length=4),
         "Field “a” limits its length to 4. Only a text can have such a limit, of 1 or more."),
        (FormField("a", "A", "text", shown_if=(Condition("later"),)),
         "Field “a” depends on “later”, which is not asked before. Move it up or correct the code."),
        (FormField("a", "A", "text", shown_if=(Condition("a"),)),
         "Field “a” depends on “a”, which is not asked before. Move it up or correct the code."),
        (FormField("a", "A", "text", shown_if=(Condition("title", ("x",)),)),
         "Field “a” compares “title”, which is free input. Compare a choice, or test not_empty."),
        (FormField("a", "A", "text", maps_to="title"), "2 fields fill the column “title”. Let one of them do it."),
        (FormField("a", "A", "text", maps_to="occurred_at"),
         "Field “a” fills “occurred_at” with the type “text”. Make it datetime or date."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(field, sentence):
    assert sentence in wrong(field)


def test_an_unknown_type_is_told_with_the_known_ones():
    (sentence,) = wrong(FormField("a", "A", "colour"))
    assert sentence.startswith("Field “a” has the type “colour”. Choose from text, longtext,")


def test_a_condition_waits_for_an_answer_that_is_offered():
    asked = FormField("light", "Light", "choice", choices=(Choice("day", "Day"), Choice("night", "Night")))
    waiting = FormField("a", "A", "text", shown_if=(Condition("light", ("day", "noon")),))
    assert wrong(asked, waiting) == ["Field “a” waits for “noon”, which “light” does not offer. Correct the code."]


def test_a_needed_personal_field_shuts_out_anonymous_reporters():
    name = FormField("name", "Your name", "text", required=True, personal=True)
    assert wrong(name) == []
    assert wrong(name, modes=("named", "anonymous")) == [
        "Field “name” is personal and needed, so nobody could report anonymously. Make it optional or drop that mode."
    ]


def test_a_form_without_a_needed_narrative_is_refused():
    title = FormField("title", "In one line", "text", required=True, maps_to="title")
    found = wrong(sections=(FormSection("what", "What", (title,)),))
    assert found == ["No field that is always asked and needed fills “narrative”. Every report has one: add it."]


def test_modes_and_disciplines_are_known_ones():
    assert "The form allows no way to report. Allow named, confidential or anonymous." in wrong(modes=())
    assert "“secret” is not a mode. Choose from named, confidential, anonymous." in wrong(modes=("secret",))
    assert "The discipline “safety” is named 2 times. Name it once." in wrong(disciplines=("safety", "safety"))


# Versions


def test_an_unchanged_form_keeps_its_version():
    form = FORMS["ground"]
    assert changes(form, replace(form, version=9)) == []
    assert next_version(form, replace(form, version=9)) is form


def test_a_changed_form_is_the_next_version_and_the_old_one_stays():
    old = small(FormField("light", "Light", "choice", choices=(Choice("day", "Day"), Choice("night", "Night"))))
    new = small(
        FormField("light", "Light", "choice", choices=(Choice("day", "Day"), Choice("dusk", "Dusk"))),
        FormField("wind", "Wind", "number", unit="kt"),
    )
    stored = next_version(replace(old, version=4), new)
    assert stored.version == 5
    assert [change.sentence for change in changes(old, new)] == [
        "“Light” no longer offers “Night”.",
        "“Light” offers “Dusk”.",
        "“Wind” is asked.",
    ]
    assert check_answers(old, FILLED | {"light": "night"}) == {}
    assert "light" in check_answers(stored, FILLED | {"light": "night"})


def test_another_form_is_not_a_version():
    with pytest.raises(ValueError, match="another form"):
        next_version(FORMS["ground"], FORMS["cabin"])


def test_a_new_order_is_a_change():
    form = FORMS["quick"]
    (section,) = form.sections
    turned = replace(form, sections=(replace(section, fields=section.fields[::-1]),))
    assert [change.sentence for change in changes(form, turned)] == ["The order or the headings changed."]


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_taking_any_field_out_is_noticed(code, data):
    form = FORMS[code]
    gone = data.draw(st.sampled_from(form.fields))
    sections = tuple(replace(s, fields=tuple(f for f in s.fields if f is not gone)) for s in form.sections)
    found = changes(form, replace(form, sections=sections))
    assert [(change.field, change.what) for change in found] == [(gone.code, "removed")]


@given(st.lists(FIELD, max_size=3), st.lists(FIELD, max_size=3))
def test_two_forms_are_the_same_exactly_when_nothing_changed(before, after):
    old, new = small(*before), small(*after)
    assert bool(changes(old, new)) == (old != new)
