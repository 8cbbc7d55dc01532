"""The shipped editions: counted against the field, honest about what is not known, and in words of our own."""

import re
from itertools import groupby

import pytest

from qsms.rules.declaration import sections
from qsms.rules.framework_data import checksum, from_dict, to_dict
from qsms.rules.frameworks import Change, Confidence, Documented, Framework, Status
from qsms.standards import shipped

PART_5 = "us-14cfr-5/2024"
EXPECTED = {
    "as9100/D", "easa-145/1321-2014", "easa-camo/1321-2014", "easa-oro-gen/965-2012", "icao-annex-19/2",
    "icao-annex-19/3", "iso-14001/2015", "iso-14001/2026", "iso-45001/2018", "iso-9001/2015", "iso-9001/2026",
    "iso-iec-27001/2022", PART_5,
}  # fmt: skip


def framework(key: str) -> Framework:
    return shipped.frameworks()[key]


def retained(key: str, kind: Documented) -> set[str]:
    return {each.number for each in framework(key).requirements if kind in each.documented}


def test_every_edition_of_the_first_release_is_there() -> None:
    assert set(shipped.frameworks()) == EXPECTED


@pytest.mark.parametrize("key", sorted(EXPECTED))
def test_what_is_assessed_says_what_is_asked_and_what_evidence_looks_like(key: str) -> None:
    for each in framework(key).requirements:
        assert each.title, each.number
        if each.assessable:
            assert each.intent, each.number
            assert each.evidence, each.number
        for text in (each.intent, each.addition):
            assert not re.search(r"\bshall\b", text), f"{each.number}: a paraphrase does not speak as standards do"


@pytest.mark.parametrize("key", sorted(EXPECTED))
def test_an_edition_comes_back_from_its_data_with_the_same_checksum(key: str) -> None:
    original = framework(key)
    again = from_dict(to_dict(original))
    assert again == original
    assert checksum(again) == checksum(original)


def test_part_5_has_its_25_sections_in_six_subparts() -> None:
    part_5 = framework(PART_5)
    assert part_5.children() == tuple(f"Subpart {letter}" for letter in "ABCDEF")
    assert sections(part_5) == (
        "5.1", "5.3", "5.5", "5.7", "5.9", "5.11", "5.13", "5.15", "5.17", "5.19", "5.21", "5.23", "5.25", "5.27",
        "5.51", "5.53", "5.55", "5.57", "5.71", "5.73", "5.75", "5.91", "5.93", "5.95", "5.97",
    )  # fmt: skip
    assert part_5.children("5.21(a)") == tuple(f"5.21(a)({number})" for number in range(1, 8))
    assert part_5.children("5.71(a)") == tuple(f"5.71(a)({number})" for number in range(1, 9))
    assert part_5.children("5.13(b)") == tuple(f"5.13(b)({number})" for number in range(1, 7))
    assert part_5.children("5.15") == ("5.15(a)", "5.15(b)", "5.15(c)")
    assert part_5.children("5.25(c)") == tuple(f"5.25(c)({number})" for number in range(1, 6))
    assert part_5.children("5.97") == ("5.97(a)", "5.97(b)", "5.97(c)", "5.97(d)")


def test_a_section_whose_letters_were_not_seen_says_so() -> None:
    section = framework(PART_5).requirement("5.57")
    assert "letters of its paragraphs were not seen" in section.note
    assert section.assessable
    assert framework(PART_5).children("5.57") == ()


@pytest.mark.parametrize("key", ["icao-annex-19/2", "icao-annex-19/3"])
def test_annex_19_has_4_components_and_12_elements(key: str) -> None:
    annex = framework(key)
    assert annex.children("Appendix 2") == ("1", "2", "3", "4")
    counts = [len(annex.children(component)) for component in annex.children("Appendix 2")]
    assert counts == [5, 2, 3, 2]
    assert sum(each.assessable for each in annex.requirements) == 12


def test_27001_has_93_controls_in_four_themes() -> None:
    security = framework("iso-iec-27001/2022")
    themes = {theme: len(security.children(theme)) for theme in security.children("Annex A")}
    assert themes == {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
    for theme, numbers in groupby(
        (each.number for each in security.requirements if re.fullmatch(r"A\.\d\.\d+", each.number)),
        key=lambda number: number.rpartition(".")[0],
    ):
        assert list(numbers) == [f"{theme}.{place}" for place in range(1, themes[theme] + 1)]


def test_as9100_is_iso_9001_with_its_additions() -> None:
    base, aerospace = framework("iso-9001/2015"), framework("as9100/D")
    assert set(base.by_number) < set(aerospace.by_number)
    added = set(aerospace.by_number) - set(base.by_number)
    assert added == {
        "8.1.1", "8.1.1(b)", "8.1.2", "8.1.3", "8.1.4", "8.3.4.1", "8.4.1.1", "8.5.1.1", "8.5.1.2", "8.5.1.3",
    }  # fmt: skip
    assert aerospace.requirement("7.1.5.2").change is Change.EXTENDED
    assert "register" in aerospace.requirement("7.1.5.2").addition
    assert aerospace.requirement("7.1.5.2").intent == base.requirement("7.1.5.2").intent
    assert aerospace.requirement("8.2.1").change is Change.SAME


def test_the_renumbering_of_14001_is_told_and_never_read_off_the_numbers() -> None:
    new = framework("iso-14001/2026")
    assert new.requirement("10.1").title == "Continual improvement"
    assert new.requirement("10.1").was == ("10.3",)
    assert new.requirement("6.1.5").was == ("6.1.4",)
    assert new.requirement("6.1.4").was == ("6.1.1",)
    assert new.requirement("6.3").change is Change.NEW
    assert "10.3" not in new.by_number
    assert new.children("9.3") == ("9.3.1", "9.3.2", "9.3.3")


def test_what_is_not_sure_says_so() -> None:
    draft = framework("iso-9001/2026")
    assert (draft.status, draft.confidence) == (Status.DRAFT, Confidence.DOUBTFUL)
    assert draft.dates == {}, "no day of publication is proven"
    for key in ("iso-9001/2015", "iso-14001/2015", "iso-45001/2018", "iso-iec-27001/2022", "as9100/D"):
        assert framework(key).confidence is Confidence.BACKGROUND
        assert "not compared with the printed standard" in framework(key).confidence_note
    assert framework("iso-14001/2026").confidence is Confidence.SECONDARY
    assert framework("icao-annex-19/3").confidence is Confidence.DOUBTFUL
    assert framework("easa-145/1321-2014").requirement("145.A.55").confidence is Confidence.DOUBTFUL


# The table of required documented information, ISO 9001, 14001 and 45001.
MAINTAINED = {
    "iso-9001/2015": {"4.3", "4.4.2", "5.2.2", "6.2.1"},
    "iso-14001/2015": {"4.3", "6.1.1", "8.1", "5.2", "6.2.1", "6.1.2", "6.1.3", "8.2"},
    "iso-45001/2018": {"4.3", "6.1.1", "8.1.1", "5.2", "5.3", "6.2.2", "6.1.2.2", "6.1.3", "8.2"},
}
RETAINED = {
    "iso-9001/2015": {
        "4.4.2", "7.1.5.1", "7.1.5.2", "7.2", "8.2.3.2", "8.3.3", "8.3.4", "8.3.5", "8.3.6", "8.4.1", "8.5.2", "8.5.3",
        "8.5.6", "8.6", "8.7.2", "9.1.1", "9.2.2", "9.3.3", "10.2.2",
    },
    "iso-14001/2015": {"8.1", "9.1.1", "7.2", "7.4.1", "9.1.2", "9.2.2", "9.3", "10.2"},
    "iso-45001/2018": {"8.1.1", "9.1.1", "7.2", "7.4.1", "9.1.2", "9.2.2", "9.3", "10.2", "10.3"},
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(MAINTAINED))
def test_required_documents_and_records_are_marked(key: str) -> None:
    assert retained(key, Documented.MAINTAIN) >= MAINTAINED[key]
    assert retained(key, Documented.RETAIN) >= RETAINED[key]
