"""`qsms init` and `qsms link`: an organisation, and a way in, without a browser."""

from __future__ import annotations

import re

import pytest

from qsms import cli
from qsms.org.models import Organisation


@pytest.fixture
def qsms(db, capsys, settings):
    """Runs `qsms WORDS` on the database of this leg: its exit code, what it printed, and what it said beside."""
    settings.BASE_URL = "https://qms.example.org"

    def run(*words):
        code = cli.main(words)
        return code, *capsys.readouterr()

    return run


def init(qsms, *more, name="Larkfield Air", kind="airline", admin="jo.park@larkfield.test"):
    return qsms("init", "--name", name, "--kind", kind, "--admin", admin, *more)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"--admin": "jo"}, "qsms init: “jo” is not an e-mail address. Write one such as jo@larkfield.example.\n"),
        ({"--name": "  "}, "qsms init: The name is empty. Write --name and how the organisation is called.\n"),
        ({"--zone": "Mars"}, "qsms init: “Mars” is not a time zone. Write one such as America/Phoenix.\n"),
        ({"--region": "QQ"}, "qsms init: “QQ” is no part of this country with a calendar of its own."),
    ],
)
def test_nonsense_is_refused_in_one_sentence(wrong, said, capsys, db):
    told = {"--name": "Larkfield Air", "--kind": "airline", "--admin": "jo@larkfield.test", **wrong}
    assert cli.main(["init", *(word for pair in told.items() for word in pair)]) == 3
    shown = capsys.readouterr()
    assert shown.err.startswith(said)
    assert shown.out == ""
    assert not Organisation.objects.exists()


def test_an_unknown_kind_is_a_usage_error():
    with pytest.raises(SystemExit) as end:
        cli.main(["init", "--name", "A", "--kind", "circus", "--admin", "jo@larkfield.test"])
    assert end.value.code == 2


def test_it_prints_a_link_alone_and_a_second_time_says_so(qsms):
    code, out, err = init(qsms, "--zone", "America/Phoenix", "--region", "az")
    assert code == 0, err
    assert re.fullmatch(r"https://qms\.example\.org/sign-in/link/\S+/\n", out)
    assert "jo.park@larkfield.test is its administrator" in err
    assert init(qsms, name="larkfield air") == (
        3,
        "",
        "qsms init: There is an organisation “larkfield air” already. Choose another name, or sign in there.\n",
    )


def test_who_lost_the_password_gets_a_link_from_the_server(qsms):
    init(qsms, name="Other", kind="repair", admin="other@other.test")
    code, out, err = qsms("link", "OTHER@other.test")
    assert code == 0, err
    assert out.startswith("https://qms.example.org/sign-in/link/")
    code, _out, err = qsms("link", "nobody@other.test")
    assert code == 3
    assert "There is no account “nobody@other.test”" in err
