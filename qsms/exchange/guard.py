"""The guard against formula injection: text that a spreadsheet program would run stays text, and comes back unchanged.

Writing puts one apostrophe before a text that begins like a formula: with = + - @ or their full-width forms, a tab or a
carriage return, also behind blanks and invisible characters, and before a text that already is such an apostrophe with
a formula behind it. Reading takes one apostrophe away if, and only if, what follows begins like a formula (behind any
number of further apostrophes). So read(write(text)) is the text for every text, and the apostrophe of 'tis stays.
Numbers and dates are no text and need no guard.
"""

from __future__ import annotations

import re

_BLANK = "[\\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufffd]*"
_FORMULA = re.compile(f"'*(?:[\t\r\n\v\f\x00]|{_BLANK}[=+\\-@＝＋－＠﹢﹣﹦﹫\u2212])")


def guarded(text: str) -> str:
    """`text`, with an apostrophe before it where a spreadsheet program could take it for a formula."""
    return "'" + text if text and _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """`text` without the apostrophe that `guarded` puts before formulas; any other text unchanged."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
