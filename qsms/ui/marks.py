"""The marks: shape, colour and word together, for state, urgency, risk, lens and assessment.

They are drawn once per cell of a list, so they are plain string building; every word that comes from outside is
escaped here and nowhere else. Shapes live in the sprite that `frontend/build.mjs` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape as escape_text
from typing import Final

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from qsms.records.choices import Lens
from qsms.rules.lifecycle import State

# Phases as the spine counts them: 0 draft, 1 open, 2 waiting, 3 done, 4 void.
PHASES: Final = ("draft", "open", "waiting", "done", "void")
SHAPES: Final = {
    "draft": ("circle-dashed", "mute"),
    "open": ("circle-dot", "info"),
    "underway": ("underway", "info"),
    "waiting": ("hourglass-empty", "warn"),
    "done": ("circle-check", "good"),
    "void": ("ban", "mute"),
}
TONES: Final = {"bad": "bad", "warn": "alert-triangle", "good": "circle-check", "info": "info-circle", "mute": "clock"}
RISKS: Final = ("intol", "toler", "accep")
LENSES: Final = {"safety": "s", "quality": "q", "environment": "e"}
# The others have no place of their own: they are written beside the three, where a record concerns them.
OTHER_LENSES: Final = {"health": "OHS", "security": "SEC", "information": "INF"}
ASSESSMENTS: Final = {"initial": ("i", ""), "predicted": ("p", " dashed"), "actual": ("a", " fill")}
COVERAGE: Final = {
    "covered": ("circle-check", "good"),
    "partly": ("underway", "warn"),
    "gap": ("bad", "bad"),
    "not-judged": ("circle-dashed", "mute"),
    "not-applicable": ("circle-minus", "mute"),
}


def escape(text: object) -> SafeString:
    """The text for a page. Unlike Django's it does not ask first whether to wait: a list escapes a thousand times."""
    return SafeString(escape_text(str(text)))


@lru_cache(maxsize=1)
def sprite() -> str:
    """The address of the sprite, asked for once per process."""
    return static("ui/sprite.svg")


@lru_cache(maxsize=1024)
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite, hidden from readers of the screen: the word beside it speaks. `size` "s" is for text."""
    small = " ic-s" if size == "s" else ""
    return SafeString(f'<svg class="ic{small}" aria-hidden="true"><use href="{sprite()}#i-{escape(name)}"/></svg>')


@lru_cache(maxsize=64)
def _mark(kind: str, classes: str) -> str:
    return f'<svg class="{classes}" aria-hidden="true"><use href="{sprite()}#{kind}"/></svg>'


def status(word: object, tone: str, shape: str = "", *, pill: bool = False) -> SafeString:
    """A word with the shape and colour of a tone (bad, warn, good, info, mute); a pill only in a record's head."""
    drawn = icon(shape or TONES[tone], "s")
    return SafeString(f'<span class="st s-{tone}{" st-pill" if pill else ""}">{drawn}{escape(word)}</span>')


def state(label: object, phase: int | str, *, shape: str = "", tone: str = "", pill: bool = False) -> SafeString:
    """The state of a record by its own name, with the shape of its phase.

    `phase` is a name or the spine's number; `shape` names another phase's shape ("underway" for an open record
    that is being worked on) or any icon; `tone` replaces the colour.
    """
    name = PHASES[phase] if isinstance(phase, int) else phase
    drawn, colour = SHAPES[name]
    if shape in SHAPES:
        drawn, colour = SHAPES[shape]
    elif shape:
        drawn = shape
    return status(label, tone or colour, drawn, pill=pill)


def look(one: State) -> tuple[str, str]:
    """The shape and the tone of a state: those of its phase, of work under way, or of the tone that it asks for."""
    if not one.tone:
        return SHAPES["underway" if one.begun else PHASES[int(one.phase)]]
    return ("circle-dashed" if one.tone == "mute" else TONES[one.tone]), one.tone


def standing(one: State, *, pill: bool = False) -> SafeString:
    """A state of a lifecycle by its name, as it looks."""
    shape, tone = look(one)
    return status(one.label, tone, shape, pill=pill)


def coverage(word: object, verdict: str) -> SafeString:
    """How far a requirement is covered: covered, partly, gap, not-judged, not-applicable."""
    shape, tone = COVERAGE[verdict]
    return status(word, tone, shape)


def due(text: object, tone: str = "", title: object = "", printed: object = "") -> SafeString:
    """When something is due, in words made by `dates.deadline`; late, soon and met carry their shape.

    `printed` is the day or moment that paper shows in place of words that hold today.
    """
    told = f' title="{escape(title)}"' if title else ""
    said = escape(text)
    if printed and printed != text:
        said = SafeString(f'<span data-print="{escape(printed)}"><span>{said}</span></span>')
    if not tone:
        return SafeString(f'<span class="due"{told}>{said}</span>')
    return SafeString(f'<span class="due s-{tone}"{told}>{icon(TONES[tone], "s")}{said}</span>')


def risk(cell: object, label: object, tone: str, *, brief: bool = False) -> SafeString:
    """A risk: cell code and class word in the tone of the class (intol, toler, accep).

    `brief` leaves the word to readers of the screen and to the shape, for narrow columns. No tone: not rated.
    """
    if tone not in RISKS:
        return SafeString(f'<span class="risk risk-none">{escape(label or gettext("Not rated"))}</span>')
    hidden = ' class="vh"' if brief else ""
    word = f"<span{hidden}> {escape(label)}</span>" if label else ""
    told = f' title="{escape(label)}"' if brief and label else ""
    return SafeString(f'<span class="risk r-{tone}"{told}>{icon(tone, "s")}<b>{escape(cell)}</b>{word}</span>')


def lens(name: str, concerns: bool | None = True, *, word: bool = False) -> SafeString:
    """One lens mark; without `word` the place around it says the lens."""
    drawn = _lens(LENSES[name], concerns)
    return SafeString(f'<span class="who">{drawn}<b>{escape(lens_name(name))}</b></span>' if word else drawn)


def _lens(letter: str, concerns: bool | None) -> str:
    return _mark(f"lm-{letter}", f"lm lm-{letter}" + ("" if concerns else " un" if concerns is None else " off"))


def lens_name(name: str) -> str:
    """The word for a lens in the reader's language."""
    return str(Lens[name.upper()].label)


def lenses(judged: Mapping[str, bool | None]) -> SafeString:
    """The lens marks of a record in fixed order: True concerns, False does not, None or left out not judged.

    Beside the three stand the other lenses that it concerns, as short words.
    """
    others = tuple(name for name in OTHER_LENSES if judged.get(name))
    return _lenses(tuple(judged.get(name) for name in LENSES), others, get_language())


@lru_cache(maxsize=512)
def _lenses(values: tuple[bool | None, ...], others: tuple[str, ...], language: str | None) -> SafeString:
    words = {True: gettext("concerns"), None: gettext("not judged yet"), False: gettext("does not concern")}
    named = [(letter, lens_name(name), value) for (name, letter), value in zip(LENSES.items(), values, strict=True)]
    told = [(name, value) for _, name, value in named] + [(lens_name(name), True) for name in others]
    label = escape(", ".join(f"{name}: {words[value]}" for name, value in told))
    marks = "".join(_lens(letter, value) for letter, _, value in named)
    marks += "".join(f'<span class="lm-word">{OTHER_LENSES[name]}</span>' for name in others)
    return SafeString(f'<span class="lenses" role="img" aria-label="{label}" title="{label}">{marks}</span>')


def assessment(kind: str) -> SafeString:
    """The mark of an assessment in a matrix: initial, predicted or actual; the cell's label says it in words."""
    letter, look = ASSESSMENTS[kind]
    return SafeString(_mark(f"mk-{letter}", f"mk{look}"))


def initials(name: str) -> str:
    """The first letters of the first and last word of a name, for the round badge."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "·"


def avatar(name: str, *, small: bool = False) -> SafeString:
    """The round badge of a person; the name stands beside it, so readers of the screen do not hear it twice."""
    return SafeString(
        f'<span class="ava{" ava-s" if small else ""}" aria-hidden="true">{escape(initials(name))}</span>'
    )
