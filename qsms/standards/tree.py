"""The tree of an edition as lines of a page. Lines are joined from escaped pieces: a big edition has hundreds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString

from qsms.rules.frameworks import Framework, Requirement

from . import addresses

# What stands behind the title of a requirement: escaped text, empty for nothing.
Marks = Callable[[Requirement], str]


def nothing(requirement: Requirement) -> str:
    """No marks at all."""
    return ""


def draw(
    framework: Framework,
    label: str,
    *,
    marks: Marks = nothing,
    keep: frozenset[str] | None = None,
    address: Callable[[str], str] | None = None,
) -> SafeString:
    """The whole tree as nested lists; with `keep` those numbers alone and the ones above them.

    `address` says where a number leads; without it, to the page of the requirement.
    """
    if keep is not None:
        keep = keep.union(*(frozenset(framework.ancestors(number)) for number in keep)) if keep else keep
    to = address or (lambda number: addresses.clause(framework.key, number))
    lines = "".join(_level(framework, "", marks, keep, to))
    return SafeString(f'<div class="clauses" role="region" aria-label="{escape(label)}">{lines}</div>')


def _level(
    framework: Framework, parent: str, marks: Marks, keep: frozenset[str] | None, to: Callable[[str], str]
) -> Iterator[str]:
    numbers = [one for one in framework.children(parent) if keep is None or one in keep]
    if not numbers:
        return
    yield "<ul>"
    for number in numbers:
        each = framework.by_number[number]
        head = ' class="part"' if framework.children(number) and not each.assessable else ""
        url = escape(to(number))
        yield (
            f'<li><div{head}><a href="{url}"><span class="num">{escape(number)}</span> '
            f"<span>{escape(each.title)}</span></a>{marks(each)}</div>"
        )
        yield from _level(framework, number, marks, keep, to)
        yield "</li>"
    yield "</ul>"
