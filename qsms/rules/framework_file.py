"""Frameworks in files of our own format: YAML that people can write by hand, read from anybody without trust."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from qsms.rules import framework_data
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Framework
from qsms.rules.untrusted_yaml import decoded, guard

WIDTH = 116


class _Dumper(yaml.SafeDumper):
    """Lists are set in below their name, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def read_framework(
    content: bytes, known: Mapping[str, Framework] | None = None, *, name: str = "the file"
) -> Framework:
    """The framework of a file that somebody brought; raises `DataError` with what is wrong and how to mend it.

    `known` are the frameworks by key that it may extend.
    """
    text = decoded(content, name)
    guard(text, name)
    try:
        return framework_data.load(text, known)
    except DataError as error:
        raise DataError(name, error.sentences) from error


def write_framework(framework: Framework) -> str:
    """The framework as text that `read_framework` turns into an equal one, complete without its base."""
    return yaml.dump(
        framework_data.to_dict(framework), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH
    )
