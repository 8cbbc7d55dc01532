"""What differs between two versions of a form: an edited form becomes a new version, and filed reports keep theirs."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from qsms.reports.rules.form import FormField, ReportForm, form_to_data
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _


@dataclass(frozen=True)
class FormChange:
    """One difference: the code of its field (empty: the form as a whole), and added, removed or changed."""

    field: str
    what: str
    sentence: Sentence


def changes(old: ReportForm, new: ReportForm) -> list[FormChange]:
    """Every difference that people could notice, the version number itself aside. Empty means the same form."""
    found = [FormChange("", "changed", sentence) for key, sentence in _HEAD if getattr(old, key) != getattr(new, key)]
    before = {field.code: field for field in old.fields}
    after = {field.code: field for field in new.fields}
    found += [
        FormChange(code, "removed", _("“%(label)s” is no longer asked.", label=f.label))
        for code, f in before.items()
        if code not in after
    ]
    found += [
        FormChange(code, "added", _("“%(label)s” is asked.", label=f.label))
        for code, f in after.items()
        if code not in before
    ]
    for code in before.keys() & after.keys():
        found += _field_changes(before[code], after[code])
    if not found and form_to_data(replace(old, version=1)) != form_to_data(replace(new, version=1)):
        found.append(FormChange("", "changed", _("The order or the headings changed.")))
    return sorted(found, key=lambda change: (change.field, change.sentence))


def next_version(old: ReportForm, new: ReportForm) -> ReportForm:
    """What to store after `old` was edited into `new`: `old` itself when nothing differs, else the next version."""
    if old.code != new.code:
        raise ValueError(
            _(
                "“%(code)s” is another form than “%(other)s”. Store it as a form of its own.",
                code=new.code,
                other=old.code,
            )
        )
    return replace(new, version=old.version + 1) if changes(old, new) else old


_HEAD = (
    ("title", _("The title changed.")),
    ("who_for", _("Whom the form is for changed.")),
    ("disciplines", _("The suggested disciplines changed.")),
    ("modes", _("The ways to report changed.")),
)


def _setting(name: str, label: str) -> Sentence:
    return {
        "label": _("“%(label)s” is worded differently.", label=label),
        "type": _("“%(label)s” is another kind of answer.", label=label),
        "help": _("“%(label)s” has another help text.", label=label),
        "required": _("“%(label)s” changed whether it is needed.", label=label),
        "shown_if": _("“%(label)s” is shown on other conditions.", label=label),
        "personal": _("“%(label)s” changed whether it is personal.", label=label),
        "maps_to": _("“%(label)s” fills another column.", label=label),
        "unit": _("“%(label)s” is in another unit.", label=label),
        "minimum": _("“%(label)s” has other limits.", label=label),
        "maximum": _("“%(label)s” has other limits.", label=label),
        "max_length": _("“%(label)s” has another length limit.", label=label),
    }[name]


def _field_changes(old: FormField, new: FormField) -> list[FormChange]:
    sentences = {
        _setting(one.name, old.label)
        for one in fields(FormField)
        if one.name not in ("code", "choices") and getattr(old, one.name) != getattr(new, one.name)
    }
    if old.choices != new.choices:
        before, after = {c.code: c for c in old.choices}, {c.code: c for c in new.choices}
        sentences |= {
            _("“%(label)s” no longer offers “%(choice)s”.", label=old.label, choice=c.label)
            for code, c in before.items()
            if code not in after
        }
        sentences |= {
            _("“%(label)s” offers “%(choice)s”.", label=old.label, choice=c.label)
            for code, c in after.items()
            if code not in before
        }
        if before.keys() == after.keys():
            sentences.add(_("“%(label)s” words or orders its choices differently.", label=old.label))
    return [FormChange(new.code, "changed", sentence) for sentence in sorted(sentences)]
