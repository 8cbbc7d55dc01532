"""Write the reference pages of records, commands and words; --check says whether they agree with their sources."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent
FOLDER = TOP / "docs" / "reference"
sys.path.insert(0, str(TOP))

from qsms import cli  # noqa: E402

cli.set_up_django()

from django.db import models  # noqa: E402

from qsms.org import roles  # noqa: E402
from qsms.records import registry, wording  # noqa: E402
from qsms.records.registry import RecordType  # noqa: E402
from qsms.rules.lifecycle import Move, Phase  # noqa: E402
from qsms.site.words import glossary  # noqa: E402

MADE = "<!-- Made by tools/reference.py (`make docs`) from {source}: change that, not this page. -->"
TYPES: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (models.DateTimeField, "date and time"),
    (models.DateField, "date"),
    (models.BooleanField, "yes or no"),
    (models.DecimalField, "number"),
    (models.IntegerField, "whole number"),
    (models.TextField, "long text"),
    (models.CharField, "text"),
    (models.JSONField, "list"),
)


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip() or "–"


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(cell(one) for one in row) + " |"
    yield ""


def field_type(field: models.Field[Any, Any]) -> str:
    if field.name == "disciplines":
        return "lenses"
    if isinstance(field, models.ForeignKey):
        return str(field.related_model._meta.verbose_name)
    return next((word for kind, word in TYPES if isinstance(field, kind)), "text")


def choices(field: models.Field[Any, Any]) -> str:
    return ", ".join(f"`{code}` {label}" for code, label in field.flatchoices if code != "") if field.choices else ""


def fields(sheet: RecordType) -> Iterator[str]:
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys((*sheet.form_fields, *sorted(sheet.writable))):
        field = sheet.field(name)
        if field is not None:
            needed = "yes" if not field.blank and not field.has_default() else ""
            where = "" if name in sheet.form_fields else "in a move"
            kind = field_type(field) + (f" ({where})" if where else "")
            rows.append((f"`{name}`", sheet.field_label(name), kind, needed, choices(field)))
    yield from table(("Name", "Label", "Type", "Needed", "Choices"), rows)


def who(sheet: RecordType, move: Move) -> str:
    said = [f"who holds `{sheet.kind}.{move.verb or move.code}`"]
    if move.or_party:
        said.append("or " + " or ".join(wording.party(party) for party in move.or_party))
    if move.only:
        said.append("only " + " or ".join(wording.party(party) for party in move.only))
    if move.independent_of:
        said.append("never " + " or ".join(wording.party(party) for party in move.independent_of))
    return ", ".join(said)


def needs(sheet: RecordType, move: Move) -> str:
    said = [f"filled: {sheet.field_label(name)}" for name in move.needs]
    said += [f"asks for {sheet.field_label(name)}" for name in move.asks]
    said += ["a reason"] if move.reason else []
    said += [f"a signature (“{move.signature}”)"] if move.signature else []
    said += [f"closed: what {wording.relation(one[1:], one[0] != '<')} it" for one in move.closed]
    said += [f"condition `{one}`" for one in move.conditions]
    said += ["a page of its own"] if not move.by_hand else []
    return "; ".join(said)


def kind(sheet: RecordType) -> Iterator[str]:
    life = sheet.lifecycle
    yield f"## {sheet.label_plural} (`{sheet.kind}`)"
    yield ""
    yield f"Numbers begin with `{sheet.prefix}`. List: `/r/{sheet.kind}/`."
    yield f"[API](api.md): `/api/v1/{sheet.kind}/`; one record: `/api/v1/{sheet.kind}/{{number or id}}/`."
    if sheet.import_key:
        key = f"an imported row is recognised by `{sheet.import_key}`"
        first = life.state(sheet.import_state or life.initial).label
        yield f"Import: {key}; where a file does not say it, a row stands in “{first}”."
    yield ""
    yield "### Fields"
    yield ""
    yield from fields(sheet)
    yield "### States"
    yield ""
    phases = {
        Phase.DRAFT: "draft",
        Phase.OPEN: "open",
        Phase.WAITING: "waiting",
        Phase.DONE: "done",
        Phase.VOID: "void",
    }
    yield from table(
        ("Code", "State", "Phase", "What it means"),
        [(f"`{one.code}`", one.label, phases[one.phase], one.meaning) for one in life.states],
    )
    yield "### Moves"
    yield ""
    yield from table(
        ("Code", "Move", "From", "To", "Who", "Needs"),
        [
            (
                f"`{move.code}`",
                move.label,
                ", ".join(str(life.state(code).label) for code in move.sources),
                life.state(move.target).label if move.target else "stays",
                who(sheet, move),
                needs(sheet, move),
            )
            for move in life.moves
        ],
    )
    yield "### Filters and permissions"
    yield ""
    yield "Filters of the list, the export and the API: " + ", ".join(f"`{one}`" for one in sheet.filters) + "."
    yield ""
    known = roles.vocabulary().get(sheet.kind, {})
    yield from table(("Permission", "What it lets somebody do"), [(f"`{sheet.kind}.{v}`", w) for v, w in known.items()])


def records() -> str:
    lines = [
        MADE.format(source="the sheets of the record types"),
        "# Kinds of record",
        "",
        "What every kind has beside its own: number, title, state, concerns (lenses), site, unit, process, owner,",
        "who raised it, due date, risk, confidential or not, and a version that goes up with every change.",
        "",
    ]
    for sheet in registry.all_types():
        lines += kind(sheet)
    return "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    lines = [
        MADE.format(source="the commands"),
        "# Commands",
        "",
        "`qsms --help` lists what the command does, `qsms COMMAND --help` explains one of its parts.",
        "",
    ]
    for command in cli.COMMANDS:
        parser = cli.parser(command)
        lines += [f"## qsms {command.name}", "", "```text", *(parser.description or "").splitlines(), "```", ""]
        # Not argparse's own layout, which differs from one Python to the next.
        rows: list[tuple[object, ...]] = [
            (f"`{_written(one)}`", (one.help or "") % {**vars(one), "choices": ", ".join(map(str, one.choices or ()))})
            for one in parser._actions
            if "--help" not in one.option_strings and one.help != argparse.SUPPRESS
        ]
        lines += table(("Option", "Meaning"), rows) if rows else ()
    lines += ["## Exit codes", "", "```text", *cli.EXIT_CODES.rstrip().splitlines(), "```"]
    return "\n".join(lines) + "\n"


def words() -> str:
    lines = [
        MADE.format(source="qsms/site/data/glossary.yaml"),
        "# Glossary",
        "",
        "What the words of the program mean. The same stands in the program, behind the question mark at the top.",
        "",
    ]
    for group in glossary():
        lines += [f"## {group['title']}", ""]
        for one in group["words"]:
            lines += [f"**{one['word']}**: {one['means'][0].lower()}{one['means'][1:]}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _written(one: argparse.Action) -> str:
    value = one.metavar or ("|".join(map(str, one.choices)) if one.choices else one.dest.upper())
    value = "" if one.nargs == 0 else str(value) + (" ..." if one.nargs in ("+", "*") else "")
    if not one.option_strings:
        return f"[{value}]" if one.nargs in ("?", "*") else value
    return f"{', '.join(one.option_strings)} {value}".strip() + (" (needed)" if one.required else "")


def main() -> int:
    """Write the pages, or with --check compare them; 1 when one is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say whether the pages are up to date")
    check = parser.parse_args().check
    wrong = 0
    for name, text in (("records.md", records()), ("commands.md", commands()), ("glossary.md", words())):
        page = FOLDER / name
        if check and (not page.exists() or page.read_text("utf-8") != text):
            sys.stderr.write(f"docs/reference/{name} is not what its source says. Run `make docs`.\n")
            wrong += 1
        elif not check:
            page.write_text(text, "utf-8")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
