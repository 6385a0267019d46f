"""What every test gets: no network beyond this machine, `--update-golden` for wanted changes, and a browser on demand.

Tests in a browser are skipped where Chromium or its driver is missing, unless ACCORDING_REQUIRE_BROWSER is set.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

pytest_plugins = ["postgres"]  # its fixtures: databases to test with

ROOT = Path(__file__).parent.parent
os.environ["ACCORDING_CACHE"] = "off"  # no test answers another
os.environ["ACCORDING_STORE"] = "off"
REQUIRED = bool(os.environ.get("ACCORDING_REQUIRE_BROWSER"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.sample}`));
window.alerts = [];
window.alert = (words) => alerts.push(words);
"""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres: needs PostgreSQL's programs")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected files anew; then read the diff")


@pytest.fixture(autouse=True)
def only_this_machine(request: pytest.FixtureRequest) -> None:
    """Sockets to this machine alone (event loops need them too)."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares text with a file of the project; `--update-golden` writes the file instead."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path.relative_to(ROOT)} is missing: run pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def golden_json(golden: Callable[[Path, str], None]) -> Callable[[Path, object], None]:
    """As `golden`, for anything that JSON can hold."""
    return lambda path, value: golden(path, json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def _missing():
    if CHROMIUM is None or DRIVER is None:
        return "Chromium or its driver is not installed"
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed"
    return None


@pytest.fixture(scope="module")
def chromium():
    if reason := _missing():
        (pytest.fail if REQUIRED else pytest.skip)(reason)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    yield driver
    driver.quit()
