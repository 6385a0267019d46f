"""What is handed out for running it, and what the pages say of that, fits the program: commands, options, settings."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from conftest import ROOT

from service.cli import main
from service.settings import PREFIX, Settings
from service.web.keeping import Keeping
from service.web.metrics import Metrics

DEPLOY = ROOT / "deploy"
PAGES = (ROOT / "docs/operations.md", ROOT / "docs/http.md", ROOT / "docs/scale.md", DEPLOY / "kubernetes.md")
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
FILES = (*PAGES, *UNITS, DEPLOY / "compose.yaml", DEPLOY / "Dockerfile")
# Read by the tests and by the client libraries, not by Settings.
NOT_SETTINGS = {"ACCORDING_REQUIRE_POSTGRES"}
SECTIONS = {
    "service": {"Unit", "Service", "Install"},
    "timer": {"Unit", "Timer", "Install"},
}
# Lines of examples, whatever stands before the program's name, and commands between backticks.
BEFORE = r"(?:[A-Z_]+=\S+ +)*|\S.*bin/"
EXAMPLE = re.compile(
    rf"^ {{4,}}(?:(?:{BEFORE})according |bash go\.sh |docker compose run .*-T serve )([a-z].*)$", re.MULTILINE
)
SPOKEN = re.compile(r"`(?:[A-Z_]+=\S+ )*according ([a-z][^`]*)`")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text_of(DEPLOY / "compose.yaml"))
    return loaded


def manifests() -> list[dict[str, Any]]:
    (block,) = re.findall(r"```yaml\n(.*?)```", text_of(DEPLOY / "kubernetes.md"), re.DOTALL)
    return list(yaml.safe_load_all(block))


def unit(path: Path) -> list[tuple[str, str, str]]:
    """Section, name and value of every line."""
    found, section = [], ""
    for line in text_of(path).splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            assert equals, f"{path.name}: {line!r}"
            found.append((section, name, value))
    return found


def commands_of(path: Path) -> Iterator[str]:
    """Command lines of `according` in a file, without what stands before the program's name."""
    if path.name == "compose.yaml":
        for service in compose()["services"].values():
            if service.get("image") == "according":
                yield shlex.join(service["command"])
    elif path.name == "Dockerfile":
        for words in re.findall(r"^CMD (\[.*\])$", text_of(path), re.MULTILINE):
            yield shlex.join(yaml.safe_load(words))
    elif path.suffix == ".service":
        for _, name, value in unit(path):
            if name == "ExecStart":
                program, _, rest = value.partition(" ")
                assert program == "/opt/according/bin/according"
                yield rest
    elif path.suffix == ".md":
        for words in EXAMPLE.findall(text_of(path)) + SPOKEN.findall(text_of(path)):
            yield re.split(r"\s#|\s[|>]|;", words)[0]
        if path.name == "kubernetes.md":
            yield from (shlex.join(args) for args in _args(manifests()))


def _args(node: Any) -> Iterator[list[str]]:
    if isinstance(node, dict):
        if "args" in node:
            yield node["args"]
        for value in node.values():
            yield from _args(value)
    elif isinstance(node, list):
        for value in node:
            yield from _args(value)


COMMANDS = sorted({(path.name, words) for path in FILES for words in commands_of(path)})


@pytest.mark.parametrize(("file", "words"), COMMANDS, ids=lambda value: value)
def test_every_command_that_is_named_exists_with_its_options(file, words):
    command: click.Command = main
    context = click.Context(main)
    rest = shlex.split(words.replace("…", ""))
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        assert found is not None, f"{file} names `according {words}`, and there is no command {rest[0]!r}"
        command, rest = found, rest[1:]
    assert command is not main
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= set(context.help_option_names)

    assert {word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"} <= known


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path):
    named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", text_of(path))) - NOT_SETTINGS
    there = {PREFIX + name.upper() for name in Settings.model_fields}
    there.add(f"{PREFIX}WEBHOOK_SECRET_FILE")

    assert named <= there


def test_every_count_of_the_service_is_described_and_no_other():
    metrics = Metrics(Settings(store=None), Keeping(None), {})
    told = {name.removesuffix("_total") for name in re.findall(r"according_[a-z_]+", text_of(PAGES[0]))}
    counted = {family.name for family in metrics._registry.collect()}
    stored = {
        "according_store_up",
        "according_jobs",
        "according_job_articles_waiting",
        "according_job_oldest_seconds",
    }

    assert told == counted | stored


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(path):
    links = set(re.findall(r"\]\(((?!https?:)[^)#]+)\)", text_of(path)))

    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_of_the_project_that_a_page_names_exists(path):
    named = set(re.findall(r"`((?:tests|bench|deploy|service|docs)/[\w./@-]+\.\w+)`", text_of(path)))

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_test_that_a_page_names_exists():
    named = set(re.findall(r"\b(test_\w+)\b(?!\.py)", "".join(map(text_of, PAGES))))
    sources = "".join(text_of(path) for path in (ROOT / "tests").rglob("test_*.py"))
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}

    assert named
    assert [name for name in named if name not in files and f"def {name}(" not in sources] == []


def test_the_services_of_compose_wait_for_a_database_that_answers():
    services = compose()["services"]

    assert set(services) == {"db", "serve", "worker"}
    assert "healthcheck" in services["db"]
    assert "/readyz" in str(services["serve"]["healthcheck"])
    for name in ("serve", "worker"):
        assert services[name]["depends_on"]["db"]["condition"] == "service_healthy"
        assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_holds_a_secret(path):
    words = text_of(path)

    assert not re.search(r"postgres(?:ql)?://[^/\s:@]+:[^@\s]+@", words)
    assert not re.search(r"\bacc_[a-z0-9]{6,}_|\bsk-[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9+/]{16,}", words)
    for value in re.findall(r"(?:PASSWORD|API_KEY|SECRET)[:=] ?(\S+)", words):
        assert value.startswith(("$", "…", "<")), value


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_the_sections_of_its_kind(path):
    lines = unit(path)

    assert {section for section, _, _ in lines} <= SECTIONS[path.suffix.removeprefix(".")]
    assert any((section, name) == ("Unit", "Description") for section, name, _ in lines)


def test_units_give_a_process_longer_to_end_than_it_takes():
    from service.commands.serve import DRAIN_SECONDS

    def seconds(name: str) -> float:
        return next(float(value) for _, key, value in unit(DEPLOY / name) if key == "TimeoutStopSec")

    drain = re.search(r"--drain (\d+)", text_of(DEPLOY / "according-worker@.service"))
    assert drain is not None
    assert seconds("according.service") >= DRAIN_SECONDS + 10
    assert seconds("according-worker@.service") >= float(drain[1]) + 10


def test_kubernetes_asks_the_process_whether_it_lives_and_the_store_whether_it_is_ready():
    kinds = [manifest["kind"] for manifest in manifests()]
    serve = manifests()[0]["spec"]["template"]["spec"]["containers"][0]

    assert kinds == ["Deployment", "Service", "Deployment", "CronJob", "HorizontalPodAutoscaler"]
    assert serve["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert serve["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_the_image_gets_every_folder_that_the_package_is_made_of():
    copied = re.findall(r"^COPY (.+) \S+$", text_of(DEPLOY / "Dockerfile"), re.MULTILINE)
    wanted = {word for line in copied for word in line.split()}
    let_in = {line[1:] for line in text_of(DEPLOY / "Dockerfile.dockerignore").splitlines() if line.startswith("!")}

    assert wanted == let_in
    assert {"pyproject.toml", "constraints.txt", "service", "eval", "prompts"} <= wanted
    assert [name for name in wanted if not (ROOT / name).exists()] == []
