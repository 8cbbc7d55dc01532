"""Catalogs as frameworks: ours come back equal in every serialisation, others bring tree, numbers and statements."""

import json
from pathlib import Path
from typing import Any

import pytest

from qsms.rules.data_files import DataError
from qsms.rules.framework_data import checksum
from qsms.rules.framework_file import read_framework, write_framework
from qsms.rules.frameworks import Confidence, Framework
from qsms.standards import shipped
from qsms.standards.oscal.as_framework import Naming, to_catalog, to_framework
from qsms.standards.oscal.files import Serialisation, read_catalog, write_catalog

DATA = Path(__file__).parent / "data"
NOW = "2026-11-28T12:00:00Z"
LOW = Naming(
    "nist-sp-800-53-low", "rev5", "NIST", "SP 800-53 revision 5, baseline LOW", "Read from the catalog of NIST"
)


def low() -> Framework:
    return to_framework(read_catalog((DATA / "sp800-53-rev5-low-outline.json").read_bytes()).catalog, LOW)


def hangar(change: Any = None) -> Framework:
    data = json.loads((DATA / "hangar.json").read_text())
    if change:
        change(data["catalog"])
    return to_framework(read_catalog(json.dumps(data).encode()).catalog, Naming("hangar", "1", "us", "test", "ours"))


@pytest.mark.parametrize("form", list(Serialisation))
@pytest.mark.parametrize("key", ["us-14cfr-5/2024", "as9100/D", "iso-14001/2026", "icao-annex-19/3", "iso-45001/2018"])
def test_a_shipped_edition_comes_back_equal_through_oscal(key: str, form: Serialisation) -> None:
    original = shipped.frameworks()[key]
    again = to_framework(read_catalog(write_catalog(to_catalog(original, NOW), form)).catalog)
    assert again == original
    assert checksum(again) == checksum(original)


@pytest.mark.parametrize("key", ["us-14cfr-5/2024", "as9100/D", "iso-14001/2026"])
def test_a_shipped_edition_comes_back_equal_through_our_own_file(key: str) -> None:
    original = shipped.frameworks()[key]
    assert read_framework(write_framework(original).encode()) == original


def test_headings_are_groups_unless_they_stand_among_requirements() -> None:
    catalog = to_catalog(shipped.frameworks()["us-14cfr-5/2024"], NOW)
    for group in catalog.all_groups():
        assert not (group.groups and group.controls), "OSCAL lets a group hold one or the other"
    names = {each.id for each in catalog.all_controls()} | {each.id for each in catalog.all_groups()}
    assert len(names) == len(shipped.frameworks()["us-14cfr-5/2024"].requirements)


def test_the_same_edition_has_the_same_uuid_and_a_changed_one_another() -> None:
    first, second = (to_catalog(shipped.frameworks()[key], NOW) for key in ("iso-9001/2015", "iso-9001/2026"))
    assert first.uuid == to_catalog(shipped.frameworks()["iso-9001/2015"], "2027-01-01T00:00:00Z").uuid
    assert first.uuid != second.uuid


def test_the_low_baseline_is_18_headings_with_149_requirements() -> None:
    framework = low()
    assert len(framework.children()) == 18
    assert sum(each.assessable for each in framework.requirements) == 149
    assert framework.requirement("AC-1").parent == "ac"
    assert framework.confidence is Confidence.BACKGROUND
    lines = framework.requirement("AC-1").intent.split("\n")
    assert lines[0] == "a. Develop, document, and disseminate to [organization-defined personnel or roles]:"
    assert lines[1].startswith("1. [organization-level / mission/business process-level / system-level] access control")
    again = to_framework(read_catalog(write_catalog(to_catalog(framework, NOW), Serialisation.XML)).catalog)
    assert set(again.by_number) == set(framework.by_number)


def test_statements_have_their_parameters_filled_in() -> None:
    framework = hangar()
    assert [each.number for each in framework.requirements] == ["1", "1.1", "1.1.1", "1.1.1(1)", "1.1.2"]
    who = framework.requirement("1.1.1")
    assert who.intent.startswith("Doors are opened by [the crew for 8 hours / the night watch].")
    assert who.intent.endswith("a. Above **20** knots: `do not`, see [the next](#c1.1.2).")
    assert not framework.requirement("1.1.2").assessable, "it is withdrawn"
    assert framework.requirement("1.1.1(1)").intent == "At night", "without a statement the title says it"


def test_a_label_that_is_there_twice_gives_way_to_the_id() -> None:
    def twice(catalog: dict[str, Any]) -> None:
        catalog["groups"][0]["groups"][0]["controls"][1]["props"][0]["value"] = "1.1.1"

    assert "c1.1.2" in hangar(twice).by_number


def test_a_catalog_of_somebody_else_needs_a_name() -> None:
    catalog = read_catalog((DATA / "hangar.json").read_bytes()).catalog
    with pytest.raises(DataError, match=r"does not say its code, edition and publisher\. Name them"):
        to_framework(catalog)
    with pytest.raises(DataError, match="“Hangar Rules” is not a code"):
        to_framework(catalog, Naming("Hangar Rules", "1", "us", "test", "ours"))


def test_parameters_that_grow_without_end_are_stopped() -> None:
    def bomb(catalog: dict[str, Any]) -> None:
        twice = "{{{{ insert: param, b{0} }}}} {{{{ insert: param, b{0} }}}}"
        catalog["params"] += [{"id": f"b{number}", "values": [twice.format(number + 1)]} for number in range(60)]
        catalog["params"].append({"id": "b60", "values": ["boom"]})
        catalog["groups"][0]["groups"][0]["controls"][0]["parts"][0]["prose"] = "{{ insert: param, b0 }}"

    with pytest.raises(DataError, match=r"a text has more than 20000 letters\. Shorten its choices"):
        hangar(bomb)
