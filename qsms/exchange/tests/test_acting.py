"""For whom `qsms import` and `qsms export` act, where one installation keeps several organisations."""

from __future__ import annotations

import pytest

from qsms.base.console import Refused
from qsms.exchange.acting import acting_as
from qsms.org.models import Person
from tests.cast import Cast


def test_without_a_word_the_choices_are_named(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, acting_as(None, None, "Export"):
        pass
    ours, theirs = cast.organisation, cast.other
    assert str(refused.value) == (
        "There are several organisations. Write --organisation and one of: "
        f"{ours.code} (Larkfield Air), {theirs.code} (Outside Aero)."
    )
    with (
        pytest.raises(Refused, match=r"no organisation “nowhere”\. Write --organisation and one of: "),
        acting_as("nowhere", None, "Export"),
    ):
        pass


def test_in_a_demonstration_it_is_the_airline(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    cast.safety.cast = "The safety manager"
    cast.safety.save()
    # Somebody's own organisation stands beside it: nothing may be guessed.
    with pytest.raises(Refused, match="several organisations"), acting_as(None, None, "Import"):
        pass
    cast.outsider.cast = "A visitor"
    cast.outsider.save()
    with acting_as(None, None, "Import") as actor:
        assert (actor.organisation_id, actor.is_system) == (cast.organisation.pk, True)
    assert "the demonstration. --organisation chooses another one." in capsys.readouterr().err


def test_a_person_of_one_organisation_tells_which(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with acting_as(None, "outsider@outside.test", "Export") as actor:
        assert (actor.person_id, actor.organisation_id) == (cast.outsider.pk, cast.other.pk)
    told = capsys.readouterr()
    assert told.err == f"Export of {cast.other.code} (Outside Aero).\n"
    assert told.out == ""


def test_a_person_of_several_must_say_which(cast: Cast) -> None:
    Person.objects.create(organisation=cast.other, name="Safety Person", email=cast.safety.email)
    with (
        pytest.raises(Refused, match=r"“safety@larkfield.test” works at several organisations\. Write --organisation"),
        acting_as(None, cast.safety.email, "Export"),
    ):
        pass
    with acting_as(cast.organisation.code, cast.safety.email, "Export") as actor:
        assert actor.person_id == cast.safety.pk


def test_nobody_of_this_address(cast: Cast) -> None:
    with (
        pytest.raises(Refused, match="works at any of the organisations here"),
        acting_as(None, "nobody@larkfield.test", "Import"),
    ):
        pass
    with pytest.raises(Refused, match="works at Outside Aero"), acting_as(cast.other.code, cast.safety.email, "Import"):
        pass
