"""One harness for every test of the tree: see tests/harness/."""

pytest_plugins = [
    "tests.harness.legs",
    "tests.harness.network",
    "tests.harness.clock",
    "tests.harness.browser",
    "tests.harness.rendering",
    "tests.harness.real_db",
    "tests.harness.installation",
    "tests.harness.kept",
    "tests.harness.database",
    "tests.harness.properties",
    "tests.cast",
    "tests.newtype.spills",
    "tests.larkfield",
]
