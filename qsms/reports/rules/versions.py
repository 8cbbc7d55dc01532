"""What differs between two versions of a form: an edited form becomes a new version, and filed reports keep theirs."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from qsms.reports.rules.form import FormField, ReportForm, form_to_data


@dataclass(frozen=True)
class FormChange:
    """One difference: the code of its field (empty: the form as a whole), and added, removed or changed."""

    field: str
    what: str
    sentence: str


def changes(old: ReportForm, new: ReportForm) -> list[FormChange]:
    """Every difference that people could notice, the version number itself aside. Empty means the same form."""
    found = [
        FormChange("", "changed", f"{name} changed.")
        for name, key in _HEAD
        if getattr(old, key) != getattr(new, key)
    ]  # fmt: skip
    before = {field.code: field for field in old.fields}
    after = {field.code: field for field in new.fields}
    found += [
        FormChange(code, "removed", f"“{f.label}” is no longer asked.")
        for code, f in before.items()
        if code not in after
    ]
    found += [FormChange(code, "added", f"“{f.label}” is asked.") for code, f in after.items() if code not in before]
    for code in before.keys() & after.keys():
        found += _field_changes(before[code], after[code])
    if not found and form_to_data(replace(old, version=1)) != form_to_data(replace(new, version=1)):
        found.append(FormChange("", "changed", "The order or the headings changed."))
    return sorted(found, key=lambda change: (change.field, change.sentence))


def next_version(old: ReportForm, new: ReportForm) -> ReportForm:
    """What to store after `old` was edited into `new`: `old` itself when nothing differs, else the next version."""
    if old.code != new.code:
        raise ValueError(f"“{new.code}” is another form than “{old.code}”. Store it as a form of its own.")
    return replace(new, version=old.version + 1) if changes(old, new) else old


_HEAD = (
    ("The title", "title"),
    ("Whom the form is for", "who_for"),
    ("The suggested disciplines", "disciplines"),
    ("The ways to report", "modes"),
)

_WORDS = {
    "label": "is worded differently",
    "type": "is another kind of answer",
    "help": "has another help text",
    "required": "changed whether it is needed",
    "shown_if": "is shown on other conditions",
    "personal": "changed whether it is personal",
    "maps_to": "fills another column",
    "unit": "is in another unit",
    "minimum": "has other limits",
    "maximum": "has other limits",
    "max_length": "has another length limit",
}


def _field_changes(old: FormField, new: FormField) -> list[FormChange]:
    sentences = {
        f"“{old.label}” {_WORDS[one.name]}."
        for one in fields(FormField)
        if one.name in _WORDS and getattr(old, one.name) != getattr(new, one.name)
    }
    if old.choices != new.choices:
        before, after = {c.code: c for c in old.choices}, {c.code: c for c in new.choices}
        sentences |= {f"“{old.label}” no longer offers “{c.label}”." for code, c in before.items() if code not in after}
        sentences |= {f"“{old.label}” offers “{c.label}”." for code, c in after.items() if code not in before}
        if before.keys() == after.keys():
            sentences.add(f"“{old.label}” words or orders its choices differently.")
    return [FormChange(new.code, "changed", sentence) for sentence in sorted(sentences)]
