"""Make the fonts that PDFs are set in: `python tools/print_fonts.py FOLDER`. The output is committed; few need this.

FOLDER holds what the packages below unpack to, one folder each: `npm pack NAME` for IBM Plex and Noto Emoji, Debian's
fonts-noto-cjk for Noto Sans CJK. Needs fonttools, which the product does not. What it writes is smaller than its
sources (no hinting; of Chinese, Japanese and Korean the characters of the national sets in everyday use) and has
family names of its own: the licence keeps the name Plex for unchanged files, and typst takes one file for each family
and style and leaves the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).parent.parent / "qsms/publish/data/fonts"
# Family, style, weight, file under FOLDER (a glob), which characters.
FACES = [
    ("QSMS Sans", "Regular", "ibm-plex-sans-1*/**/complete/woff/IBMPlexSans-Regular.woff", "all"),
    ("QSMS Sans", "Italic", "ibm-plex-sans-1*/**/complete/woff/IBMPlexSans-Italic.woff", "all"),
    ("QSMS Sans", "SemiBold", "ibm-plex-sans-1*/**/complete/woff/IBMPlexSans-SemiBold.woff", "all"),
    ("QSMS Sans", "SemiBold Italic", "ibm-plex-sans-1*/**/complete/woff/IBMPlexSans-SemiBoldItalic.woff", "all"),
    ("QSMS Mono", "Regular", "ibm-plex-mono-*/**/complete/woff/IBMPlexMono-Regular.woff", "all"),
    ("QSMS Arabic", "Regular", "ibm-plex-sans-arabic-*/**/complete/woff/IBMPlexSansArabic-Regular.woff", "all"),
    ("QSMS Hebrew", "Regular", "ibm-plex-sans-hebrew-*/**/complete/woff/IBMPlexSansHebrew-Regular.woff", "all"),
    ("QSMS Thai", "Regular", "ibm-plex-sans-thai-*/**/complete/woff/IBMPlexSansThai-Regular.woff", "all"),
    ("QSMS Devanagari", "Regular", "ibm-plex-sans-dev*/**/complete/woff/IBMPlexSansDevanagari-Regular.woff", "all"),
    ("QSMS Emoji", "Regular", "fontsource-noto-emoji-*/**/noto-emoji-emoji-400-normal.woff", "all"),
    ("QSMS CJK", "Regular", "**/NotoSansCJK-Regular.ttc", "east asia"),
]


def everyday() -> Iterator[int]:
    """The characters of GB 2312, JIS X 0208, KS X 1001 and the first level of Big5, found through their encodings."""
    wide = [*range(0x2E80, 0x2FE0), *range(0x3000, 0x3400), *range(0x3400, 0xA000), *range(0xAC00, 0xD7A4)]
    for code in [*wide, *range(0xF900, 0xFB00), *range(0xFE30, 0xFE50), *range(0xFF00, 0xFFF0)]:
        for encoding in ("gb2312", "iso2022_jp", "euc_kr", "big5"):
            try:
                written = chr(code).encode(encoding)
            except UnicodeEncodeError:
                continue
            # Above 0xC6 Big5 lists its rare second level.
            if encoding != "big5" or written[0] <= 0xC6:
                yield code
                break


def make(folder: Path, family: str, style: str, pattern: str, characters: str) -> Path:
    source = next(iter(sorted(folder.glob(pattern))))
    options = subset.Options(
        hinting=False, desubroutinize=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]
    )
    options.drop_tables += ["DSIG", "STAT", "MATH", "vhea", "vmtx", "VORG"]
    options.layout_features = [] if characters == "east asia" else ["*"]
    # Of a collection the third face is the one for simplified Chinese.
    font = TTFont(source, fontNumber=2 if source.suffix == ".ttc" else -1, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(everyday()) if characters == "east asia" else set(font.getBestCmap()))
    cutter.subset(font)
    rename(font, family, style)
    font.flavor = None
    out = OUT / f"{family}-{style}".replace(" ", "").lower()
    out = out.with_suffix(".otf" if "CFF " in font else ".ttf")
    font.save(out)
    return out


def rename(font: TTFont, family: str, style: str) -> None:
    names = font["name"]
    for number in (3, 4, 6, 16, 17, 21, 22, 25):
        names.removeNames(nameID=number)
    plain = f"{family}-{style}".replace(" ", "")
    for number, text in ((1, family), (2, style), (3, plain), (4, f"{family} {style}"), (6, plain)):
        names.removeNames(nameID=number)
        names.setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [plain]
        cff.topDictIndex[0].FamilyName = family
        cff.topDictIndex[0].FullName = f"{family} {style}"


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        made = make(Path(sys.argv[1]), *face)
        print(f"{made.name}: {made.stat().st_size // 1024} KB")  # noqa: T201
