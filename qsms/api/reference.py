"""The API's description: as OpenAPI for programs, and as a page for people that needs no script and no other host."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from . import openapi, shapes


@login_not_required
@require_GET
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The document. It tells how the product works and nothing about anybody's data, so anybody may read it."""
    return shapes.answer(openapi.document(), headers={"Cache-Control": "public, max-age=300"})


@login_not_required
@require_GET
def show_reference(request: HttpRequest) -> HttpResponse:
    """The same as a page: one section a kind of record, each operation with what it takes and answers."""
    document = openapi.document()
    return render(request, "api/reference.html", {"document": document, "sections": _sections(document)})


def _sections(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = {
        tag["name"]: {"tag": tag["name"], "title": tag["description"], "operations": []} for tag in document["tags"]
    }
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]]["operations"].append(
                {
                    "id": one["operationId"],
                    "method": method.upper(),
                    "path": openapi.ROOT + path,
                    "summary": one["summary"].rpartition(": ")[2],
                    "about": one.get("description", ""),
                    "parameters": [_parameter(document, given) for given in one["parameters"]],
                    "fields": _body(document, one),
                    "answers": [(status, _words(document, answer)) for status, answer in one["responses"].items()],
                }
            )
    return list(found.values())


def _resolved(document: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in given:
        found: Any = document
        for part in given["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        given = found
    return given


def _words(document: dict[str, Any], answer: dict[str, Any]) -> str:
    return str(_resolved(document, answer)["description"])


def _parameter(document: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    one = _resolved(document, given)
    return {"name": one["name"], "where": one["in"], "type": _type(one["schema"]), "about": one.get("description", "")}


def _body(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    if "requestBody" not in operation:
        return []
    [media] = operation["requestBody"]["content"].values()
    schema = _resolved(document, media["schema"])
    needed = schema.get("required", ())
    return [
        {"name": name, "type": _type(one), "about": one.get("description", ""), "required": name in needed}
        for name, one in schema["properties"].items()
    ]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    kind = schema.get("type", "any")
    words = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if kind == "array":
        words = f"{_type(schema['items'])}[]"
    return f"{words} ({schema['format']})" if "format" in schema else words
