"""Each package that is slow to import, or speaks to the outside, has one door. Names in strings count as well."""

import re

import pytest
from conftest import ROOT

DOORS = {
    "litellm": {"service/vendor/libraries.py"},
    "instructor": {"service/vendor/libraries.py"},
    "openai": set(),  # litellm and instructor bring it
    "spacy": set(),  # its trained model does, which service/embedded/parsing.py loads by name
    "datasets": {"eval/hub.py"},
}


def sources():
    for folder in ("service", "eval"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("package", sorted(DOORS))
def test_a_slow_package_is_imported_behind_its_door_alone(package):
    imports = re.compile(rf"^\s*(?:import|from) {package}\b|import_module\(\s*[\"']{package}\b", re.MULTILINE)

    found = {name for name, source in sources() if imports.search(source)}

    assert found == DOORS[package]


def test_no_source_calls_itself_after_a_machine_or_a_registry():
    local = re.compile(r"/(?:home|root|Users)/\w|\bpypi\.org|\bpythonhosted\b|registry\.npmjs")

    assert [name for name, source in sources() if local.search(source)] == []
