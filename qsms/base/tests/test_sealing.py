import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qsms.base.sealing import (
    CannotOpen,
    KeyShredded,
    Place,
    SealError,
    blind_index,
    seal,
    sealed_version,
    shred,
    unseal,
)

HERE = Place(organisation_id=1, record_id=42, field="reporter")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(text=st.text())
def test_what_was_sealed_opens_unchanged(home: Path, text: str) -> None:
    assert unseal("reports-1", seal("reports-1", text, HERE), HERE) == text


def test_the_content_does_not_show_and_equal_values_look_different(home: Path) -> None:
    one, other = seal("reports-1", "Ken Ostrowski", HERE), seal("reports-1", "Ken Ostrowski", HERE)
    assert b"Ostrowski" not in one
    assert one != other


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(organisation_id=2, record_id=42, field="reporter"),
        Place(organisation_id=1, record_id=43, field="reporter"),
        Place(organisation_id=1, record_id=42, field="witness"),
        Place(organisation_id=14, record_id=2, field="reporter"),
    ],
)
def test_a_sealed_value_moved_elsewhere_stays_closed(home: Path, elsewhere: Place) -> None:
    sealed = seal("reports-1", "Ken Ostrowski", HERE)
    with pytest.raises(CannotOpen):
        unseal("reports-1", sealed, elsewhere)


def test_another_programme_cannot_open_it(home: Path) -> None:
    sealed = seal("reports-1", "Ken Ostrowski", HERE)
    seal("asap-1", "somebody", HERE)
    with pytest.raises(CannotOpen):
        unseal("asap-1", sealed, HERE)
    with pytest.raises(CannotOpen):
        unseal("never-used", sealed, HERE)
    assert not (home / "keys" / "never-used.key").exists()


def test_every_changed_byte_is_noticed(home: Path) -> None:
    sealed = seal("reports-1", "Ken", HERE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            unseal("reports-1", bytes(changed), HERE)
    for length in (0, 1, 15, len(sealed) - 1):
        with pytest.raises(CannotOpen):
            unseal("reports-1", sealed[:length], HERE)


def test_an_older_key_opens_what_it_sealed_and_the_newest_seals(home: Path) -> None:
    old = seal("reports-1", "Ken", HERE)
    mark = blind_index("reports-1", "7")
    key = home / "keys" / "reports-1.key"
    read = json.loads(key.read_bytes())
    read["versions"]["2"] = base64.b64encode(bytes(range(32))).decode()
    key.write_text(json.dumps(read))
    new = seal("reports-1", "Ken", HERE)
    assert (sealed_version(old), sealed_version(new)) == (1, 2)
    assert unseal("reports-1", old, HERE) == unseal("reports-1", new, HERE) == "Ken"
    assert blind_index("reports-1", "7") == mark


def test_shredding_is_final(home: Path) -> None:
    sealed = seal("reports-1", "Ken", HERE)
    shred("reports-1")
    assert not (home / "keys" / "reports-1.key").exists()
    with pytest.raises(KeyShredded, match="destroyed"):
        unseal("reports-1", sealed, HERE)
    with pytest.raises(KeyShredded):
        seal("reports-1", "Ken", HERE)
    with pytest.raises(KeyShredded):
        blind_index("reports-1", "7")
    shred("reports-1")


def test_shredding_finds_the_draft_of_a_killed_writer(home: Path) -> None:
    seal("reports-1", "Ken", HERE)
    key = home / "keys" / "reports-1.key"
    draft = key.with_name(".reports-1.key.0123456789abcdef")
    draft.write_bytes(key.read_bytes())
    shred("reports-1")
    assert sorted(path.name for path in key.parent.iterdir()) == ["reports-1.lock", "reports-1.shredded"]


def test_key_files_are_for_the_owner_alone(home: Path) -> None:
    seal("reports-1", "Ken", HERE)
    assert stat.S_IMODE((home / "keys" / "reports-1.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700


def test_many_first_users_agree_on_one_key(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda n: seal("reports-1", str(n), HERE), range(40)))
    assert [unseal("reports-1", one, HERE) for one in sealed] == [str(n) for n in range(40)]
    assert not list((home / "keys").glob(".*"))


def test_a_broken_key_file_is_named(home: Path) -> None:
    sealed = seal("reports-1", "Ken", HERE)
    (home / "keys" / "reports-1.key").write_text("{}")
    with pytest.raises(SealError, match=r"reports-1\.key.*Restore"):
        unseal("reports-1", sealed, HERE)


@pytest.mark.parametrize("name", ["", "../secret", "Reports", "a/b", "-x", "a" * 64])
def test_a_programme_name_is_no_path(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="programme name"):
        seal(name, "Ken", HERE)


def test_blind_index_tells_values_and_programmes_apart(home: Path) -> None:
    assert blind_index("reports-1", "7") == blind_index("reports-1", "7")
    assert len({blind_index("reports-1", "7"), blind_index("reports-1", "8"), blind_index("asap-1", "7")}) == 3
