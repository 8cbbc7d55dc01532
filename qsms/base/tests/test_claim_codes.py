import math
import re
from pathlib import Path

import pytest

from qsms.base.claim_codes import ALPHABET, LENGTH, RANDOM_CHARACTERS, BadCode, code_hash, new_code, read_code


def test_a_code_looks_like_one_and_has_sixty_bits() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code) for code in codes)
    assert math.log2(len(ALPHABET)) * RANDOM_CHARACTERS >= 60
    assert not set("01ILO") & set(ALPHABET)


def test_however_it_is_typed_it_is_found_again(home: Path) -> None:
    code = new_code()
    bare = code.replace("-", "")
    expected = code_hash(code)
    for typed in (
        code.lower(),
        bare,
        f"  {code}\n",
        " ".join(bare),
        code.replace("-", "\u2013"),
        code.replace("-", "_"),
    ):
        assert code_hash(typed) == expected
    assert code_hash(new_code()) != expected


def test_every_single_mistake_and_every_swap_of_neighbours_is_noticed() -> None:
    letters = read_code(new_code())
    for place, right in enumerate(letters):
        for wrong in ALPHABET:
            if wrong != right:
                with pytest.raises(BadCode):
                    read_code(letters[:place] + wrong + letters[place + 1 :])
    for place in range(LENGTH - 2):
        if letters[place] != letters[place + 1]:
            with pytest.raises(BadCode):
                read_code(letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "This code has 0 letters and digits. Write all 16."),
        ("K7M4-QX92", "This code has 8 letters and digits. Write all 16."),
        ("K7M4-QX92-TBNP-A3H0", "“0” does not occur in codes. Look at the code again: it has no 0, 1, I, L or O."),
        ("<script>", "“<” does not occur in codes. Look at the code again: it has no 0, 1, I, L or O."),
    ],
)
def test_the_sentence_says_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(BadCode) as caught:
        read_code(typed)
    assert str(caught.value) == sentence


def test_another_installation_has_other_hashes(home: Path) -> None:
    code = new_code()
    first = code_hash(code)
    (home / "keys" / "claim-codes.salt").unlink()
    assert code_hash(code) != first
