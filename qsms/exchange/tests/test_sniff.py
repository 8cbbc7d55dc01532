from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.exchange import limits
from qsms.exchange.readers import open_table
from qsms.exchange.sentences import TableError, shown, shown_name
from qsms.exchange.sniff import sniff


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return path


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)

REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\r\n \t\n", "empty"),
    "pdf named csv": (b"%PDF-1.7\n1 0 obj", "pdf"),
    "web page named xls": (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "svg"),
    "excel 2003 xml": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "xml",
    ),
    "json": (b'["a", "b"]', "json"),
    "gif": (b"GIF89a;a,b\n1,2", "binary"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(40), "binary"),
    "packed": (gzip.compress(b"a,b\n1,2\n"), "zip"),
    "rtf": (b"{\\rtf1 text}", "other-document"),
    "program data": (bytes(range(256)) * 4, "binary"),
    "zip": (zipped(a_dot_csv=b"a,b"), "zip"),
    "text document": (zipped(word__document_dot_xml=b"<a/>"), "other-document"),
    "binary workbook": (zipped(xl__workbook_dot_bin=b"1"), "other-document"),
    "cut zip": (zipped(xl__workbook_dot_xml=b"<a/>")[:-30], "damaged"),
    "locked workbook": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(64), "password"),
    "old text document": (OLE + "WordDocument".encode("utf-16-le") + bytes(64), "other-document"),
    "bomb": (zipped(xl__workbook_dot_xml=bytes(10_000_000)), "zip-bomb"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_is_refused_by_name_and_with_a_way_out(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(TableError) as refusal:
        sniff(written(tmp_path, data), name="march.csv")
    assert refusal.value.code == code
    assert "march.csv" in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ZIP_MEMBERS", 2)
    with pytest.raises(TableError, match="holds 3 parts"):
        sniff(written(tmp_path, zipped(a=b"1", b=b"2", c=b"3")), name="x.xlsx")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 10)
    with pytest.raises(TableError) as refusal:
        sniff(written(tmp_path, b"a,b\n" * 10), name="x.csv")
    assert refusal.value.code == "too-large"


def test_a_sparse_gigabyte_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(TableError, match="has 1024 MB"):
        sniff(path, name="big.csv")


@pytest.mark.parametrize(
    ("data", "encoding", "sure"),
    [
        (b"a,b\n1,2\n", "utf-8", True),
        ("\ufeffa,b\n1,ü\n".encode(), "utf-8-sig", True),
        ("a,b\n1,ü\n".encode("utf-16"), "utf-16", True),
        ("\ufeffa,b\n1,ü\n".encode("utf-16-be"), "utf-16", True),
        ("a,b\n1,plain\n".encode("utf-16-le"), "utf-16-le", True),
        ("a,b\n1,ü\n".encode("utf-32"), "utf-32", True),
        ("id,name\n1,Müller\n".encode("cp1252"), "cp1252", False),
        (b"id,name\n1,M\x81ller\n", "latin-1", False),
        (
            "編號,名稱\n".encode("big5") + "雲嘉南濱海國家風景區管理處位於將軍溪出海口北岸\n".encode("big5") * 4,
            "big5",
            False,
        ),
        (
            "номер,название\n".encode("cp1251") + "Отказ двигателя на взлёте, экипаж вернулся\n".encode("cp1251") * 6,
            "cp1251",
            False,
        ),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str, sure: bool) -> None:
    found = sniff(written(tmp_path, data), name="x.csv")
    assert found.encoding == encoding
    assert (found.confidence >= 0.9) is sure
    assert bool(found.notes) is not sure


def test_one_bad_byte_does_not_make_utf8_something_else(tmp_path: Path) -> None:
    data = "name\nÄrztin\nÖl\nÜbung\nGröße\nMaß\n".encode() + b"br\xe9ak\n"
    found = sniff(written(tmp_path, data), name="x.csv")
    assert found.encoding == "utf-8"
    assert "line 7" in found.notes[0]


def test_a_bad_byte_behind_the_first_megabyte_is_found(tmp_path: Path) -> None:
    data = b"id,name\n" + b"1,plain\n" * 200_000 + b"2,M\xfcller\n"
    found = sniff(written(tmp_path, data), name="x.csv")
    assert found.encoding == "cp1252"
    assert "line 200002" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "delimiter", "quote"),
    [
        ("a,b,c\n1,2,3\n", ",", '"'),
        ("a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n", ";", '"'),
        ("a\tb\n1,2\t3\n", "\t", '"'),
        ("a|b\n1|2\n", "|", '"'),
        ("one\ntwo\nthree\n", ",", '"'),
        ('a,b\n"x;y;z","p;q"\n"x;y","1"\n', ",", '"'),
        ("a,b\n'x,y','2'\n'p,q','3'\n", ",", "'"),
        ("a,b\nit's,isn't\ncan't,won't\n", ",", '"'),
        ("sep=;\na;b\n1;2\n", ";", '"'),
    ],
)
def test_delimiters(tmp_path: Path, text: str, delimiter: str, quote: str) -> None:
    found = sniff(written(tmp_path, text.encode()), name="x.csv")
    assert (found.delimiter, found.quote) == (delimiter, quote)
    assert found.skip == text.startswith("sep=")


@pytest.mark.parametrize("mark", ["", ";;", '"', "\n"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, mark: str) -> None:
    with pytest.raises(TableError) as refusal:
        sniff(written(tmp_path, b"a,b\n1,2\n"), name="x.csv", delimiter=mark)
    assert refusal.value.code == "delimiter"


@pytest.mark.parametrize("name", ["klingon", "base64", "", "\x00"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    if name:
        with pytest.raises(TableError) as refusal:
            sniff(written(tmp_path, b"a,b\n1,2\n"), name="x.csv", encoding=name)
        assert refusal.value.code == "encoding"
    else:
        assert sniff(written(tmp_path, b"a,b\n1,2\n"), name="x.csv", encoding=name).encoding == "utf-8"


def test_a_wrong_choice_of_encoding_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError) as refusal:
        sniff(written(tmp_path, b"a,b\n1,2\n"), name="x.csv", encoding="utf-16")
    assert refusal.value.code == "encoding"


def test_names_in_sentences_lead_nowhere_and_read_as_they_are(tmp_path: Path) -> None:
    names = {
        "../../etc/passwd.csv": "passwd.csv",
        "C:\\Users\\x\\a.csv": "a.csv",
        "evil\x00.csv": "evil\ufffd.csv",
        "ann\u202evsc.exe": "ann\ufffdvsc.exe",
        "/": "file",
    }
    assert {name: shown_name(name) for name in names} == names
    assert len(shown_name("x" * 300)) == 80
    with pytest.raises(TableError) as refusal:
        sniff(written(tmp_path, b""), name="../\u202e/\x00CON.csv")
    assert "../" not in str(refusal.value)
    assert "\u202e" not in str(refusal.value)


@given(st.text())
def test_shown_is_one_short_visible_line(text: str) -> None:
    seen = shown(text)
    assert len(seen) <= 60
    assert seen == " ".join(seen.split())
    assert not any(c in seen for c in "\u202e\u200b\x00\x07\ufeff")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "upload"
    path.write_bytes(data)
    sentence, uneven = "Read.", 0
    try:
        table = open_table(path, name="any.bin")
        uneven = sum(len(row.cells) != len(table.columns.names) for row in table.rows())
    except TableError as refusal:
        sentence = str(refusal)
    assert sentence.endswith(".")
    assert not uneven
