"""The shapes that are the same for every kind, as JSON Schema. What a record holds: see `kind_schemas`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qsms.records import keys
from qsms.records.choices import Relation

from .shapes import LENSES, PHASES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": keys.LARGEST}
NUMBER: Schema = {"type": "integer", "minimum": 0}
NEXT: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
PHASE: Schema = {"type": "string", "enum": list(PHASES.values())}


def ref(name: str) -> Schema:
    """A pointer to a shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(values: list[str]) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": values}


def shape(required: tuple[str, ...] | None = None, /, **members: Schema) -> Schema:
    """An object; without a list of them, every member is there."""
    needed = list(members) if required is None else list(required)
    return {"type": "object", "properties": members, **({"required": needed} if needed else {})}


def closed(required: tuple[str, ...], /, **members: Schema) -> Schema:
    """An object that takes these members and no others."""
    return {**shape(required, **members), "additionalProperties": False}


def items(name: str, *, paged: bool = False) -> Schema:
    """A list of shapes, with the key of the next page."""
    return shape(items={"type": "array", "items": ref(name)}, **({"next": NEXT} if paged else {}))


def or_null(schema: Schema) -> Schema:
    """The same, or nothing."""
    if "$ref" in schema or "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": list(dict.fromkeys([*kinds, "null"]))}


def described(schema: Schema, words: str) -> Schema:
    """The same with a sentence about it."""
    return {**schema, "description": words}


def _covers() -> Schema:
    words = _("What the signature covers beside the fields and files of the record, as the dialog shows it.")
    return described({"type": "object", "additionalProperties": TEXT}, words)


def common() -> dict[str, Schema]:
    """Every shape that does not depend on a kind."""
    pointer = shape(id=ID, name=TEXT)
    far = shape(id=ID, kind=TEXT, number=TEXT, title=TEXT, state=TEXT, phase=PHASE, due_on=or_null(DAY))
    return {
        "Problem": _problem(),
        "Named": pointer,
        "Far": far,
        "Lenses": {"type": "array", "items": one_of(list(LENSES.values())), "uniqueItems": True},
        "Kinds": shape(items={"type": "array", "items": ref("Kind")}, openapi=TEXT, reference=TEXT),
        "Kind": shape(kind=TEXT, prefix=TEXT, label=TEXT, label_plural=TEXT, url=TEXT),
        "Me": shape(
            person=shape(id=or_null(ID), name=TEXT),
            organisation=ref("Named"),
            zone=TEXT,
            roles=TEXTS,
            may={"type": "object", "additionalProperties": TEXTS},
            token={"anyOf": [shape(name=TEXT, scope=one_of(["write", "read"]), expires_at=MOMENT), {"type": "null"}]},
        ),
        "Tasks": items("Task"),
        "Task": shape(
            id=ID, code=TEXT, title=TEXT, due_at=or_null(MOMENT), given_at=MOMENT, asked_by=TEXT, role=TEXT,
            record=ref("Far"),
        ),
        "Counts": shape(
            kind=TEXT, open=NUMBER, late=NUMBER, states={"type": "object", "additionalProperties": NUMBER}
        ),
        "Assign": closed(("person",), person=ID, reason=TEXT),
        "Moves": shape(state=TEXT, version=NUMBER, moves={"type": "array", "items": ref("Verdict")}),
        "Verdict": shape(
            code=TEXT, label=TEXT, help=TEXT, to=TEXT, open=FLAG,
            reasons=described(TEXTS, _("Why the move is shut; empty when it is open.")),
            asks=described(TEXTS, _("Fields that must come with the move.")),
            offers=described(TEXTS, _("Fields that may come with the move.")),
            needs_reason=FLAG,
            doubt=described(TEXT, _("What speaks against an open move just now; empty when nothing does.")),
            signature={"anyOf": [shape(meaning=TEXT, shown=TEXT, covers=_covers()), {"type": "null"}]},
            by_hand=described(FLAG, _("False where the move has a page of its own and is not made here.")),
            verb=described(TEXT, _("The verb that makes this move; empty where none does.")),
        ),
        "Verbs": shape(state=TEXT, version=NUMBER, verbs={"type": "array", "items": ref("Verb")}),
        "Verb": shape(
            code=TEXT, label=TEXT, help=TEXT, takes=TEXTS,
            needs=described(TEXTS, _("What must come with it.")),
            makes=described(TEXTS, _("The moves that it makes.")),
            to_sign={"type": "array", "items": shape(
                meaning=TEXT, shown=TEXT, covers=_covers(),
                given=described({"type": "object", "additionalProperties": TEXT},
                                _("What to send along for just this, beside password and shown.")),
            )},
        ),
        "Move": closed(
            (), fields={"type": "object"}, reason=TEXT,
            password=described(TEXT, _("The password of the person who signs, where the move is signed.")),
            shown=described(TEXT, _("The hash that the list of moves gave, to sign exactly what was read.")),
        ),
        "Links": items("Link"),
        "Link": shape(
            id=ID, relation=TEXT, outward=FLAG, words=TEXT, reason=TEXT, at=MOMENT, record=ref("Far")
        ),
        "LinkCreate": closed(
            ("target", "relation"),
            target=described({"type": ["string", "integer"]}, _("Number or id of the other record.")),
            relation=one_of(Relation.values), reason=TEXT,
        ),
        "History": items("Deed", paged=True),
        "Deed": _deed(),
        "Comments": items("Comment", paged=True),
        "Comment": shape(
            id=ID, at=MOMENT, by={"anyOf": [ref("Named"), {"type": "null"}]}, text=TEXT,
            mentions={"type": "array", "items": ref("Named")},
        ),
        "Files": items("File"),
        "File": _file(),
        "FileMade": {**_file(), "properties": {**_file()["properties"], "remark": TEXT}},
        "CommentCreate": closed(("text",), text={**TEXT, "minLength": 1}, mentions={"type": "array", "items": ID}),
    }  # fmt: skip


def _file() -> Schema:
    return shape(
        id=ID, name=TEXT, media_type=TEXT, size=NUMBER, sha256=TEXT, note=TEXT, role=TEXT, stripped=FLAG,
        added_by={"anyOf": [ref("Named"), {"type": "null"}]}, added_at=MOMENT, url=TEXT,
    )  # fmt: skip


def _deed() -> Schema:
    must = ("id", "at", "verb", "by", "for", "signed_as", "reason", "version", "changes", "request")
    change = shape(field=TEXT, old=TEXT, new=TEXT)
    members = {
        "id": ID, "at": MOMENT, "verb": TEXT, "by": shape(id=or_null(ID), name=TEXT), "for": TEXT, "signed_as": TEXT,
        "reason": TEXT, "version": NUMBER, "changes": {"type": "array", "items": change}, "request": TEXT,
        "values": {"type": "object", "additionalProperties": TEXT}, "other": {"type": "object"},
    }  # fmt: skip
    return {"type": "object", "properties": members, "required": list(must)}


def _problem() -> Schema:
    clash = shape(mine=TEXT, theirs=TEXT)
    return {
        **shape(
            ("type", "title", "status", "detail"),
            type=described(TEXT, _("What kind of problem it is, as a name that stays.")),
            title=TEXT,
            status={"type": "integer"},
            detail=described(TEXT, _("What is wrong, and how to mend it.")),
            errors=described(
                {"type": "object", "additionalProperties": TEXT},
                _("What is wrong with each field; the empty name stands for the whole."),
            ),
            reasons=described(TEXTS, _("Why it is refused, each in a sentence.")),
            clash={"type": "object", "additionalProperties": clash},
            version={"type": "integer"},
            changed_by=TEXT,
            changed_at=MOMENT,
            request=described(TEXT, _("Under this mark the log and the history know the request.")),
        )
    }
