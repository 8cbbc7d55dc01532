"""What holds for every record type: scope by every role, history, tallies, lifecycle, words."""

from __future__ import annotations

import pytest

from qsms.base import context
from qsms.org import actor as actors
from qsms.records import history, moves, paging, registry, scope, services, tally, wording
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Record
from qsms.rules import lifecycle as life
from tests.cast import ROLES, Cast
from tests.contract.factory import SECRET

EVERYBODY = ("reporter", "owner", "colleague", *ROLES)


def test_the_sheet_is_whole(kind: str) -> None:
    sheet = registry.get(kind)
    assert sheet.label
    assert sheet.label_plural
    assert sheet.columns
    assert life.unreachable(sheet.lifecycle) <= {"draft", "merged", "imported"}
    for name in (*sheet.form_fields, *sheet.search_fields):
        assert sheet.field(name) is not None, name
    for move in sheet.lifecycle.moves:
        for name in (*move.asks, *move.offers, *move.needs):
            assert sheet.field(name) is not None, (move.code, name)


def test_every_field_is_shown_or_left_out_on_purpose(kind: str) -> None:
    sheet = registry.get(kind)
    columns = {one.name if isinstance(one, registry.Column) else one for one in sheet.columns}
    shown = {*sheet.writable, *columns, *sheet.filters}
    left_out = {field.name for field in sheet.own_fields} - shown
    assert left_out == {*sheet.room_fields}, "Name in the sheet's room_fields what no form, list, filter or move shows."


def test_a_new_record_has_number_history_and_tallies(cast: Cast, kind: str, record: Record) -> None:
    assert record.number.startswith(registry.get(kind).prefix)
    assert history.entries(record)[-1].verb == "created"
    assert tally.recount(cast.organisation.pk) == {}


def test_the_outsider_finds_nothing(cast: Cast, kind: str, record: Record) -> None:
    outsider = cast.actor("outsider")
    sheet = registry.get(kind)
    with pytest.raises(NotVisible):
        services.find(outsider, kind, record.pk)
    with pytest.raises(NotVisible):
        services.find(outsider, kind, record.number)
    with pytest.raises(NotVisible):
        services.comment(outsider, record.pk, "Hello")
    with pytest.raises(NotVisible):
        services.edit(outsider, record.pk, 1, {"title": "Mine"})
    with pytest.raises(NotVisible):
        services.assign(outsider, record.pk, cast.outsider.pk)
    with pytest.raises(NotVisible):
        moves.move(outsider, record.pk, sheet.lifecycle.moves[0].code)
    with context.organisation(cast.other.pk):
        assert paging.page(outsider, sheet).ids == []
        assert paging.count(outsider, sheet) == 0
        assert tally.states(outsider, kind) in (None, {})
    assert scope.seen_of(outsider, [record.pk]) == {}
    assert not scope.sees(outsider, record)


@pytest.mark.parametrize("who", EVERYBODY)
def test_list_page_and_question_agree(cast: Cast, kind: str, record: Record, who: str) -> None:
    """What the list shows, `find` opens, `sees` affirms and `count` counts: for every role, plain and confidential."""
    sheet = registry.get(kind)
    actor = cast.actor(who)
    for confidential in (False, True):
        Record.everywhere.filter(pk=record.pk).update(confidential=confidential)
        again = sheet.model.everywhere.get(pk=record.pk)
        sees = scope.sees(actor, again)
        assert paging.page(actor, sheet).ids == ([record.pk] if sees else [])
        assert paging.count(actor, sheet) == int(sees)
        assert list(scope.visible(actor, kind).values_list("pk", flat=True)) == ([record.pk] if sees else [])
        if sees:
            assert services.find(actor, kind, record.number).pk == record.pk
        else:
            with pytest.raises(NotVisible):
                services.find(actor, kind, record.number)


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_shut_move_says_why_and_stays_shut(cast: Cast, kind: str, record: Record, who: str) -> None:
    actor = cast.actor(who)
    if not scope.sees(actor, record):
        return
    again = services.find(actor, kind, record.pk)
    for verdict in moves.verdicts(actor, again):
        if verdict.is_open:
            continue
        reasons = moves.reasons(actor, again, verdict)
        assert reasons
        assert all(reason.endswith((".", "”")) and len(reason) > 10 for reason in reasons), reasons
        with pytest.raises(Refused):
            moves.move(actor, again.pk, verdict.move.code)
    assert wording.state_label(kind, again.state)


def test_an_edit_is_history_and_a_refused_one_is_nothing(cast: Cast, kind: str, record: Record) -> None:
    system = actors.system(cast.organisation.pk)
    edited = services.edit(system, record.pk, record.version, {"title": f"{SECRET} changed"})
    assert edited.version == record.version + 1
    [change] = history.entries(edited)[0].changes
    assert (change.field, change.new) == ("title", f"{SECRET} changed")
    auditor = cast.actor("other_site_auditor")
    if scope.sees(auditor, edited) and not scope.may(auditor, "change", edited):
        with pytest.raises(Refused):
            services.edit(auditor, record.pk, edited.version, {"title": "No"})
