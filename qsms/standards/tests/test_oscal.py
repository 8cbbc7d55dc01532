"""OSCAL catalogs: three serialisations of one catalog are equal, and what is hostile or broken gets a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.rules.data_files import DataError
from qsms.standards.oscal.files import ReadCatalog, Serialisation, read_catalog, sniff, write_catalog
from qsms.standards.oscal.markup import blocks_from, blocks_into, line_from, line_into, many_lines, one_line

DATA = Path(__file__).parent / "data"
FORMS = list(Serialisation)


def hangar(form: Serialisation = Serialisation.JSON) -> ReadCatalog:
    return read_catalog((DATA / f"hangar.{form}").read_bytes())


@pytest.mark.parametrize("form", FORMS)
def test_three_hand_written_serialisations_of_one_catalog_are_equal(form: Serialisation) -> None:
    found = hangar(form)
    assert found.serialisation is form
    assert found.catalog == hangar().catalog
    assert (found.left_out, found.cautions) == ((), ())


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back_equal(form: Serialisation) -> None:
    catalog = hangar().catalog
    assert read_catalog(write_catalog(catalog, form)).catalog == catalog


def test_the_content_is_where_it_belongs() -> None:
    catalog = hangar(Serialisation.XML).catalog
    assert [group.id for group in catalog.all_groups()] == ["g1", "g1.1"]
    assert [control.id for control in catalog.all_controls()] == ["c1.1.1", "c1.1.1.1", "c1.1.2"]
    assert [param.id for param in catalog.all_params()] == ["p-hours", "p-who"]
    who = next(catalog.all_controls())
    assert who.params[0].select is not None
    assert who.params[0].select.choices[0] == "the crew for {{ insert: param, p-hours }} hours"
    assert who.parts[0].prose.endswith("1. look;\n1. call, and\n    - wait,\n    - listen;\n1. open.")
    assert who.parts[0].parts[0].prose == "Above **20** knots: `do not`, see [the next](#c1.1.2)."


def test_the_low_baseline_has_18_groups_and_149_controls() -> None:
    found = read_catalog((DATA / "sp800-53-rev5-low-outline.json").read_bytes())
    assert len(found.catalog.groups) == 18
    assert len(list(found.catalog.all_controls())) == 149
    assert found.left_out == ("metadata: roles",), "what is not kept is said"
    for form in FORMS:
        assert read_catalog(write_catalog(found.catalog, form)).catalog == found.catalog


def test_the_serialisation_is_seen_from_the_content() -> None:
    assert sniff(b"\xef\xbb\xbf  <catalog/>") is Serialisation.XML
    assert sniff(b"\n{}") is Serialisation.JSON
    assert sniff(b"catalog:") is Serialisation.YAML


# Markup

PIECES = [
    "**",
    "*",
    "`",
    "a",
    "b",
    " ",
    "{{ insert: param, x }}",
    "[",
    "](",
    "(",
    ")",
    "![",
    "]",
    "~",
    "^",
    '"',
    "<",
    "&",
]
BLOCKS = [*PIECES, "\n", "\n\n", "\n- ", "\n1. ", "    ", "\n# ", "\n| ", " | ", "\n|---|", "\n```\n", "\n> "]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_line_comes_back_from_xml(text: str) -> None:
    element = Element("title")
    line_into(element, one_line(text))
    assert line_from(fromstring(tostring(element))) == one_line(text)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(BLOCKS), max_size=16).map("".join))
def test_any_blocks_have_one_normal_form_and_come_back_from_xml(text: str) -> None:
    normal = many_lines(text)
    assert many_lines(normal) == normal
    element = Element("remarks")
    blocks_into(element, normal)
    assert blocks_from(list(fromstring(tostring(element)))) == normal


def test_lists_within_lists_become_lists_in_xml() -> None:
    element = Element("part")
    blocks_into(element, "Do:\n\n1. look\n1. call\n    - wait\n1. open")
    assert tostring(element).decode() == (
        "<part><p>Do:</p><ol><li>look</li><li>call<ul><li>wait</li></ul></li><li>open</li></ol></part>"
    )


# Broken and hostile

Change = Callable[[dict[str, Any]], object]


def control(data: dict[str, Any]) -> Any:
    return data["catalog"]["groups"][0]["groups"][0]["controls"][0]


BROKEN: list[tuple[Change, str]] = [
    (lambda d: d.update(profile=d.pop("catalog")), "There is no “catalog” at the top, but “profile”"),
    (lambda d: d["catalog"].pop("metadata"), "catalog has no “metadata”"),
    (lambda d: d["catalog"]["metadata"].pop("title"), "catalog, metadata has no “title”"),
    (lambda d: d["catalog"].update(metadata="none"), "catalog, metadata must hold names with values"),
    (lambda d: d["catalog"].update(groups={}), "catalog, groups must be a list"),
    (lambda d: d["catalog"].update(groups=[]), "The catalog is empty"),
    (lambda d: control(d).pop("title"), "control “c1.1.1” has no “title”"),
    (lambda d: control(d).update(title=7), "control, title must be text"),
    (lambda d: control(d).update(title="a\x00b"), "control, title holds control characters. Remove them"),
    (lambda d: control(d).update(title="\ud800"), "control, title holds control characters"),
    (lambda d: control(d)["props"][0].pop("value"), "prop “label” has no “value”"),
    (lambda d: control(d)["controls"][0].update(id="c1.1.1"), "The id “c1.1.1” is used twice: control and control"),
    (lambda d: control(d)["parts"][0].update(id="p-who"), "The id “p-who” is used twice: part and param"),
    (lambda d: control(d)["params"][0]["select"].update(choice=["{{ insert: param, p-who }}"]),
     "Parameters run in a circle: p-who → p-who"),
    (lambda d: d["catalog"]["params"][0].update(values=["{{ insert: param, p-who }}"]),
     "Parameters run in a circle: p-hours → p-who → p-hours"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_a_broken_catalog_says_what_and_where(change: Change, said: str) -> None:
    data = json.loads((DATA / "hangar.json").read_text())
    change(data)
    if said.endswith("empty"):
        data["catalog"].pop("groups")
    with pytest.raises(DataError) as caught:
        read_catalog(json.dumps(data).encode())
    assert said in str(caught.value)


def test_many_faults_are_cut_short() -> None:
    data = json.loads((DATA / "hangar.json").read_text())
    data["catalog"]["controls"] = [{"id": f"x{number}"} for number in range(60)]
    with pytest.raises(DataError) as caught:
        read_catalog(json.dumps(data).encode())
    assert len(caught.value.sentences) == 51
    assert caught.value.sentences[-1] == "And 10 faults more."


def test_what_is_inserted_and_not_defined_is_a_caution() -> None:
    data = json.loads((DATA / "hangar.json").read_text())
    control(data)["parts"][0]["prose"] = "Ask {{ insert: param, p-none }}."
    found = read_catalog(json.dumps(data).encode())
    assert [str(each) for each in found.cautions] == [
        "Parameters are inserted and not defined: p-none. They stand as their id."
    ]


def test_what_is_not_kept_is_said() -> None:
    data = json.loads((DATA / "hangar.json").read_text())
    data["catalog"]["metadata"]["parties"] = [{"uuid": "x"}]
    control(data)["mood"] = "calm"
    from_json = read_catalog(json.dumps(data).encode())
    assert from_json.left_out == ("control: mood", "metadata: parties")
    text = (DATA / "hangar.xml").read_text().replace("</metadata>", '<party uuid="x"/><party uuid="y"/></metadata>')
    assert read_catalog(text.encode()).left_out == ("metadata: party",)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE catalog [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"><metadata><title>&b;</title></metadata></catalog>"""
OUTSIDE = b"""<!DOCTYPE catalog [<!ENTITY x SYSTEM "file:///etc/passwd">]><catalog>&x;</catalog>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "Document types and entities are not read"),
        (OUTSIDE, "Document types and entities are not read"),
        (b"<catalog>", "This is not valid XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><catalog/>', "This is not valid XML"),
        (b"<catalog/>", "The root is <catalog>. An OSCAL catalog begins with <catalog>"),
        (b'<profile xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>', "The root is <profile>"),
        (b"<a>" * 5000 + b"</a>" * 5000, "<a> is nested more than 60 deep"),
        (b'{"catalog": ' * 5000 + b"1" + b"}" * 5000, "nested more than 60 deep"),
        (b'{"catalog": {"uuid": "a", "uuid": "b"}}', "“uuid” is written twice in one object"),
        (b'{"catalog": ', "This is not valid JSON"),
        (b'{"catalog": 3}', "There is no “catalog” at the top"),
        (b'{"catalog": {"uuid": "' + b"\\" * 20_001, "This is not valid JSON"),
        (b"a: &a [x]\nb: [*a, *a]\n", "Aliases (*a) are not read"),
        (b"catalog: &c\n  groups: [*c]\n", "Aliases (*c) are not read"),
        (b"catalog:\n  uuid: a\n  uuid: b\n", "Line 3: “uuid” is written twice"),
        (b"- catalog\n", "There is no “catalog” at the top"),
        (b"\xff\xff", "not UTF-8"),
        (b"", "There is no “catalog” at the top"),
    ],
)
def test_hostile_files_get_a_sentence_and_nothing_else(content: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_catalog(content)
    assert said in str(caught.value)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_too_large_is_not_looked_at(form: Serialisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qsms.rules.untrusted_yaml.MOST_BYTES", 1024)
    with pytest.raises(DataError, match="The file has more than 0 MB"):
        hangar(form)


@settings(max_examples=60)
@given(st.integers(0, 3000), st.integers(0, 255), st.sampled_from(FORMS))
def test_a_catalog_with_one_byte_changed_is_read_or_refused_with_a_sentence(
    place: int, byte: int, form: Serialisation
) -> None:
    content = bytearray((DATA / f"hangar.{form}").read_bytes())
    content[place % len(content)] = byte
    try:
        catalog = read_catalog(bytes(content)).catalog
    except DataError as error:
        catalog, told = None, error.sentences
    if catalog is None:
        assert told
        return
    for other in FORMS:
        assert read_catalog(write_catalog(catalog, other)).catalog == catalog


@pytest.mark.parametrize("piece", ["a\n", "- a\n", "*a ", "[", "{{ ", "| ", "#\n", "> a\n"])
def test_long_markup_is_read_by_its_length_and_not_by_its_square(piece: str) -> None:
    # A blink; by the square, this test alone would take minutes.
    element = Element("remarks")
    blocks_into(element, many_lines(piece * 30_000))
    assert len(element)
