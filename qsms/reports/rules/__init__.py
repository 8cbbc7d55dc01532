"""Report forms as data: what a form may ask, what an answer may be, when a form becomes another version."""

from qsms.reports.rules.answers import (
    Answers,
    check_answers,
    is_empty,
    length_of,
    mapped,
    reads,
    split_personal,
    summary,
    visible_fields,
)
from qsms.reports.rules.form import (
    COLUMNS,
    DISCIPLINES,
    FIELD_TYPES,
    MODES,
    Choice,
    Condition,
    FormField,
    FormSection,
    ReportForm,
    form_from_data,
    form_to_data,
    load_form,
    shipped_forms,
)
from qsms.reports.rules.validate import validate_form
from qsms.reports.rules.versions import FormChange, changes, next_version

__all__ = [
    "COLUMNS",
    "DISCIPLINES",
    "FIELD_TYPES",
    "MODES",
    "Answers",
    "Choice",
    "Condition",
    "FormChange",
    "FormField",
    "FormSection",
    "ReportForm",
    "changes",
    "check_answers",
    "form_from_data",
    "form_to_data",
    "is_empty",
    "length_of",
    "load_form",
    "mapped",
    "next_version",
    "reads",
    "shipped_forms",
    "split_personal",
    "summary",
    "validate_form",
    "visible_fields",
]
