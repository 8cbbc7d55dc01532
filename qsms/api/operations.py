"""Every operation of the API in one table: its address, its view, and what it answers. Routes and OpenAPI read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from .views import doing, filing, linking, many, mine, moving, one, telling

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RECORD = "/{slug:kind}/{key}/"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address. `body`, `answers` and `query` name shapes that `openapi` knows."""

    code: str
    method: str
    path: str
    view: Callable[..., HttpResponseBase]
    summary: StrOrPromise
    answers: tuple[tuple[int, str], ...]
    body: str = ""
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    # The name under which `reverse` finds the address; operations of one address share it.
    name: str = ""

    @property
    def of_a_kind(self) -> bool:
        return "{slug:kind}" in self.path

    @property
    def of_a_verb(self) -> bool:
        return "{slug:verb}" in self.path

    @property
    def of_a_record(self) -> bool:
        return "{key}" in self.path


OPERATIONS = (
    Operation("kinds", "GET", "/", mine.list_kinds, _("Kinds of record"), ((200, "Kinds"),), name="root"),
    Operation("me", "GET", "/me/", mine.read_me, _("Who I am and what I may do"), ((200, "Me"),), name="me"),
    Operation("tasks", "GET", "/tasks/", mine.list_tasks, _("What waits for me"), ((200, "Tasks"),), query=("limit",),
              name="tasks"),
    Operation("list", "GET", "/{slug:kind}/", many.list_records, _("List"), ((200, "*List"),),
              query=("*filters", "phase", "q", "order", "after", "limit", "fields", "count"), name="list"),
    Operation("create", "POST", "/{slug:kind}/", many.create_record, _("Create"), ((201, "*"),), body="*Create",
              query=("reason",), headers=("Idempotency-Key",), problems=(413, 415, 422), name="list"),
    Operation("counts", "GET", "/{slug:kind}/counts/", many.count_records, _("Count the open ones"),
              ((200, "Counts"),), name="counts"),
    Operation("read", "GET", RECORD, one.read_record, _("Read"), ((200, "*"), (304, "")), headers=("If-None-Match",),
              name="record"),
    Operation("change", "PATCH", RECORD, one.change_record, _("Change"), ((200, "*"),), body="*Change",
              query=("reason",), headers=("If-Match",), problems=(412, 413, 415, 422, 428), name="record"),
    Operation("assign", "POST", f"{RECORD}assign/", one.assign_record, _("Give to an owner"), ((200, "*"),),
              body="Assign", problems=(413, 415, 422), name="assign"),
    Operation("moves", "GET", f"{RECORD}moves/", moving.list_moves, _("Moves, and why they are shut"),
              ((200, "Moves"),), name="moves"),
    Operation("move", "POST", f"{RECORD}moves/{{slug:code}}/", moving.make_move, _("Make a move"), ((200, "*"),),
              body="Move", problems=(409, 413, 415, 422), name="move"),
    Operation("verbs", "GET", f"{RECORD}verbs/", doing.list_verbs, _("Verbs beside the moves"), ((200, "Verbs"),),
              name="verbs"),
    # These two are described once for each verb that a room offers, with what it shows and takes.
    Operation("verb_shown", "GET", f"{RECORD}verbs/{{slug:verb}}/", doing.read_verb, _("Read what a verb made"),
              ((200, "verb"),), name="verb"),
    Operation("verb", "POST", f"{RECORD}verbs/{{slug:verb}}/", doing.do_verb, _("Do a verb"), ((200, "*"),),
              body="verb", headers=("If-Match", "Idempotency-Key"), problems=(409, 412, 413, 415, 422, 428),
              name="verb"),
    Operation("links", "GET", f"{RECORD}links/", linking.list_links, _("Links"), ((200, "Links"),), name="links"),
    Operation("link", "POST", f"{RECORD}links/", linking.create_link, _("Link to another record"), ((201, "Link"),),
              body="LinkCreate", problems=(413, 415, 422), name="links"),
    Operation("unlink", "DELETE", f"{RECORD}links/{{int:link_id}}/", linking.remove_link, _("Take a link away"),
              ((204, ""),), query=("reason",), problems=(422,), name="link"),
    Operation("history", "GET", f"{RECORD}history/", telling.list_history, _("History"), ((200, "History"),),
              query=("after", "limit"), name="history"),
    Operation("comments", "GET", f"{RECORD}comments/", telling.list_comments, _("Comments"), ((200, "Comments"),),
              query=("after", "limit"), name="comments"),
    Operation("comment", "POST", f"{RECORD}comments/", telling.create_comment, _("Comment"), ((201, "Comment"),),
              body="CommentCreate", problems=(413, 415, 422), name="comments"),
    Operation("files", "GET", f"{RECORD}attachments/", filing.list_files, _("Files"), ((200, "Files"),), name="files"),
    Operation("upload", "POST", f"{RECORD}attachments/", filing.add_file, _("Add a file"), ((201, "FileMade"),),
              body="multipart/form-data", problems=(413, 415, 422), name="files"),
    Operation("download", "GET", f"{RECORD}attachments/{{int:file_id}}/", filing.read_file, _("Download a file"),
              ((200, "file"), (304, "")), headers=("If-None-Match",), name="file"),
    Operation("remove_file", "DELETE", f"{RECORD}attachments/{{int:file_id}}/", filing.remove_file,
              _("Remove a file"), ((204, ""),), query=("reason",), problems=(422,), name="file"),
)  # fmt: skip
