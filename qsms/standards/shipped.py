"""What comes with the product, read once: frameworks, crosswalk, applicability, limits of certification, grades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qsms.rules import framework_data
from qsms.rules.applicability import Applicability
from qsms.rules.applicability_data import load_applicability
from qsms.rules.clock_rules import load_rules
from qsms.rules.clocks import ClockRule
from qsms.rules.crosswalk import Crosswalk, contained, joined
from qsms.rules.crosswalk_data import CrosswalkTable, load_crosswalk
from qsms.rules.data_files import read_mapping
from qsms.rules.exclusions import ExclusionRule, load_exclusions
from qsms.rules.finding_grades import Grade, Scheme, load_schemes
from qsms.rules.frameworks import Framework

DATA = Path(__file__).parent / "data"
CROSSWALKS = (DATA / "crosswalk.yaml", DATA / "harmonized.yaml")
CERTIFICATION_CYCLE = DATA / "certification_cycle.yaml"


@lru_cache(maxsize=1)
def frameworks() -> Mapping[str, Framework]:
    """Every shipped edition by its key, such as “iso-9001/2015”."""
    return framework_data.load_all(DATA / "frameworks")


def is_alone(framework: Framework) -> bool:
    """Whether an edition came with the product, and no other one of its standard."""
    return framework.key in _alone()


@lru_cache(maxsize=1)
def _alone() -> frozenset[str]:
    n = Counter(one.code for one in frameworks().values())
    return frozenset(key for key, one in frameworks().items() if n[one.code] == 1)


@lru_cache(maxsize=1)
def crosswalk_table() -> CrosswalkTable:
    """The shipped crosswalk as rows."""
    return load_crosswalk(CROSSWALKS[0], frameworks())


@lru_cache(maxsize=1)
def harmonized_table() -> CrosswalkTable:
    """What management system standards share by the structure that ISO gives to all of them, as rows."""
    return load_crosswalk(CROSSWALKS[1], frameworks())


@lru_cache(maxsize=1)
def crosswalk() -> Crosswalk:
    """The shipped pairs, with those that follow from one edition containing another."""
    supplements = (pair for framework in frameworks().values() for pair in contained(framework))
    return joined([*supplements, *crosswalk_table().pairs, *harmonized_table().pairs])


@lru_cache(maxsize=1)
def applicability() -> Mapping[str, Applicability]:
    """The shipped rules of applicability by the key of their framework."""
    found = (load_applicability(path, frameworks()) for path in sorted((DATA / "applicability").glob("*.yaml")))
    return {each.framework: each for each in found}


@lru_cache(maxsize=1)
def exclusion_rules() -> Mapping[str, ExclusionRule]:
    """What may be left out of an edition by choice, by its key; of one without a rule nothing is known."""
    return load_exclusions(DATA / "exclusions.yaml", frameworks())


@lru_cache(maxsize=1)
def certification_rules() -> Mapping[str, ClockRule]:
    """The shipped limits of a certification cycle as clock rules."""
    return load_rules(CERTIFICATION_CYCLE)


@lru_cache(maxsize=1)
def mark_use() -> Mapping[str, Any]:
    """What holds for the mark of a certification body."""
    return read_mapping(DATA / "mark_use.yaml")[1]


@lru_cache(maxsize=1)
def schemes() -> tuple[Scheme, ...]:
    """The shipped ways of grading findings."""
    return load_schemes(DATA / "finding_grades.yaml", certification_rules())


@lru_cache(maxsize=1)
def grades() -> Mapping[str, Grade]:
    """Every shipped grade by its key, such as “iso/major”."""
    return {grade.key: grade for scheme in schemes() for grade in scheme.grades}
