"""The published schema changes only on purpose: with SCHEMA_VERSION, a file of its own and a line in the changelog."""

import pytest
from conftest import ROOT

from service.records import SCHEMA_VERSION, Claim, Extraction


@pytest.mark.parametrize(("name", "record"), [("claim", Claim), ("extraction", Extraction)])
def test_the_published_schema_is_the_one_in_force(name, record, golden_json):
    golden_json(ROOT / "docs" / "schema" / f"{name}.v{SCHEMA_VERSION}.json", record.model_json_schema())


def test_the_changelog_names_the_schema_in_force():
    assert f"schema {SCHEMA_VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
