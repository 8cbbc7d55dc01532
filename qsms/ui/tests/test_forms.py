from __future__ import annotations

from django.template.loader import render_to_string

from qsms.ui import gallery


def draw(form, name):
    return render_to_string("ui/parts/field.html", {"field": form[name]})


def test_the_error_stands_at_the_field_and_is_tied_to_it():
    form = gallery.FindingForm({"quantity": "two dozen"})
    html = draw(form, "quantity")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_quantity_error"' in html
    assert 'id="id_quantity_error"' in html


def test_nothing_typed_is_lost_where_a_number_is_asked():
    html = draw(gallery.FindingForm({"quantity": "two dozen"}), "quantity")
    assert 'value="two dozen"' in html
    assert 'type="text"' in html
    assert 'inputmode="decimal"' in html


def test_needed_is_a_word_and_help_stands_before_the_control():
    html = draw(gallery.FindingForm(), "found_on")
    assert '<span class="req">needed</span>' in html
    assert html.index("id_found_on_helptext") < html.index("<input")
    assert "needed" not in draw(gallery.FindingForm(), "story")


def test_choices_are_a_group_with_a_legend_and_say_their_consequence():
    html = draw(gallery.FindingForm(), "disposition")
    assert "<legend>Disposition" in html
    assert "<span>Made unusable, witnessed</span>" in html


def test_the_summary_links_to_the_first_control_of_each_broken_field():
    form = gallery.FindingForm({"title": "x", "found_on": "2026-11-20", "quantity": "many"})
    html = render_to_string("ui/parts/errors.html", {"form": form})
    assert 'href="#id_quantity"' in html
    assert 'href="#id_disposition_0"' in html
    assert 'id="id_disposition_0"' in draw(form, "disposition")
    assert "2 things to mend" in html
    assert render_to_string("ui/parts/errors.html", {"form": gallery.FindingForm()}).strip() == ""
