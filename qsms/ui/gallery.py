"""Made-up content for the gallery: every part of the kit in every state. Nothing here reads the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import escape

from . import dates, marks, parts
from .context import Group, Item, Links, Person, Shell
from .forms import Card
from .sentences import InHouse
from .table import Column, link, select_box, table
from .table import Group as Rows

NOW = datetime(2026, 11, 24, 16, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Phoenix")


class GalleryShell(Shell):
    """The shell with a menu and a person of its own, so that the gallery needs no room."""

    menu = (
        Group((Item("My work", "/ui/gallery/", "inbox", 7, "m"), Item("Overview", "#o", "layout-dashboard", go="o"))),
        Group(
            (
                Item("Reports", "/ui/gallery/list/", "message-report", 24, "r"),
                Item("Investigations", "#i", "zoom-question", 3),
                Item("Occurrences", "/ui/gallery/record/", "plane-tilt"),
            ),
            "Happens",
        ),
        Group((Item("Actions", "#a", "checklist", 31, "a"), Item("Changes", "#c", "arrows-exchange", 4)), "Act"),
        Group(
            (
                Item("Risk", "/ui/gallery/risk/", "shield-half", go="k"),
                Item("Audits", "#au", "clipboard-check", 2),
                Item("Quality", "/ui/gallery/form/", "certificate", 9),
                Item("Environment", "#e", "leaf"),
            ),
            "Assure",
        ),
        Group(
            (
                Item("Documents", "#d", "file-text"),
                Item("Training", "#t", "school"),
                Item("Standards", "#s", "list-tree", go="s"),
            ),
            "Know",
        ),
        Group(
            (
                Item("Indicators", "/ui/gallery/chart/", "chart-line"),
                Item("Objectives", "#ob", "target"),
                Item("Review", "#r", "gavel"),
            ),
            "Steer",
        ),
        Group((Item("Emergency response", "#er", "urgent", urgent=True),), foot=True),
    )
    person = Person("Dana Whitlock", "Safety manager")
    inbox = 7
    organisation = "Larkfield Air"
    links = Links(
        home="/ui/gallery/",
        work="/ui/gallery/",
        records="/ui/gallery/list/",
        report="/ui/gallery/plain/",
        palette="/ui/gallery/palette/",
    )


def _stages() -> tuple[parts.Step, ...]:
    return parts.stages(
        ("Received", "Acknowledged", "Triage", "Work", "Feedback", "Closed"),
        2,
        ("Sun 22 Nov 04:12", "04:34, automatic", "by Wed 25 Nov 04:12", "actions or investigation", "reporter is told"),
    )


def _next() -> parts.NextStep:
    dialog = reverse("ui:gallery-page", args=["dialog"])
    return parts.NextStep(
        "Next: judge environment",
        "Safety and quality are judged. Fluid reached a drain, so only Ingrid Solheim or you may judge this one.",
        primary=parts.Move("Judge environment", "#judge"),
        open=(
            parts.Move(
                "Ask the reporter", dialog, "Goes to the mailbox; the name stays sealed", "message-question", "a", True
            ),
            parts.Move("Merge into another report", dialog, "REP-2026-0312 is suggested", "arrow-merge", "m", True),
            parts.Move("Hand over", dialog, "To another owner or office", "user-share", "h", True),
        ),
        shut=(
            parts.ShutMove("Finish triage", "Environment is not judged.", "Judge it", "#judge"),
            parts.ShutMove("Close", "Action ACT-2026-0207 is open and the reporter has had no feedback."),
            parts.ShutMove(
                "Make void", "Only the gatekeeper may void a confidential report.", "Ask Ken Ostrowski", "#ask"
            ),
        ),
    )


def _clocks() -> tuple[parts.Clock, ...]:
    def clock(label: str, due: datetime, used: int | None, rule: str, met: datetime | None = None) -> parts.Clock:
        said = dates.deadline(due, NOW, ZONE, met_at=met)
        note = f"{said.moment} · {rule}" if met is None else rule
        return parts.Clock(label, said.text, said.tone, used, note)

    return (
        clock("Triage within 72 h", NOW + timedelta(hours=19), 74, "own rule, SMSM 4.3"),
        clock("Tell the airport about the drain", NOW - timedelta(hours=2, minutes=48), 100, "stormwater permit"),
        clock("Feedback to the reporter", NOW + timedelta(days=12), 20, "own rule, SMSM 4.5"),
        clock("Acknowledge to reporter", NOW, None, "22 min after receipt · limit 24 h", NOW - timedelta(hours=40)),
    )


def _strands() -> tuple[parts.Strand, ...]:
    return (
        parts.Strand("message-report", "This report", relation="22 Nov", here=True),
        parts.Strand(
            "shield-half", "Hydraulic servicing with the aircraft on stand", "#h", "is a case of", "HAZ-2026-0041"
        ),
        parts.Strand("checklist", "Replace worn quick-release couplings", "#a", "led to", "ACT-2026-0207"),
        parts.Strand("copy", "Wet patch under hydraulic cart 3", "#c", "maybe the same as", "REP-2026-0312"),
    )


def _deeds() -> tuple[parts.Deed, ...]:
    at = "Tue 24 Nov 2026 08:20 MST"
    return (
        parts.Deed(
            "Today 08:20",
            "Dana Whitlock",
            "rated the safety risk",
            (parts.Difference("Risk", "not rated", "3C Tolerable"), parts.Difference("Owner", after="Dana Whitlock")),
            "no injury, rinsed at once; same failure twice in a month",
            at,
        ),
        parts.Deed("Yesterday 15:02", "Reporter", "answered in the mailbox"),
        parts.Deed("Sun 22 Nov 04:34", "System", "told the reporter that the report was received"),
    )


def record(request: HttpRequest) -> dict[str, Any]:
    """A record page as a report in triage."""
    return {
        "shell": GalleryShell(request),
        "steps": _stages(),
        "next": _next(),
        "judged": {"safety": True, "quality": True},
        "tabs": (
            parts.Tab("Report", "#1", current=True),
            parts.Tab("Judgement", "#2"),
            parts.Tab("Actions", "#3", 1),
            parts.Tab("Mailbox", "#4", 2),
            parts.Tab("Files", "#5", 3),
            parts.Tab("History", "#6", 14),
        ),
        "clocks": _clocks(),
        "strands": _strands(),
        "people": (
            parts.PersonLine("Dana Whitlock", "owner"),
            parts.PersonLine("Ingrid Solheim", "asked to judge"),
            parts.PersonLine("Reporter", "name sealed", sealed=True),
        ),
        "facts": (
            parts.Fact("Happened", "Sat 21 Nov 2026 21:40 MST", "22 Nov 2026 04:40 UTC"),
            parts.Fact("Where", "Larkfield, stand 14"),
            parts.Fact("Aircraft", "N418LF, DHC-8-402"),
            parts.Fact("Form", "Ground, version 5"),
        ),
        "files": (
            parts.FileLine(
                "stand-14-drain.jpg", "#f1", "1.8 MB · place and camera data removed", "22 Nov 04:12", "photo"
            ),
            parts.FileLine("cart-3-inspection-card-2026-11-02.pdf", "#f2", "140 KB · added by Ravi Menon", "08:52"),
        ),
        "deeds": _deeds(),
        "lens_table": table(
            (Column("Lens"), Column("Judgement", "wrap"), Column("Risk now"), Column("Goes to"), Column("By")),
            (
                Rows(
                    (
                        (
                            marks.lens("safety", word=True),
                            escape("Slip and skin or eye exposure"),
                            marks.risk("3C", "Tolerable", "toler"),
                            link("HAZ-2026-0041", "#h", "no"),
                            escape("Dana Whitlock, 08:20"),
                        ),
                        (
                            marks.lens("quality", word=True),
                            escape("Cart inspection was signed with the coupling out of limits"),
                            marks.status("Minor NC", "warn"),
                            link("NC-2026-0091", "#n", "no"),
                            escape("Ravi Menon, 08:55"),
                        ),
                    )
                ),
            ),
            "Judgement by lens",
            phone="pile",
        ),
    }


REPORTS = (
    # number, title, lenses, state, phase, shape, risk, owner, raised, due
    ("0324", "Cabin crew harness jammed at row 1 jump seat, N418LF", (None, None, None), "To triage", "open", "", None),
    (
        "0323",
        "De-icing truck parked over an uncovered drain, stand 6",
        (None, None, True),
        "To triage",
        "open",
        "",
        None,
    ),
    (
        "0318",
        "Hydraulic fluid on stand 14 after servicing, some reached the storm drain",
        (True, True, None),
        "To triage",
        "open",
        "",
        None,
    ),
    (
        "0309",
        "Task card 32-41-07 at the wrong revision on a nose wheel change",
        (True, True, False),
        "Actions running",
        "open",
        "underway",
        ("3C", "Tolerable", "toler"),
    ),
    (
        "0302",
        "Three early starts after a late finish, roster week 46, Larkfield line and hangar 2 night crews, "
        "with two swaps that the roster tool accepted",
        (True, False, False),
        "Investigating",
        "open",
        "underway",
        ("3C", "Tolerable", "toler"),
    ),
    (
        "0285",
        "Baggage loader struck the aft door sill, N422LF held",
        (True, True, False),
        "Actions running",
        "open",
        "underway",
        ("4B", "Intolerable", "intol"),
    ),
    (
        "0276",
        "Seals shipped past shelf life by Aerolite Supply",
        (True, True, False),
        "Waiting for supplier",
        "waiting",
        "",
        ("2D", "Acceptable", "accep"),
    ),
)
DUE = (3, 2, None, 10, -2, 0, 9)


def _cells(place: int) -> tuple[Any, ...]:
    number, title, lenses, label, phase, shape, rated = REPORTS[place]
    full = f"REP-2026-{number}"
    days = DUE[place]
    due = NOW + timedelta(hours=19) if days is None else date(2026, 11, 24) + timedelta(days=days)
    said = dates.deadline(due, NOW, ZONE)
    return (
        select_box(place, full),
        link(full, "/ui/gallery/record/", "no", second=True),
        link(title, "/ui/gallery/record/"),
        marks.lenses(dict(zip(marks.LENSES, lenses, strict=True))),
        marks.state(label, phase, shape=shape),
        marks.risk(*rated, brief=True) if rated else marks.risk("", "", ""),
        escape("Larkfield"),
        escape("Dana Whitlock"),
        escape(dates.moment(NOW - timedelta(days=place), NOW, ZONE, short=True)),
        marks.due(said.text, said.tone, said.full),
    )


def listing(request: HttpRequest) -> dict[str, Any]:
    """A list page with groups, filters and the bulk bar."""
    columns = (
        Column("Number", sort_url="?sort=number", sorted="descending"),
        Column("Title", "t"),
        Column("Lenses"),
        Column("State", sort_url="?sort=state"),
        Column("Risk"),
        Column("Site", "hide-p hide-m"),
        Column("Owner", "hide-p hide-m"),
        Column("Raised", "hide-p hide-w"),
        Column("Due", "r", sort_url="?sort=due"),
    )
    groups = (
        Rows([_cells(0), _cells(1), _cells(2)], "To triage", 5, "The reporter has not heard from us yet on 1"),
        Rows([_cells(3), _cells(4), _cells(5)], "Under way", 12, "Showing 3"),
        Rows([_cells(6)], "Waiting", 7, "For somebody outside the office"),
    )
    return {
        "shell": GalleryShell(request),
        "views": (
            parts.Tab("All open", "#v1", 24, current=True),
            parts.Tab("To triage", "#v2", 5),
            parts.Tab("My office", "#v3", 11),
            parts.Tab("Late", "#v4", 3),
            parts.Tab("Environment, this quarter", "#v5", 0),
        ),
        "chips": (
            parts.Chip("Site", "Larkfield, Stavnes", "#x1"),
            parts.Chip("Raised", "last 90 days", "#x2"),
        ),
        "table": table(columns, groups, "Reports, open, grouped by phase, newest first", boxes=True),
        "bulk": (parts.Move("Assign", "#assign"), parts.Move("Set lens", "#lens"), parts.Move("Export", "#export")),
        "pages": parts.Pages("7 of 24 open. 1,284 done and 37 void are hidden.", "#next"),
    }


SEVERITIES = (
    ("A", "Catastrophic"),
    ("B", "Hazardous"),
    ("C", "Major"),
    ("D", "Minor"),
    ("E", "Negligible"),
)
LIKELIHOODS = (
    ("5", "Frequent", "iiitt"),
    ("4", "Occasional", "iittt"),
    ("3", "Remote", "ittta"),
    ("2", "Improbable", "tttaa"),
    ("1", "Extremely improbable", "taaaa"),
)
CLASSES = {"i": ("Intolerable", "intol"), "t": ("Tolerable", "toler"), "a": ("Acceptable", "accep")}
PLACED = {"4B": ("initial",), "2B": ("predicted",), "3B": ("actual",)}


def matrix(name: str) -> parts.Matrix:
    """A made-up five by five; the real ones are data of the rules."""
    rows = []
    for code, likelihood, letters in LIKELIHOODS:
        cells = []
        for (column, severity), letter in zip(SEVERITIES, letters, strict=True):
            label, tone = CLASSES[letter]
            cell, placed = code + column, PLACED.get(code + column, ())
            said = parts.cell_sentence(cell, likelihood, severity, label, placed)
            cells.append(parts.Cell(cell, label, tone, said, placed, cell == "3B"))
        rows.append(parts.Row(parts.Level(code, likelihood), tuple(cells)))
    return parts.Matrix(
        "Risk matrix, probability by severity",
        tuple(parts.Level(*each) for each in SEVERITIES),
        tuple(rows),
        "Down: probability 5 to 1. Across: severity A to E.",
        name,
        (("initial", "Initial, 3 Sep"), ("predicted", "Predicted, 12 Sep"), ("actual", "Actual, today")),
        (
            ("intol", "Intolerable: stop or act now"),
            ("toler", "Tolerable: with mitigation"),
            ("accep", "Acceptable"),
        ),
    )


def risk(request: HttpRequest) -> dict[str, Any]:
    """A rating: matrix and what stands beside it."""
    return {
        "shell": GalleryShell(request),
        "matrix": matrix("cell"),
        "shown": matrix(""),
        "note": parts.Note("One step worse than predicted (2B).", "The control failed 3 of 11 night checks.", "warn"),
        "form": RatingForm(auto_id="rating-%s"),
    }


class RatingForm(InHouse, forms.Form):
    """Why this cell."""

    why = forms.CharField(label="Why this cell", widget=forms.Textarea)


class FindingForm(InHouse, forms.Form):
    """One field of each sort."""

    title = forms.CharField(label="Title")
    found_on = forms.DateField(label="Found on", help_text="The day it was seen, today at the latest.")
    quantity = forms.IntegerField(label="Quantity affected")
    unit = forms.ChoiceField(label="Unit", choices=[("pieces", "pieces"), ("metres", "metres")], required=False)
    story = forms.CharField(label="What was found", widget=forms.Textarea, required=False)
    disposition = forms.ChoiceField(
        label="Disposition",
        widget=forms.RadioSelect,
        choices=[
            ("return", Card("Return to supplier")),
            ("scrap", Card("Scrap", "Made unusable, witnessed")),
            ("use", Card("Use as is", "Needs a concession from the design authority or the customer")),
        ],
    )
    lenses = forms.MultipleChoiceField(
        label="What it concerns",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("safety", "Safety"), ("quality", "Quality"), ("environment", "Environment")],
    )
    evidence = forms.FileField(label="Evidence", required=False, help_text="Photos lose their place data.")
    told = forms.BooleanField(label="The customer was told", required=False)


def form(request: HttpRequest) -> dict[str, Any]:
    """A form that was sent with mistakes."""
    sent = FindingForm({"title": "Seals shipped past shelf life", "found_on": "2026-11-20", "quantity": "two dozen"})
    sent.is_valid()
    sent.errors["quantity"][:] = ["“two dozen” is not a number. Write 24."]
    sent.errors["disposition"][:] = ["Nothing is chosen. Say what happens to the parts."]
    return {"shell": GalleryShell(request), "form": sent}


def dialog(request: HttpRequest) -> dict[str, Any]:
    """A move that needs a reason."""
    return {
        "shell": GalleryShell(request),
        "title": "Ask the reporter",
        "meaning": "The question goes to the mailbox. The name stays sealed; the answer comes back here.",
        "form": RatingForm(),
        "verb": "Send the question",
        "tone": "",
        "back_url": "/ui/gallery/record/",
    }


def pieces(request: HttpRequest) -> dict[str, Any]:
    """All marks and small parts."""
    return {
        "shell": GalleryShell(request),
        "lens_states": [
            ("concerns", dict.fromkeys(marks.LENSES, True)),
            ("not judged yet", dict.fromkeys(marks.LENSES)),
            ("does not concern", dict.fromkeys(marks.LENSES, False)),
            ("other lenses that it concerns", dict.fromkeys(marks.OTHER_LENSES, True)),
        ],
        "states": [
            marks.state("Draft", 0),
            marks.state("To triage", 1),
            marks.state("In work", 1, shape="underway"),
            marks.state("Waiting for supplier", 2),
            marks.state("Closed", 3),
            marks.state("Void", 4),
        ],
        "urgency": [
            marks.due(said.text, said.tone, said.full)
            for said in (
                dates.deadline(NOW - timedelta(days=2), NOW, ZONE),
                dates.deadline(NOW + timedelta(hours=19), NOW, ZONE),
                dates.deadline(NOW + timedelta(hours=41), NOW, ZONE),
                dates.deadline(date(2026, 12, 4), NOW, ZONE),
                dates.deadline(NOW, NOW, ZONE, met_at=NOW),
            )
        ],
        "risks": [
            ("4B", "Intolerable", "intol"),
            ("3C", "Tolerable", "toler"),
            ("2D", "Acceptable", "accep"),
            ("", "Not rated", ""),
        ],
        "verdicts": [
            ("Covered", "covered"),
            ("Partly", "partly"),
            ("Gap", "gap"),
            ("Not judged", "not-judged"),
            ("Not applicable", "not-applicable"),
        ],
        "kinds": ["initial", "predicted", "actual"],
        "notes": [
            parts.Note("Shown once.", "Without the code nobody can open the mailbox for you.", "warn"),
            parts.Note(
                "2 fields differ in both, 3 do not clash.",
                "What only one of you changed is taken over already.",
                options=(parts.Option("See both", "#both"),),
            ),
            parts.Note("Three rows cannot be imported.", "Mend them and send only those.", "bad"),
            parts.Note("The proof holds.", "14 deeds, sealed up to 09:00 today.", "good"),
        ],
        "empty": parts.Empty(
            "No environmental reports from Port Ellery this quarter",
            "That can be good news, or nobody at the site knows that a spill or a missing label is worth reporting. "
            "Larkfield had 9 in the same time.",
            (
                parts.Option("Report something", "#r", main=True),
                parts.Option("Remove “Port Ellery”", "#x"),
            ),
        ),
        "progress": parts.Progress(
            742,
            1195,
            "rows",
            "If anything stops it, nothing of this import is kept.",
            "#stop",
            "Stop and keep nothing",
        ),
        "icons": ("lock", "photo", "signature", "camera", "printer", "world"),
    }


def chart(request: HttpRequest) -> dict[str, Any]:
    """A chart drawn in the browser, with the same facts as a table."""
    months = ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
    values = (4.1, 6.2, 9.4, 11.2, 7.0, 4.8)
    return {
        "shell": GalleryShell(request),
        "spec": {
            "data": {"values": [{"month": m, "rate": v} for m, v in zip(months, values, strict=True)]},
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "month", "type": "ordinal", "title": None},
                "y": {"field": "rate", "type": "quantitative", "title": "per 1,000 departures"},
            },
        },
        "facts": table(
            (Column("Month"), Column("Events per 1,000 departures", "r")),
            (Rows([(escape(m), escape(v)) for m, v in zip(months, values, strict=True)]),),
            "Ground servicing events",
            phone="",
        ),
    }


def plain(request: HttpRequest) -> dict[str, Any]:
    """A page without the menu."""
    return {"shell": GalleryShell(request), "form": FindingForm(auto_id="plain-%s")}


class _Found:
    """One made-up result of the palette."""

    def __init__(self, icon: str, title: str, url: str, number: str = "", mark: str = "", key: str = "") -> None:
        self.icon, self.title, self.url, self.number, self.mark, self.key = icon, title, url, number, mark, key


def palette(text: str) -> dict[str, Any]:
    """Results for whatever was typed."""
    return {
        "groups": [
            (
                "Records",
                [
                    _Found(
                        "shield-half",
                        "Hydraulic servicing with the aircraft on stand",
                        "/ui/gallery/risk/",
                        "HAZ-2026-0041",
                        marks.risk("3B", "Tolerable", "toler", brief=True),
                    ),
                    _Found(
                        "message-report",
                        "Hydraulic fluid on stand 14 after servicing, some reached the storm drain",
                        "/ui/gallery/record/",
                        "REP-2026-0318",
                        marks.state("Triage", 1),
                    ),
                ],
            ),
            ("Do", [_Found("plus", f"Report something about “{text}”", "/ui/gallery/plain/", key="N")]),
        ]
    }


PAGES: dict[str, Callable[[HttpRequest], dict[str, Any]]] = {
    "parts": pieces,
    "record": record,
    "list": listing,
    "risk": risk,
    "form": form,
    "dialog": dialog,
    "chart": chart,
    "plain": plain,
}
