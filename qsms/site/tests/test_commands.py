"""`qsms init` and `qsms link`: an organisation, and a way in, without a browser."""

from __future__ import annotations

import re

import pytest

from qsms import cli
from qsms.org.models import Organisation


@pytest.fixture(scope="module")
def installation(install, tmp_path_factory):
    """One for all tests of this file."""
    return install(tmp_path_factory.mktemp("init") / "home", {"QSMS_URL": "https://qms.example.org"})


def init(installation, *more, name="Larkfield Air", kind="airline", admin="jo.park@larkfield.test"):
    return installation.run("init", "--name", name, "--kind", kind, "--admin", admin, *more)


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


def test_it_prints_a_link_alone_and_a_second_time_says_so(installation):
    done = init(installation, "--zone", "America/Phoenix", "--region", "az")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"https://qms\.example\.org/sign-in/link/\S+/\n", done.stdout)
    assert "jo.park@larkfield.test is its administrator" in done.stderr
    again = init(installation, name="larkfield air")
    assert (again.returncode, again.stdout) == (3, "")
    assert again.stderr == (
        "qsms init: There is an organisation “larkfield air” already. Choose another name, or sign in there.\n"
    )


def test_who_lost_the_password_gets_a_link_from_the_server(installation):
    installation.run("init", "--name", "Other", "--kind", "repair", "--admin", "other@other.test")
    done = installation.run("link", "OTHER@other.test")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("https://qms.example.org/sign-in/link/")
    unknown = installation.run("link", "nobody@other.test")
    assert unknown.returncode == 3
    assert "There is no account “nobody@other.test”" in unknown.stderr
