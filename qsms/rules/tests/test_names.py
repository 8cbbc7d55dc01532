"""Warnings before publishing, on sentences as pilots and the shop floor write them, with the traps among them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.data_files import DataError
from qsms.rules.name_words import load_name_words, shipped_words
from qsms.rules.names import Kind, warnings

STAFF = ("Teo Alvarez", "Hanne Brandvold", "Will Page", "Anne-Marie O'Neill", "Sam McDonald")


def found(text: str, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(span.kind.value, span.text) for span in warnings(text, known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J. Ortega helped.", [("initials", "J. Ortega")]),
        ("It was signed by J.R. Smith.", [("initials", "J.R. Smith")]),
        ("I was helped by K. O'Hara on nights.", [("initials", "K. O'Hara")]),
        ("We told Hanne Brandvold at once.", [("person", "Hanne Brandvold")]),
        ("Dana said the cart was fine.", [("person", "Dana")]),
        ("The cart was Dana's.", [("person", "Dana")]),
        ("Captain Smith and First Officer Jones flew.", [("person", "Smith"), ("person", "Jones")]),
        ("Then captain Smith took over.", [("person", "Smith")]),
        ("Mr. Miller and Dr Weiss came.", [("person", "Miller"), ("person", "Weiss")]),
        ("Mechanic Miller signed the card.", [("person", "Miller")]),
        ("I told Ortega to stop.", [("person", "Ortega")]),
        ("The lead was Sean van der Berg.", [("person", "Sean van der Berg")]),
        ("It was seen by McDonald.", [("person", "McDonald")]),
        ("José Núñez reported it.", [("person", "José Núñez")]),
        ("Write to ken.o@larkfield.example.", [("email", "ken.o@larkfield.example")]),
        ("Call me at 555-123-4567.", [("phone", "555-123-4567")]),
        ("Phone (602) 555-0147 or +44 20 7946 0958.", [("phone", "(602) 555-0147"), ("phone", "+44 20 7946 0958")]),
        ("Ask at ext. 4471.", [("phone", "4471")]),
        ("Employee no. 44871 did it.", [("employee_number", "44871")]),
        ("Stamp QA-217 was used, badge #10443.", [("employee_number", "QA-217"), ("employee_number", "10443")]),
        ("N418LF was on stand 14.", [("registration", "N418LF")]),
        ("G-ABCD, D-AIBL and EI-DVM were there.", [("registration", each) for each in ("G-ABCD", "D-AIBL", "EI-DVM")]),
        (
            "C-GABC and VH-OQA, JA801A, 9V-SKA.",
            [("registration", each) for each in ("C-GABC", "VH-OQA", "JA801A", "9V-SKA")],
        ),
        ("Ship 418 came from the hangar.", [("registration", "418")]),
        ("Flight 1234 was late, so was flt DL 88.", [("flight", "Flight 1234"), ("flight", "flt DL 88")]),
        ("DLH4AB and SWA 2217 followed.", [("flight", "DLH4AB"), ("flight", "SWA 2217")]),
        ("Speedbird 117 was behind Delta 1045.", [("flight", "Speedbird 117"), ("flight", "Delta 1045")]),
        ("It was 21 Nov 2026.", [("exact_date", "21 Nov 2026")]),
        (
            "On November 21st, 2026 and on 2026-11-22.",
            [("exact_date", "November 21st, 2026"), ("exact_date", "2026-11-22")],
        ),
        ("Found 11/21/2026, closed 22.11.26.", [("exact_date", "11/21/2026"), ("exact_date", "22.11.26")]),
        ("The 3rd of March was wet.", [("exact_date", "3rd of March")]),
    ],
)
def test_what_gives_somebody_away_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # Sentence starts, roles and places of work.
        "Departure went 25 minutes late. Nobody asked why. Maintenance was called. Ground Control answered.",
        "First Officer was Pilot Flying, Captain was Pilot Monitoring. Flight Attendant A called Maintenance Control.",
        "Captain. Bring the aircraft back to the gate.",
        "I called Operations, told Tower and asked Dispatch.",
        "The Quick Reference Handbook and the Minimum Equipment List were used.",
        "Will the pump run? Mark the part. Bill it to the shop. May we open it?",
        "Aircraft X was ahead of Aircraft Y. Subsequently it landed. Person A. Technician B. Nothing else.",
        # ICAO and other codes.
        "From KJFK to EGLL by ZZZ, FL350, RWY 27L, ILS 09, QNH 1013, VOR 113.70, SQUAWK 7700.",
        "Cleared via COTAL, taxiway Delta 3, gate B12, at 21:40, 1,140 servicings, 12 litres.",
        "A320, B737-800, DHC-8-402, CRJ900, ATR 72, MD-80 and the 737 Max.",
        # Part numbers and documents.
        "P/N 123-456-7890 fitted, part no. 555-123-4567, S/N N123AB.",
        "Coupling HC-2240-8, card GSE-14, GOM 7.12, AC 120-66B, SB 72-1045, 14 CFR 121.703, D3 of the 8D.",
        "A D-RING, an O-RING, a D-DUCT, an I-BEAM and a G-LOAD of 2.5 during the C-CHECK.",
        # Engines, masks, fractions, times.
        "N1 was 98% and N2 dropped to 60.5. N95 masks were worn. 3/4 inch, 1/2 turn, 24/7.",
        "A flight of 30 minutes, 200 flight hours, flight level 350 and 4 flight attendants.",
        # Lists of steps and lettered things.
        "A. Remove the panel.\nB. Inspect the coupling.\nC. Close the panel.",
        "We lost system B. Pressure dropped. We left gate C. Boarding went on.",
        # Places and makers.
        "San Juan, Port Ellery, Fort Worth, Lake Tahoe and the Boeing Company.",
        "",
    ],
)
def test_what_gives_nobody_away_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_two_capitals_side_by_side_are_only_a_maybe() -> None:
    (span,) = warnings("It was handed to Ravindra Kulkarni at noon.")
    assert (span.kind, span.text, span.sure) == (Kind.PERSON, "Ravindra Kulkarni", False)
    assert "may be a person's name" in span.sentence
    (given_and_place,) = warnings("It was handed to John Woods at noon.")
    assert (given_and_place.text, given_and_place.sure) == ("John Woods", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("teo alvarez found it.", ["teo alvarez"]),
        ("Alvarez found it, and ALVAREZ closed it.", ["Alvarez", "ALVAREZ"]),
        ("Brandvold's cart.", ["Brandvold"]),
        ("Seen by Anne-Marie  O’Neill.", ["Anne-Marie  O’Neill"]),
        ("THE CART WAS LEFT BY MCDONALD.", ["MCDONALD"]),
        ("I asked Will about it. Will it run? On page 3.", ["Will"]),
        ("WILL IT RUN?", []),
        ("Teodoro and Alvarezes are others.", []),
    ],
)
def test_the_organisation_s_own_people_are_known(text: str, expected: list[str]) -> None:
    assert found(text, STAFF) == [("known_name", each) for each in expected]


def test_text_in_capitals_still_gives_marks() -> None:
    assert found("R. SMITH CHECKED N123AB ON 3 MAR 2024. CALL 555 123 4567.") == [
        ("registration", "N123AB"),
        ("exact_date", "3 MAR 2024"),
        ("phone", "555 123 4567"),
    ]


def test_the_mockup_s_report() -> None:
    text = (
        "Around 21:40 I was topping up system 2 on N418LF on stand 14. The quick-release coupling on cart 3 did not "
        "lock fully. When I opened the valve it let go and about 12 litres of Skydrol went on the concrete. My hands "
        "and sleeve were wet, rinsed at the eyewash. J. Ortega helped. Departure went 25 minutes late."
    )
    told = warnings(text)
    assert [(span.kind, text[span.start : span.end]) for span in told] == [
        (Kind.REGISTRATION, "N418LF"),
        (Kind.INITIALS, "J. Ortega"),
    ]
    assert told[0].sentence == "“N418LF” looks like an aircraft registration. Write the type instead."
    assert told[1].sentence == "“J. Ortega” looks like a person's name. Write the role instead."


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_spans_are_in_order_and_never_overlap(text: str, known: list[str]) -> None:
    spans = warnings(text, known)
    for span in spans:
        assert text[span.start : span.end] == span.text != ""
        assert span.sentence
    assert all(one.end <= two.start for one, two in pairwise(spans))


@given(
    st.sampled_from(["Around noon ", "the cart was used by ", "then "]),
    st.sampled_from(STAFF),
    st.sampled_from([" left.", ", who was new", "'s shift ended.", "; nobody else"]),
)
def test_a_known_full_name_is_found_in_any_surroundings(before: str, name: str, after: str) -> None:
    assert ("known_name", name) in found(before + name + after, STAFF)


@given(st.sampled_from("ab1- .+(@NG"), st.integers(1, 4000))
def test_a_long_run_of_one_sign_takes_no_time(sign: str, length: int) -> None:
    assert len(warnings(sign * length, STAFF)) <= length


def test_the_words_have_an_edition_and_a_broken_file_is_told() -> None:
    assert shipped_words().edition
    with pytest.raises(DataError, match="“given_names” is missing") as caught:
        load_name_words("edition: '1'\nregistrations: [{prefix: A}]\n")
    assert any("“registrations” is missing" in sentence for sentence in caught.value.sentences)
