"""Markup of OSCAL: the elements of XML and the Markdown of JSON and YAML, in one normal form.

Blank space is one space, an ordered list counts “1.” on every line, and blocks stand apart by an empty line, so that
the same prose is the same text whichever serialisation it came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement

INDENT: Final = "    "
SECOND: Final = 2
BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "table", "blockquote"})

_WRAPS: Final = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "q": '"', "sub": "~", "sup": "^"}
_MARKED: Final = {"**": "strong", "*": "em", "`": "code", "~": "sub", "^": "sup"}
_INSERT = re.compile(r"\{\{\s*insert:\s*(?P<type>[^\s,{}]+)\s*,\s*(?P<id>[^\s{}]+)\s*\}\}")
_INLINE = re.compile(
    r"\{\{ insert: (?P<type>[^\s,{}]+), (?P<id>[^\s{}]+) \}\}"
    r"|!\[(?P<alt>[^\][]*)\]\((?P<src>[^\s()]*)\)"
    r"|\[(?P<label>[^\][]*)\]\((?P<href>[^\s()]*)\)"
    r"|(?P<mark>\*\*|[*`~^])(?P<marked>[^\s*`~^](?:[^*`~^]*[^\s*`~^])?)(?P=mark)"
)
_ITEM = re.compile(r"(?P<indent>\s*)(?P<marker>[-*+]|\d+[.)])\s+(?P<rest>.*)")
_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<rest>.*)")
_RULE = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")


def one_line(text: str) -> str:
    """A line of markup in its normal form."""
    return _INSERT.sub(r"{{ insert: \g<type>, \g<id> }}", " ".join(text.split()))


def many_lines(text: str) -> str:
    """Blocks of markup in their normal form."""
    return "\n\n".join("\n".join(block) for block in _blocks(text))


def _blocks(text: str) -> Iterator[list[str]]:
    for kind, block in _raw_blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if kind == "item":
            yield from _normal_lists(block)
        elif kind == "table":
            yield _normal_table(block)
        elif kind == "fence":
            yield ["```", *"\n".join(line.rstrip() for line in block).strip("\n").split("\n"), "```"]
        else:
            yield [one_line(line) for line in block]


def _raw_blocks(rows: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Blocks as they are written, each with its kind and with the lines that wrap put together."""
    block: list[list[str]] = []
    kind = ""
    for raw in rows:
        if kind == "fence" and raw.strip() != "```":
            block.append([raw])
            continue
        found = _kind(raw) if kind != "fence" else ""
        if found == "plain" and kind in ("plain", "item"):
            block[-1].append(raw.strip())
            # “#” and “-” may get their text from the second line; after that the kind is settled.
            if kind == "plain" and len(block[-1]) == SECOND:
                kind = _kind(" ".join(block[-1]))
            continue
        if kind and (found != kind or kind == "heading"):
            yield kind, [" ".join(each) for each in block]
            block = []
        kind = found
        if found not in ("", "fence"):
            block.append([raw])
    if kind:
        yield kind, [" ".join(each) for each in block]


def _kind(raw: str) -> str:
    stripped = raw.strip()
    if not stripped:
        return ""
    if stripped == "```":
        return "fence"
    if _ITEM.fullmatch(raw):
        return "item"
    if _HEADING.fullmatch(stripped):
        return "heading"
    if stripped.startswith("|"):
        return "table"
    return "quote" if stripped.startswith("> ") else "plain"


def _normal_lists(block: Iterable[str]) -> Iterator[list[str]]:
    """Lists one below the other, each with steps of one indent; another marker at the margin begins another list."""
    found: list[str] = []
    depth = -1
    for raw in block:
        item = _ITEM.fullmatch(raw)
        assert item is not None
        marker = "1." if item["marker"][0].isdigit() else "-"
        depth = min(len(item["indent"].expandtabs(4)) // len(INDENT), depth + 1)
        if found and not depth and not found[0].startswith(marker):
            yield found
            found = []
        found.append(f"{INDENT * depth}{marker} {one_line(item['rest'])}")
    yield found


def _normal_table(block: Iterable[str]) -> list[str]:
    rows = [_cells(row) for row in block if not _RULE.fullmatch(row.strip())] or [[""]]
    found = ["| " + " | ".join(cells) + " |" for cells in rows]
    return [*found[:1], *["|" + " --- |" * len(cells) for cells in rows[:1]], *found[1:]]


def _cells(row: str) -> list[str]:
    return [one_line(cell) for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


# From XML


def line_from(element: Element) -> str:
    """The markup inside an element without blocks."""
    return one_line(_inline(element))


def blocks_from(elements: Iterable[Element]) -> str:
    """The markup of block elements, side by side."""
    return many_lines("\n\n".join(filter(None, (_block(each) for each in elements))))


def _inline(element: Element) -> str:
    found = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "a":
            found.append(f"[{_inline(child)}]({child.get('href', '')})")
        elif name == "img":
            found.append(f"![{child.get('alt', '')}]({child.get('src', '')})")
        elif name == "insert":
            found.append(f"{{{{ insert: {child.get('type', 'param')}, {child.get('id-ref', '')} }}}}")
        else:
            wrap = _WRAPS.get(name, "")
            found.append(f"{wrap}{_inline(child)}{wrap}")
        found.append(child.tail or "")
    return "".join(found)


def _block(element: Element) -> str:
    name = local(element)
    if name == "pre":
        return "```\n" + _inline(element).strip("\n") + "\n```"
    if name in ("ul", "ol"):
        return "\n".join(_items(element, 0))
    if name == "table":
        return "\n".join(_table(element))
    if name == "blockquote":
        inner = [line_from(each) for each in element] or [line_from(element)]
        return "\n".join(f"> {each}" for each in inner if each)
    text = line_from(element)
    return f"{'#' * int(name[1])} {text}" if re.fullmatch("h[1-6]", name) and text else text


def _items(element: Element, depth: int) -> Iterator[str]:
    marker = "1." if local(element) == "ol" else "-"
    for item in element:
        own = Element("li")
        own.text = item.text
        nested = [child for child in item if local(child) in ("ul", "ol")]
        for child in item:
            if child not in nested:
                own.append(child)
        yield f"{INDENT * depth}{marker} {line_from(own)}"
        for child in nested:
            yield from _items(child, depth + 1)


def _table(element: Element) -> Iterator[str]:
    rows = [row for row in element.iter() if local(row) == "tr"]
    for row in rows:
        yield "| " + " | ".join(line_from(cell).replace("|", "/") for cell in row) + " |"


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


# To XML


def line_into(element: Element, text: str) -> None:
    """Write a line of markup into an element."""
    last: Element | None = None
    end = 0

    def put(plain: str) -> None:
        if last is None:
            element.text = (element.text or "") + plain
        else:
            last.tail = (last.tail or "") + plain

    for found in _INLINE.finditer(text):
        put(text[end : found.start()])
        end = found.end()
        if found["id"] is not None:
            last = SubElement(element, "insert", {"type": found["type"], "id-ref": found["id"]})
        elif found["src"] is not None:
            last = SubElement(element, "img", {"alt": found["alt"], "src": found["src"]})
        elif found["href"] is not None:
            last = SubElement(element, "a", {"href": found["href"]})
            line_into(last, found["label"])
        else:
            last = SubElement(element, _MARKED[found["mark"]])
            last.text = found["marked"]
    put(text[end:])


def blocks_into(element: Element, text: str) -> None:
    """Write blocks of markup into an element."""
    for block in _blocks(text):
        first = block[0]
        heading = _HEADING.fullmatch(first)
        if first == "```":
            SubElement(element, "pre").text = "\n".join(block[1:-1])
        elif heading:
            line_into(SubElement(element, f"h{len(heading['level'])}"), heading["rest"])
        elif _ITEM.fullmatch(first):
            _list_into(element, block)
        elif first.startswith("|"):
            _table_into(element, block)
        elif first.startswith("> "):
            quote = SubElement(element, "blockquote")
            for each in block:
                line_into(SubElement(quote, "p"), each.removeprefix("> "))
        else:
            line_into(SubElement(element, "p"), first)


def _list_into(element: Element, block: list[str]) -> None:
    open_lists: list[tuple[int, str, Element]] = []
    for each in block:
        item = _ITEM.fullmatch(each)
        assert item is not None
        depth = min(len(item["indent"]) // len(INDENT), len(open_lists))
        name = "ol" if item["marker"] == "1." else "ul"
        while open_lists and (
            open_lists[-1][0] > depth or open_lists[-1][0:2] == (depth, "ol" if name == "ul" else "ul")
        ):
            open_lists.pop()
        if not open_lists or open_lists[-1][0] < depth:
            holder = open_lists[-1][2][-1] if open_lists else element
            open_lists.append((depth, name, SubElement(holder, name)))
        line_into(SubElement(open_lists[-1][2], "li"), item["rest"])


def _table_into(element: Element, block: list[str]) -> None:
    table = SubElement(element, "table")
    for place, each in enumerate(row for row in block if not _RULE.fullmatch(row)):
        row = SubElement(table, "tr")
        for cell in _cells(each):
            line_into(SubElement(row, "th" if place == 0 else "td"), cell)
