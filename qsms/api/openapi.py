"""The description of the API in OpenAPI 3.1, made from the table of operations and the sheets of every kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qsms import __version__
from qsms.records import registry, verbs
from qsms.records.registry import RecordType
from qsms.records.verbs import Verb

from . import asking, kind_schemas, problems, schemas
from . import verbs as verb_bodies
from .operations import OPERATIONS, Operation
from .schemas import Schema, ref

ROOT = "/api/v1"


def document() -> dict[str, Any]:
    """The whole description. Made once for a language and a set of kinds."""
    return _document(tuple(registry.all_types()), get_language() or "")


@lru_cache(maxsize=8)
def _document(sheets: tuple[RecordType, ...], language: str) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        if not one.of_a_kind:
            paths.setdefault(_address(one, ""), {})[one.method.lower()] = _operation(one, None)
    for sheet in sheets:
        for one in OPERATIONS:
            if one.of_a_verb:
                for verb in verbs.of(sheet.kind):
                    path = _address(one, sheet.kind).replace("{slug:verb}", verb.code)
                    if one.method == "POST":
                        paths.setdefault(path, {})["post"] = _verb(one, sheet, verb)
                    elif verb.shows is not None:
                        paths.setdefault(path, {})["get"] = _verb_shown(one, sheet, verb)
            elif one.of_a_kind and not (one.code == "create" and not sheet.form):
                paths.setdefault(_address(one, sheet.kind), {})[one.method.lower()] = _operation(one, sheet)
    shapes = schemas.common()
    for sheet in sheets:
        shapes |= kind_schemas.of(sheet)
        for verb in verbs.of(sheet.kind):
            name = verb_bodies.name_of(verb)
            shapes |= {name: verb_bodies.schema(verb)}
            shapes |= {f"{name}Shown": verb_bodies.shown(verb)} if verb.shows is not None else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenQSMS", "version": __version__, "description": _about()},
        "servers": [{"url": ROOT}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": "me", "description": _("Who is asking")}]
        + [{"name": sheet.kind, "description": str(sheet.label_plural)} for sheet in sheets],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "responses": _problem_answers(),
            "parameters": _parameters(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": _("A token made for a program.")},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": settings.SESSION_COOKIE_NAME,
                    "description": _("A signed-in browser. What changes something also needs X-CSRFToken."),
                },
            },
        },
    }


def _about() -> str:
    return _(
        "Every kind of record has the same operations. What you do not see is answered as not found. A list is paged "
        "by key, a change names the version it starts from, and what goes wrong is told as problem details (RFC 9457)."
    )


def _address(one: Operation, kind: str) -> str:
    plain = one.path.replace("{slug:kind}", kind)
    return (
        plain.replace("{slug:code}", "{code}")
        .replace("{int:link_id}", "{link_id}")
        .replace("{int:file_id}", "{file_id}")
    )


def _operation(one: Operation, sheet: RecordType | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.code if sheet is None else f"{sheet.kind.replace('-', '_')}_{one.code}",
        "tags": ["me" if sheet is None else sheet.kind],
        "summary": str(one.summary) if sheet is None else f"{sheet.label}: {one.summary}",
        "parameters": [*_path_parameters(one, sheet), *_query(one, sheet), *_headers(one)],
        "responses": _answers(one, sheet),
    }
    if one.view.__doc__:
        found["description"] = " ".join(one.view.__doc__.split())
    if one.body and not one.of_a_verb:
        media = one.body if one.body == "multipart/form-data" else "application/json"
        schema = _upload() if one.body == "multipart/form-data" else ref(_named(one.body, sheet))
        found["requestBody"] = {"required": one.code != "move", "content": {media: {"schema": schema}}}
    return found


def _verb(one: Operation, sheet: RecordType, verb: Verb) -> dict[str, Any]:
    """The operation of one verb: what it takes is its own, what it answers is the record."""
    found = _operation(one, sheet)
    words = " ".join((one.view.__doc__ or "").split())
    unused = {"If-Match"} if not verb.writes_over else set()
    # A signed verb is held by its hash: once is enough.
    unused |= {"Idempotency-Key"} if verb.to_sign is not None else set()
    parameters = [given for given in found["parameters"] if given.get("$ref", "").rpartition("/")[2] not in unused]
    content = {"application/json": {"schema": ref(verb_bodies.name_of(verb)), "example": dict(verb.example)}}
    return {
        **found,
        "operationId": f"{sheet.kind.replace('-', '_')}_do_{verb.code}",
        "summary": f"{sheet.label}: {verb.label}",
        "description": f"{verb.help} {words}",
        "parameters": parameters,
        "requestBody": {"required": any(member.needed for member in verb.members), "content": content},
    }


def _verb_shown(one: Operation, sheet: RecordType, verb: Verb) -> dict[str, Any]:
    found = _operation(one, sheet)
    content = {"application/json": {"schema": ref(f"{verb_bodies.name_of(verb)}Shown")}}
    done = {"200": {"description": _("Done"), "content": content}}
    return {
        **found,
        "operationId": f"{sheet.kind.replace('-', '_')}_read_{verb.code}",
        "summary": f"{sheet.label}: {verb.label}, {_('so far')}",
        "responses": found["responses"] | done,
    }


def _upload() -> Schema:
    return schemas.shape(
        ("file",), file={"type": "string", "contentMediaType": "application/octet-stream"}, note=schemas.TEXT,
        role=schemas.TEXT, strip=schemas.one_of(["0", "1"]),
    )  # fmt: skip


def _named(name: str, sheet: RecordType | None) -> str:
    return name.replace("*", kind_schemas.name_of(sheet) if sheet is not None else "")


def _path_parameters(one: Operation, sheet: RecordType | None) -> list[Schema]:
    found: list[Schema] = []
    if one.of_a_record:
        found.append({"$ref": "#/components/parameters/key"})
    if "{slug:code}" in one.path and sheet is not None:
        codes = [move.code for move in sheet.lifecycle.moves]
        found.append({"name": "code", "in": "path", "required": True, "schema": schemas.one_of(codes)})
    for name in ("link_id", "file_id"):
        if f"{{int:{name}}}" in one.path:
            found.append({"name": name, "in": "path", "required": True, "schema": schemas.ID})
    return found


def _query(one: Operation, sheet: RecordType | None) -> list[Schema]:
    found: list[Schema] = []
    for name in one.query:
        if sheet is not None and name == "*filters":
            found += kind_schemas.filters(sheet)
        elif sheet is not None and name == "order":
            orders = schemas.one_of(kind_schemas.orders(sheet))
            words = _("“-” in front turns it round; newest first is “-id”")
            found.append({"name": "order", "in": "query", "required": False, "schema": orders, "description": words})
        else:
            found.append({"$ref": f"#/components/parameters/{name}"})
    return found


def _headers(one: Operation) -> list[Schema]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in one.headers]


def _answers(one: Operation, sheet: RecordType | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, name in one.answers:
        answer: dict[str, Any] = {
            "description": {200: _("Done"), 201: _("Made"), 204: _("Gone"), 304: _("Unchanged")}[status]
        }
        if name == "file":
            answer["content"] = {"*/*": {"schema": {}}}
        elif name:
            answer["content"] = {"application/json": {"schema": ref(_named(name, sheet))}}
        if name == "*":
            answer["headers"] = {"ETag": {"description": _("The version"), "schema": schemas.TEXT}}
        found[str(status)] = answer
    for status in sorted({400, 401, 403, 404, 405, 503, *one.problems}):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


def _problem_answers() -> dict[str, Any]:
    words = {
        400: _("The request cannot be read"),
        401: _("Nobody is signed in, or the token opens nothing"),
        403: _("Refused, with reasons"),
        404: _("Nothing there, or nothing that you may see"),
        405: _("Another method is needed"),
        409: _("Somebody else was there before"),
        412: _("Others changed the same fields since this version; both sides are in the answer"),
        413: _("Too large"),
        415: _("Another kind of content is needed"),
        422: _("Values cannot be taken, by field"),
        428: _("If-Match is missing"),
        503: _("Busy, try again"),
    }
    content = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    return {str(status): {"description": said, "content": content} for status, said in words.items()}


def _parameters() -> dict[str, Schema]:
    query = {
        "phase": (schemas.one_of(["open", "all", "done", "void"]), _("Open ones, unless said otherwise")),
        "q": (schemas.TEXT, _("Words to search for")),
        "after": (schemas.TEXT, _("The page key that the page before gave as “next”")),
        "limit": ({"type": "integer", "minimum": 1, "maximum": asking.MOST}, _("Rows a page; 50 if not given")),
        "fields": (schemas.TEXT, _("Only these fields, with commas between")),
        "count": (schemas.one_of(["0", "1"]), _("1 counts the rows, up to 1,000")),
        "reason": (schemas.TEXT, _("Why; kept in the history")),
    }
    found = {
        name: {"name": name, "in": "query", "required": False, "schema": schema, "description": words}
        for name, (schema, words) in query.items()
    }
    key = {"type": "string", "pattern": "^[^/]+$", "minLength": 1}
    found["key"] = {
        "name": "key", "in": "path", "required": True, "schema": key, "description": _("Number or id of the record"),
    }  # fmt: skip
    headers = {
        "If-Match": _("The ETag of the record as it was read. Without it the answer is 428."),
        "If-None-Match": _("The ETag of the version at hand: 304 if it is still the newest"),
        "Idempotency-Key": _("A name of your own for this create, so that sending it twice makes one record"),
    }
    for name, words in headers.items():
        found[name] = {
            "name": name, "in": "header", "required": False, "schema": schemas.TEXT, "description": words,
        }  # fmt: skip
    return found
