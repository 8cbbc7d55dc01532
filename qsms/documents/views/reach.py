"""Whom a document reaches: foretold before it is given out or takes effect, and as a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.models import Person, Role, Site, Unit
from qsms.records import keys, moves
from qsms.records.errors import Refused
from qsms.ui import addresses as pages
from qsms.ui import answers
from qsms.ui.context import stands_in

from .. import addresses, reaching, reading, readings
from ..models import Document, Rule

PAGE = 50
CHOICES: Mapping[str, Any] = {"role": Role, "site": Site, "unit": Unit, "person": Person}


def wished(actor: Actor, document: Document, given: Mapping[str, int | None]) -> Rule | None:
    """A rule that is not saved, from the keys of what was chosen; None when one of them is no choice."""
    rows: dict[str, Any] = {}
    for name, model in CHOICES.items():
        if key := given.get(name):
            rows[name] = model.objects.filter(pk=key, organisation_id=actor.organisation_id).first()
    if None in rows.values():
        return None
    if "person" in rows:
        rows = {"person": rows["person"]}
    return Rule(organisation_id=actor.organisation_id, document_id=document.pk, **rows)


def foretold(document: Document, rule: Rule) -> dict[str, Any]:
    """What a rule would add to whom the document goes to already. Two queries."""
    here = reaching.of([*reaching.rules(document), rule], moment.now().date())
    new, before = here.ways[-1].people, reaching.Reach(here.ways[:-1])
    chosen = {name: getattr(rule, f"{name}_id") for name in CHOICES}
    return {
        "whom": reaching.to_whom(rule),
        "n": len(new),
        "already": len(new & before.people.keys()),
        "all": len(here.people),
        "at_once": document.effective_id is not None,
        "list_url": addresses.reach(document.number, new="1", **{name: key for name, key in chosen.items() if key}),
    }


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The people by name, a page at a time. `rule` narrows it to one rule; with `new` the rule of `role`, `site`,
    `unit` or `person` counts too, which is not saved yet."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    stands_in(request, pages.record(document))
    if not readings.may_see(actor, document):
        who = moves.who_may(document, "distribute")
        raise Refused([_("Whom it reaches is for who gives it out, and for auditors. Ask %(who)s.") % {"who": who}])
    rules, today = reaching.rules(document), moment.now().date()
    asked = {name: keys.whole(request.GET.get(name, "")) for name in CHOICES}
    new = wished(actor, document, asked) if request.GET.get("new") else None
    only = keys.whole(request.GET.get("rule", ""))
    shown = [new] if new is not None else [one for one in rules if one.pk == only] if only else rules
    reach = reaching.of([*rules, *([new] if new is not None else [])], today)
    rows = reaching.who(actor.organisation_id, shown, today).select_related("site").order_by("name", "pk")
    found = list(_after(rows, request.GET.get("after", ""), actor)[: PAGE + 1])
    query = request.GET.copy()
    if len(found) > PAGE:
        query["after"] = str(found[PAGE - 1].pk)
    context = {
        "document": document,
        "document_url": pages.tab(document, "distribution"),
        "rows": [_line(reach, one) for one in found[:PAGE]],
        "next": f"?{query.urlencode()}" if len(found) > PAGE else "",
        "n": len({person for way in reach.ways if way.rule in shown for person in way.people}),
        "all": len(reach.people),
        "whom": reaching.to_whom(shown[0]) if len(shown) == 1 and shown != rules else "",
        "is_new": new is not None,
        "all_url": addresses.reach(document.number),
    }
    return answers.page(request, "documents/reach.html", context)


def _after(rows: Any, key: str, actor: Actor) -> Any:
    """The rows behind the last one of the page before."""
    last = Person.objects.filter(pk=keys.whole(key) or 0, organisation_id=actor.organisation_id).first()
    if last is None:
        return rows
    return rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))


def _line(reach: reaching.Reach, person: Person) -> dict[str, Any]:
    rule = reach.people[person.pk]
    return {
        "name": person.name,
        "site": person.site.name if person.site is not None else "",
        "why": reach.reasons(person.pk),
        "days": rule.days if rule.acknowledge else None,
    }
