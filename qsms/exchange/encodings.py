"""In which character encoding a text file is written, and how sure that is."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from qsms.exchange.sentences import TableError, shown

_CHUNK = 1 << 20
_SAMPLE = 64 * 1024

# The longer mark first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What people really send. The long tail of what charset-normalizer knows (EBCDIC, cp1006 ...) only adds wrong guesses.
_LIKELY = [
    "big5", "gb18030", "shift_jis", "euc_jp", "euc_kr", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2", "mac_roman", "cp850",
]  # fmt: skip

_KNOWN_AS = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "cp1250": "Windows-1250", "cp1251": "Windows-1251"}

# Fewer characters than this say nothing about a language; Western European is then the likeliest.
_ENOUGH = 24


@dataclass(frozen=True)
class Encoding:
    """`confidence` runs from 0 to 1: 1 is certain (a mark or the whole file decodes as UTF-8), below 0.9 it is a
    guess."""

    name: str
    confidence: float
    notes: tuple[str, ...] = ()


def find_encoding(path: Path) -> Encoding:
    """The encoding of the text file at `path`, looking at all of it: UTF-8 that breaks only in its last line is
    found."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, 1.0)
    wide = _wide(head)
    if wide:
        return Encoding(wide, 0.9)
    lines, numbers, count = _not_utf8(path)
    if not count:
        return Encoding("utf-8", 1.0)
    sample = b"".join(lines)
    where = _where(numbers, count)
    text = sample.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= c <= "\udcff" for c in text)
    intact = sum(c > "\x7f" for c in text) - broken
    if intact > 4 * broken:
        note = _("The file is UTF-8 but for some bytes (%(where)s). They are shown as “\ufffd”.") % {"where": where}
        return Encoding("utf-8", 0.9, (note,))
    return _guess(sample, where)


def check_encoding(name: str) -> str:
    """The codec name for what a person chose. Raises TableError for an encoding that is unknown or not for text."""
    try:
        found = codecs.lookup(name)
        "a".encode(found.name)
    except (LookupError, UnicodeError, ValueError) as error:
        sentence = _("“%(name)s” is not a known text encoding. Choose UTF-8 or Windows-1252.") % {"name": shown(name)}
        raise TableError(sentence, code="encoding") from error
    return found.name


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte of Latin text is zero."""
    pairs = len(head) // 2
    if not pairs:
        return ""
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _not_utf8(path: Path) -> tuple[list[bytes], list[int], int]:
    """Sample of the lines with bytes above 127, the first line numbers that are not UTF-8, and how many lines are
    not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
            return [], [], 0
        except UnicodeDecodeError:
            file.seek(0)
        lines: list[bytes] = []
        numbers: list[int] = []
        count = size = number = 0
        ended = True
        while line := file.readline(_CHUNK):
            number += ended
            ended = line.endswith(b"\n")
            if line.isascii():
                continue
            if size < _SAMPLE:
                lines.append(line)
                size += len(line)
            try:
                line.decode()
            except UnicodeDecodeError:
                count += 1
                if len(numbers) < 5:
                    numbers.append(number)
    return lines, numbers, count


def _where(numbers: list[int], count: int) -> str:
    listed = ", ".join(str(n) for n in numbers)
    if count == 1:
        return _("line %(n)s") % {"n": listed}
    if count > len(numbers):
        return _("%(count)s lines, the first are %(listed)s") % {"count": count, "listed": listed}
    return _("lines %(listed)s") % {"listed": listed}


def _guess(sample: bytes, where: str) -> Encoding:
    # Three megabytes in every process otherwise, for the few files whose encoding must be guessed.
    import charset_normalizer

    found = None
    high = sum(byte > 127 for byte in sample)
    if high >= _ENOUGH:
        found = charset_normalizer.from_bytes(sample, cp_isolation=_LIKELY).best()
    if found is not None:
        name = found.encoding
        confidence = round(max(0.0, min(0.89, (1 - found.chaos) * (0.6 + found.coherence))), 2)
    else:
        name = "cp1252" if _decodes(sample, "cp1252") else "latin-1"
        confidence = 0.5
    note = _(
        "The file is not UTF-8 (%(where)s). It is read as %(name)s, which is a guess, %(percent)s percent sure. Check "
        "names and accents, or choose another encoding."
    ) % {
        "where": where,
        "name": _KNOWN_AS.get(name, name.replace("_", "-").title()),
        "percent": round(confidence * 100),
    }
    return Encoding(name, confidence, (note,))


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
