"""The shipped roles: their shape, and the separations that must survive every edit of the file."""

from importlib.resources import files

import pytest
import yaml

DATA = yaml.safe_load(files("qsms.org").joinpath("data/roles.yaml").read_text(encoding="utf-8"))
ROLES = {role["code"]: role for role in DATA["roles"]}
KNOWN = {f"{kind}.{verb}" for kind, verbs in DATA["vocabulary"].items() for verb in verbs}


def holds(code):
    """The plain permissions of a role, wildcards spelt out."""
    found = set()
    for permission in ROLES[code]["permissions"]:
        kind, verb = permission.split(".")
        found |= {f"{kind}.{v}" for v in DATA["vocabulary"][kind]} if verb == "*" else {permission}
    return found


def test_codes_are_not_used_twice():
    assert len(ROLES) == len(DATA["roles"])


def test_the_file_carries_its_version():
    assert DATA["version"] == 1


@pytest.mark.parametrize("code", ROLES)
def test_a_role_is_complete(code):
    role = ROLES[code]
    assert set(role) - {"every_member"} == {
        "code", "title", "what_for", "must_not", "authority", "scope", "permissions"
    }  # fmt: skip
    assert role["authority"] in DATA["authority_levels"]
    assert role["scope"] in DATA["scopes"]
    assert role["what_for"].endswith(".")
    assert role["must_not"].endswith(".")


@pytest.mark.parametrize("code", ROLES)
def test_a_role_holds_only_known_permissions_and_each_once(code):
    assert holds(code) <= KNOWN
    assert len(ROLES[code]["permissions"]) == len(set(ROLES[code]["permissions"]))


def test_every_permission_is_held_by_some_role():
    assert set().union(*(holds(code) for code in ROLES)) == KNOWN


def test_only_the_gatekeeper_opens_seals_and_voids_confidential_reports():
    assert [code for code in ROLES if "seal.open" in holds(code)] == ["gatekeeper"]
    assert [code for code in ROLES if "report.void_confidential" in holds(code)] == ["gatekeeper"]


@pytest.mark.parametrize("code", ["administrator", "inspector", "just_culture_board", "process_owner"])
def test_who_must_not_read_confidential_content_does_not(code):
    assert not {p for p in holds(code) if p.endswith(".view_confidential")}


@pytest.mark.parametrize(
    ("code", "kinds"), [("accountable_executive", {"hazard", "action"}), ("department_director", {"hazard"})]
)
def test_who_accepts_a_risk_sees_a_confidential_hazard_but_not_the_report_behind_it(code, kinds):
    assert {p for p in holds(code) if p.endswith(".view_confidential")} == {
        f"{kind}.view_confidential" for kind in kinds
    }
    assert "seal.open" not in holds(code)


def test_the_inspector_only_reads():
    assert {p.split(".")[1] for p in holds("inspector")} == {"view"}


def test_acceptance_needs_both_the_permission_and_a_level():
    with_level = {code for code, role in ROLES.items() if role["authority"] != "none"}
    assert with_level == {code for code in ROLES if "hazard.accept" in holds(code)}


def test_only_the_accountable_executive_reaches_the_top_level():
    top = DATA["authority_levels"][-1]
    assert [code for code, role in ROLES.items() if role["authority"] == top] == ["accountable_executive"]


def test_every_member_can_report_and_follow_the_own_report():
    (member,) = [role for role in ROLES.values() if role.get("every_member")]
    assert member["scope"] == "own"
    assert {"report.create", "report.view"} <= holds(member["code"])


def test_conflicts_name_two_known_roles_and_say_why():
    pairs = [tuple(sorted(conflict["roles"])) for conflict in DATA["conflicts"]]
    assert len(pairs) == len(set(pairs))
    for conflict in DATA["conflicts"]:
        assert len(set(conflict["roles"])) == 2
        assert set(conflict["roles"]) <= set(ROLES)
        assert conflict["why"].endswith(".")
    assert ("administrator", "gatekeeper") in pairs
    assert ("gatekeeper", "just_culture_board") in pairs
