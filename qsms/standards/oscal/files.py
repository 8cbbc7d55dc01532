"""Catalogs in files: which serialisation it is, is seen from the content; what is not kept is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qsms.rules.data_files import DataError
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _
from qsms.rules.untrusted_yaml import decoded, within_size

from .catalog import Catalog
from .check import cautions, faults
from .json_form import read_json, read_yaml, write_json, write_yaml
from .plain import Findings, build, to_plain
from .xml_form import read_xml, write_xml

MOST_FAULTS = 50


class Serialisation(StrEnum):
    """The three ways to write a catalog."""

    JSON = "json"
    XML = "xml"
    YAML = "yaml"


@dataclass(frozen=True)
class ReadCatalog:
    """A catalog with what was met while reading: kinds of content that are not kept, and slips that do no harm."""

    catalog: Catalog
    serialisation: Serialisation
    left_out: tuple[str, ...]
    cautions: tuple[Sentence, ...]


def sniff(content: bytes) -> Serialisation:
    """Which serialisation a file is in, by its first sign."""
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"<" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Serialisation.XML
    return Serialisation.JSON if first == b"{" else Serialisation.YAML


def read_catalog(content: bytes, name: str = "the file") -> ReadCatalog:
    """The catalog of a file that somebody brought; raises `DataError` with what is wrong and how to mend it."""
    form = sniff(content)
    if form is Serialisation.XML:
        data = read_xml(within_size(content, name), name)
    else:
        text = decoded(content, name)
        data = read_json(text, name) if form is Serialisation.JSON else read_yaml(text, name)
    findings = Findings()
    catalog = build(Catalog, data, findings, "catalog")
    if catalog.metadata is None:
        findings.wrong.append(_("catalog has no “metadata”."))
    wrong = findings.wrong or faults(catalog)
    if not any(True for _control in catalog.all_controls()) and not catalog.groups and not wrong:
        wrong = [_("The catalog is empty: it has neither groups nor controls.")]
    if len(wrong) > MOST_FAULTS:
        wrong = [*wrong[:MOST_FAULTS], _("And %(count)s faults more.", count=len(wrong) - MOST_FAULTS)]
    if wrong:
        raise DataError(name, wrong)
    return ReadCatalog(catalog, form, tuple(sorted(findings.left_out)), tuple(cautions(catalog)))


def write_catalog(catalog: Catalog, serialisation: Serialisation) -> bytes:
    """The catalog as a file that `read_catalog` turns into an equal one."""
    data = to_plain(catalog)
    if serialisation is Serialisation.XML:
        return write_xml(data)
    return write_json(data) if serialisation is Serialisation.JSON else write_yaml(data)
