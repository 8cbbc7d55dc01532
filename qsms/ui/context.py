"""What the shell around a page needs: menu, person, counts, theme and lens.

The kit knows no room. The assembly hands it four functions with `provide`; each takes the request and is called
only when a page with the shell is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.timezone import get_current_timezone, get_current_timezone_name

from qsms.base import moment
from qsms.records.choices import MAIN_LENSES

from .dates import exact
from .marks import initials

# What a person may choose for their own screen, kept in cookies so that the server draws it at once, without a flash.
PREFERENCES = {
    "theme": ("", "light", "dark"),
    "lens": ("all", *MAIN_LENSES),
    "menu": ("wide", "slim"),
    "density": ("", "roomy"),
    "keys": ("on", "off"),
}

# Kept with the request by `stands_in`.
STANDS_IN = "_stands_in"


@dataclass(frozen=True)
class Item:
    """One line of the side menu. `go` is the letter that follows G; `count` is what is open to the reader."""

    label: str
    url: str
    icon: str
    count: int | None = None
    go: str = ""
    urgent: bool = False

    @property
    def name(self) -> str:
        return str(self.label)


@dataclass(frozen=True)
class Group:
    """A titled part of the menu; the first group has no title, the one with `foot` stands at the bottom."""

    items: tuple[Item, ...]
    title: str = ""
    foot: bool = False


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the account menu says it."""

    name: str
    role: str = ""

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True)
class Links:
    """Where the fixed places of the shell lead; empty for a place that there is not."""

    home: str = "/"
    work: str = "/"
    records: str = ""
    report: str = "/report/"
    search: str = "/search/"
    palette: str = "/palette/"
    help: str = ""
    account: str = "/account/"
    sign_in: str = "/sign-in/"
    sign_out: str = "/sign-out/"


def _no_menu(request: HttpRequest) -> tuple[Group, ...]:
    return ()


def _account(request: HttpRequest) -> Person | None:
    user = getattr(request, "user", None)
    return Person(str(user)) if user is not None and user.is_authenticated else None


def _no_inbox(request: HttpRequest) -> int:
    return 0


def _plain_links(request: HttpRequest) -> Links:
    return Links()


def _no_organisation(request: HttpRequest) -> str:
    return ""


_hooks: dict[str, Callable[[HttpRequest], Any]] = {
    "menu": _no_menu,
    "person": _account,
    "inbox": _no_inbox,
    "links": _plain_links,
    "organisation": _no_organisation,
}


def provide(**functions: Callable[[HttpRequest], Any]) -> None:
    """Say where the shell gets its content: any of menu, person, inbox, links, organisation.

    menu gives `Group`s, person a `Person` or None, inbox a number, links a `Links`, organisation its name.
    """
    unknown = set(functions) - set(_hooks)
    if unknown:
        raise ValueError(f"The shell has no {', '.join(sorted(unknown))}. It asks for {', '.join(_hooks)}.")
    _hooks.update(functions)


def preference(request: HttpRequest, name: str) -> str:
    """What the reader chose, or the first choice when the cookie is missing or nonsense."""
    chosen = request.COOKIES.get(f"qsms_{name}", "")
    return chosen if chosen in PREFERENCES[name] else PREFERENCES[name][0]


class Shell:
    """Everything the shell template shows, found only when it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def theme(self) -> str:
        return preference(self.request, "theme")

    @cached_property
    def lens(self) -> str:
        return preference(self.request, "lens")

    @cached_property
    def slim(self) -> bool:
        return preference(self.request, "menu") == "slim"

    @cached_property
    def density(self) -> str:
        return preference(self.request, "density")

    @cached_property
    def keys(self) -> bool:
        return preference(self.request, "keys") == "on"

    @cached_property
    def menu(self) -> tuple[Group, ...]:
        return tuple(_hooks["menu"](self.request))

    @cached_property
    def person(self) -> Person | None:
        return _hooks["person"](self.request)

    @cached_property
    def holder(self) -> str:
        """Under whose mark the browser keeps what is typed and not sent; empty where nobody is known, who leaves
        nothing there."""
        person = getattr(self.request, "person", None)
        return str(person.pk) if person is not None else ""

    @cached_property
    def zone(self) -> str:
        """The name of the zone in which the page tells times."""
        return get_current_timezone_name()

    @cached_property
    def inbox(self) -> int:
        return _hooks["inbox"](self.request)

    @cached_property
    def links(self) -> Links:
        return _hooks["links"](self.request)

    @cached_property
    def organisation(self) -> str:
        return _hooks["organisation"](self.request)

    @cached_property
    def printed(self) -> str:
        """The moment that a print of the page carries."""
        return exact(moment.now(), get_current_timezone())

    @cached_property
    def here(self) -> str:
        """The address of the menu line that the page belongs to: the longest one that starts it."""
        path = self.request.__dict__.get(STANDS_IN, self.request.path)
        urls = [item.url for group in self.menu for item in group.items if item.url.startswith("/")]
        return max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")

    @cached_property
    def bar(self) -> str:
        """Which place of the phone's bottom bar the page belongs to: at most one, by the name of its link."""
        path, links = self.request.path, self.links
        if path == links.work:
            return "work"
        found = [name for name in ("report", "search") if path.startswith(getattr(links, name))]
        if found:
            return found[0]
        # A page of a room: the line that the menu marks stands in a group with a title.
        rooms = {item.url for group in self.menu if group.title for item in group.items}
        return "records" if self.here and self.here in rooms else ""


def stands_in(request: HttpRequest, address: str) -> None:
    """Say to which place of the menu a page belongs whose own address does not begin with that place's."""
    request.__dict__[STANDS_IN] = address


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, and `base`, which is a fragment when htmx asks for a part of a page."""
    htmx: Any = getattr(request, "htmx", None)
    part = bool(htmx) and not htmx.boosted and not htmx.history_restore_request
    return {"shell": Shell(request), "base": "ui/fragment.html" if part else "ui/shell.html"}
