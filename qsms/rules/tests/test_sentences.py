"""Sentences are plain text that keeps what a translation needs."""

import pickle
from copy import deepcopy

from qsms.rules.sentences import Sentence, say, say_many


def test_a_sentence_is_its_text_and_keeps_its_template() -> None:
    said = say("%(who)s may void it. Ask %(who)s.", who="Ken Ostrowski")
    assert said == "Ken Ostrowski may void it. Ask Ken Ostrowski."
    assert (said.template, dict(said.values)) == ("%(who)s may void it. Ask %(who)s.", {"who": "Ken Ostrowski"})
    assert said.template % said.values == said


def test_one_and_many_are_both_written() -> None:
    one, two = (say_many("%(count)s day apart", "%(count)s days apart", number) for number in (1, 2))
    assert (one, two) == ("1 day apart", "2 days apart")
    assert (two.template, two.plural, two.number) == ("%(count)s day apart", "%(count)s days apart", 2)


def test_values_are_never_read_as_a_template() -> None:
    assert say("“%(given)s” is no number.", given="100 %s %(x)s") == "“100 %s %(x)s” is no number."
    plain = Sentence("100 % sure")
    assert plain.template % plain.values == plain


def test_a_sentence_survives_copying() -> None:
    said = say_many("%(count)s step", "%(count)s steps", 3)
    for copy in (deepcopy(said), pickle.loads(pickle.dumps(said))):
        assert (copy, copy.plural, copy.number) == ("3 steps", "%(count)s steps", 3)
