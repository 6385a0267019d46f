"""What the README says is what holds."""

import re

import pytest
from click.testing import CliRunner
from conftest import ROOT

from service.cli import main
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


def test_the_readme_shows_the_first_lines_that_its_command_prints(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    command = re.search(r"^bash go\.sh (extract .*)$", README, re.MULTILINE)
    assert shown is not None
    assert command is not None
    monkeypatch.chdir(ROOT)

    printed = CliRunner().invoke(main, command[1].split(), catch_exceptions=False).stdout

    # Up to where it says that there is more; a later run may take longer.
    lines = without_time(shown[1]).removesuffix("…\n").rstrip().splitlines()
    assert len(lines) >= 5
    assert without_time(printed).splitlines()[: len(lines)] == lines


def without_time(text: str) -> str:
    return re.sub(r"\d+\.\d+ s$", "… s", text, count=1, flags=re.MULTILINE)
