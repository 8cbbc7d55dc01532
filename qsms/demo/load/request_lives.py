"""Requests to change documents, what is asked after a change elsewhere, a finished gap assessment and a pasted text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qsms.base import moment
from qsms.documents import asking as requests
from qsms.documents.models import Revision
from qsms.impact import asking as impact
from qsms.impact import touching
from qsms.impact.models import Check
from qsms.records import moves, services
from qsms.records.choices import Relation
from qsms.records.models import Record
from qsms.rules.data_files import read_mapping
from qsms.rules.frameworks import Reference
from qsms.standards import assessing, texts

from .world import Stage

DATA = Path(__file__).parent.parent / "data" / "requests.yaml"


@lru_cache(maxsize=1)
def told() -> Mapping[str, Any]:
    """What is told of requests, checks and the assessment."""
    return read_mapping(DATA)[1]


def plan(stage: Stage) -> None:
    """Each on its day; what names documents that a quick load leaves out names the others."""
    work = told()
    for number, one in enumerate(work["requests"]):
        _Request(stage, one).plan(minutes=5 * number)
    for one in work["checks"]:
        _at(stage, one["day"], lambda one=one: _check(stage, one))
    _at(stage, work["assessment"]["begun"], lambda: _assess(stage, work["assessment"]))
    _at(stage, work["text"]["day"], lambda: _paste(stage, work["text"]))


def _at(stage: Stage, days: int, act: Callable[[], None], minutes: int = 0) -> None:
    stage.timeline.at(stage.now - dt.timedelta(days=days, hours=-1, minutes=-minutes), act)


class _Request:
    """One request; each step as it is told, on its day."""

    def __init__(self, stage: Stage, one: Mapping[str, Any]) -> None:
        self.stage, self.one, self.pk = stage, one, 0

    def plan(self, minutes: int) -> None:
        """Put its steps on the line of time."""
        one = self.one
        _at(self.stage, one["asked"], self._ask, minutes)
        for code, act in (("accepted", self._accept), ("refused", self._refuse), ("void", self._void)):
            if code in one:
                _at(self.stage, one[code]["day"], act, minutes + 1)
        if "revision" in one:
            _at(self.stage, one["revision"]["day"], self._write, minutes)
        for spared in one.get("spared", ()):
            _at(self.stage, spared["day"], lambda spared=spared: self._spare(spared), minutes)
        if "finished" in one:
            _at(self.stage, one["finished"]["day"], self._finish, minutes)

    def _there(self, titles: list[str]) -> dict[str, Record]:
        rows = Record.everywhere.filter(organisation=self.stage.world.organisation, kind="document", title__in=titles)
        found = {one.title: one for one in rows}
        return {title: found[title] for title in titles if title in found}

    def _ask(self) -> None:
        one, world = self.one, self.stage.world
        named = list(self._there(one["documents"]).values())
        site = world.sites[world.site_of(one["by"])].pk
        given = {
            "title": one["title"], "wanted": one["wanted"], "why": one.get("why", ""), "site": site,
            "document": named[0].pk if named else None, "also_documents": [each.number for each in named[1:]],
        }  # fmt: skip
        self.pk = services.create(world.actor(one["by"]), requests.KIND, given).pk

    def _accept(self) -> None:
        told_so = self.one["accepted"]
        moves.move(self.stage.world.actor(told_so["by"]), self.pk, "accept", fields={"answer": told_so["answer"]})

    def _refuse(self) -> None:
        told_so = self.one["refused"]
        moves.move(self.stage.world.actor(told_so["by"]), self.pk, "refuse", fields={"answer": told_so["answer"]})

    def _void(self) -> None:
        told_so = self.one["void"]
        moves.move(self.stage.world.actor(told_so["by"]), self.pk, "void", reason=told_so["why"])

    def _write(self) -> None:
        """What is being written of the document just then is written for the request."""
        document = self._there([self.one["revision"]["document"]]).popitem()[1]
        written = Revision.everywhere.filter(document_id=document.pk).order_by("-pk").values_list("pk", flat=True)[0]
        owner = self.stage.world.actor(self.one["accepted"]["by"])
        services.link(owner, written, self.pk, Relation.RAISED_FROM)

    def _spare(self, spared: Mapping[str, Any]) -> None:
        document = self._there([spared["document"]]).get(spared["document"])
        if document is not None:
            requests.spare(self.stage.world.actor(spared["by"]), self.pk, document.number, spared["why"])

    def _finish(self) -> None:
        """What happened long ago is told to nobody any more, so it does not finish by itself here."""
        moves.move(self.stage.world.actor(self.one["finished"]["by"]), self.pk, "finish")


def _check(stage: Stage, one: Mapping[str, Any]) -> None:
    by = {each.standard: each.by for each in stage.library.adoptions}[one["standard"]]
    actor = stage.world.actor(stage.world.lead(by))
    found = touching.of_clause(actor, Reference(one["standard"], one["number"]))
    owned = {pk for pk, record in found.records.items() if record.owner_id is not None}
    if not owned:
        return
    until = moment.now().date() + dt.timedelta(days=one["within"])
    impact.ask(actor, found, impact.Wish(one["what"], records=owned, due_on=until))
    made = Check.objects.filter(framework=one["standard"], clause=one["number"], what=one["what"]).order_by("pk")
    for check in made.select_related("task")[: one["answers"]]:
        assert check.task.person_id is not None
        code = next(code for code, person in stage.world.people.items() if person.pk == check.task.person_id)
        _at(
            stage,
            one["day_answered"],
            lambda code=code, pk=check.pk: _answer(stage, code, pk, one),  # type: ignore[misc]
        )


def _answer(stage: Stage, code: str, check_id: int, one: Mapping[str, Any]) -> None:
    impact.answer(stage.world.actor(code), check_id, one["answer"], one["words"])


def _assess(stage: Stage, work: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead(work["by"]))
    given = {"title": work["title"], "framework": work["standard"], "scope": work["scope"], "owner": actor.person_id}
    made = services.create(actor, assessing.KIND, given)
    for one in work["answers"]:
        assessing.answer(actor, made.pk, one["number"], one["answer"], one.get("note", ""))
    assessing.keep_snapshot(actor, made.pk, "First walk through")

    def finish() -> None:
        for one in work["answers"]:
            if "later" in one:
                assessing.answer(actor, made.pk, one["number"], one["later"], one["then"])
        services.move(actor, made.pk, "finish", fields={"conclusion": work["conclusion"]}, reason=work["why"])

    _at(stage, work["finished"], finish)


def _paste(stage: Stage, one: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead("quality"))
    texts.paste(actor, Reference(one["standard"], one["number"]), one["words"])
