"""What the README says is what holds."""

import re

import pytest
from conftest import ROOT

from service.settings import PREFIX, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name):
    default = Settings.model_fields[name].default

    row = next((line for line in README.splitlines() if f"`{PREFIX}{name.upper()}`" in line), None)

    assert row is not None, f"README's table of settings has no row for {PREFIX}{name.upper()}"
    assert f"| {'–' if default is None else default} |" in row


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!https?:)[^)#]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(link):
    assert (ROOT / link).exists()


def test_the_readme_shows_the_first_lines_that_its_command_prints():
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)

    assert shown is not None
    assert "@" not in shown[1]
    assert shown[1].startswith("ferry-sinking\n")
