"""Codes that let an anonymous reporter come back to a report. Shown once; only a hash is kept.

A code is made from the one-use token of the page that sent the report, so the very same send gets the very same code
when its answer was lost on the way. Nothing is stored for that: of the token the database keeps a digest, and the
making needs the secret of this installation besides. So whoever has the database and the keys still cannot make the
code, and whoever has the page cannot without the server, which refuses once the code was seen.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from qsms.base.atomic_files import write_once

# Without 0, 1, I, L and O, which are mistaken for one another. 31 is prime, so that the check character finds every
# single wrong character and every swap of two neighbours.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_CHARACTERS = 15
LENGTH = RANDOM_CHARACTERS + 1
GROUP = 4

SCRYPT_N = 2**14
SCRYPT_R = 8
SCRYPT_P = 1


class BadCode(ValueError):
    """What was typed cannot be a code. The text says what is wrong with it."""


def new_code() -> str:
    """A fresh code such as K7M4-QX92-TBNP-A3HF: 74 random bits and a check character."""
    return _whole("".join(secrets.choice(ALPHABET) for _each in range(RANDOM_CHARACTERS)))


def code_for(token: str) -> str:
    """The code that belongs to the one-use token of a page: as hard to guess as the token, and each time the same."""
    number = int.from_bytes(hmac.digest(_salt(), b"code for " + token.encode(), "sha256"))
    body = ""
    for _each in range(RANDOM_CHARACTERS):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    return _whole(body)


def _whole(body: str) -> str:
    whole = body + _check_character(body)
    return "-".join(whole[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read_code(typed: str) -> str:
    """The code without spaces and dashes, in capitals. Raises BadCode when it is incomplete or mistyped."""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", typed).upper()
        if unicodedata.category(letter) not in {"Pd", "Zs", "Cc", "Cf"} and letter not in "_\u2212"
    )
    strange = next((letter for letter in letters if letter not in ALPHABET), None)
    if strange is not None:
        raise BadCode(
            _("“%(letter)s” does not occur in codes. Look at the code again: it has no 0, 1, I, L or O.")
            % {"letter": strange}
        )
    if len(letters) != LENGTH:
        raise BadCode(
            _("This code has %(count)d letters and digits. Write all %(wanted)d.")
            % {"count": len(letters), "wanted": LENGTH}
        )
    if _check_character(letters[:-1]) != letters[-1]:
        raise BadCode(_("There is a typing mistake in this code. Compare it with what you wrote down."))
    return letters


def code_hash(code: str) -> str:
    """The mark under which a code is stored and found again, however it was typed. Slow on purpose.

    One salt for the installation instead of one for each code, because the hash is looked up; it lies beside the
    keys, so a stolen database alone does not allow guessing.
    """
    derived = hashlib.scrypt(read_code(code).encode(), salt=_salt(), n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=32)
    return derived.hex()


def _salt() -> bytes:
    home: Path = settings.HOME
    path = home / "keys" / "claim-codes.salt"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return write_once(path, secrets.token_bytes(32))


def _check_character(body: str) -> str:
    total = sum(place * ALPHABET.index(letter) for place, letter in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
