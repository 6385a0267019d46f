"""A batch goes from files to lines in their order, and goes on where it was interrupted."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from service.cli import main
from service.commands.orders import items_of, order_id
from service.errors import InputError
from service.jobs.jobs import Jobs
from service.jobs.records import JobFile, JobOrder
from service.records import Article
from service.settings import Settings
from service.store.store import Store

TEXT = "Ada Lund said {} cars burned. The mayor denied it."


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "in.jsonl"
    rows = [{"id": f"d{number}", "text": TEXT.format(number + 2), "published": "2026-03-05"} for number in range(12)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def batch(*arguments, **environ):
    command = [sys.executable, "-m", "service.cli", "batch", *map(str, arguments)]
    return subprocess.Popen(command, env=os.environ | environ, stderr=subprocess.PIPE, text=True)


def ids_in(path):
    return [json.loads(line)["article"]["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_batch_is_written_in_order_and_leaves_nothing_behind(lines, tmp_path):
    with lines.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"text": "   "}) + "\n")
    out = tmp_path / "out.jsonl"

    process = batch(lines, out, "--processes", "1")
    said = process.communicate(timeout=100)[1]

    assert process.returncode == 1, said
    assert "in-13: The text is empty." in said
    assert ids_in(out) == [f"d{number}" for number in range(12)]

    with lines.open(encoding="utf-8") as file:
        good = file.readlines()[:12]
    lines.write_text("".join(good), encoding="utf-8")
    process = batch(lines, out, "--processes", "1")
    said = process.communicate(timeout=100)[1]

    assert process.returncode == 0, said
    assert ids_in(out) == [f"d{number}" for number in range(12)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "told-to-end"])
def test_a_batch_that_was_interrupted_goes_on(lines, tmp_path, number):
    store, out = tmp_path / "store.sqlite", tmp_path / "out.jsonl"
    slow = batch(lines, out, "--processes", "1", "--per-minute", "30", ACCORDING_STORE=str(store))
    with Store.open(str(store)) as opened:
        jobs = Jobs(opened, Settings())
        until = time.monotonic() + 60
        while not (found := jobs.list().jobs) or found[0].done < 2:
            assert time.monotonic() < until
            time.sleep(0.1)
        slow.send_signal(number)
        said = slow.communicate(timeout=60)[1]
        done = jobs.view(found[0].id).done

        assert slow.returncode == 1
        assert "the same command goes on with it" in said
        assert 2 <= done < 12
        assert not out.exists()

        again = batch(lines, out, "--processes", "1", ACCORDING_STORE=str(store))
        said = again.communicate(timeout=100)[1]

        assert again.returncode == 0, said
        assert f"going on with job {found[0].id}" in said
        assert ids_in(out) == [f"d{number}" for number in range(12)]
        assert len(jobs.list().jobs) == 1
        assert {each.attempts for each in jobs.results(found[0].id)} == {1}
        assert jobs.view(found[0].id).per_minute is None  # the second command had no limit


# ── what is in the input ──────────────────────────────────────────────────────────────────────────────────────────


def test_lines_and_folders_become_articles_and_files(lines, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.txt").write_text("B", encoding="utf-8")
    (folder / "a.html").write_text("<p>A</p>", encoding="utf-8")
    (folder / "c.png").write_bytes(b"no article")

    items = list(items_of([lines, folder], Settings(), JobOrder()))

    assert all(isinstance(item, Article) for item in items[:12])
    assert items[12:] == [
        JobFile(id="a", name="a.html", data=b"<p>A</p>"),
        JobFile(id="b", name="b.txt", data=b"B"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("{", r"line 2: the line: Invalid JSON", id="no-json"),
        pytest.param('{"id": "x"}', r"line 2: text: Field required", id="no-text"),
        pytest.param('{"text": "A.", "published": "soon"}', r"line 2: published:", id="no-date"),
        pytest.param('{"text": 5}', r"line 2: text:", id="no-words"),
    ],
)
def test_a_line_that_is_no_article_is_named(tmp_path, line, words):
    path = tmp_path / "in.jsonl"
    path.write_text(f'{{"text": "A."}}\n{line}\n', encoding="utf-8")

    with pytest.raises(InputError, match=words):
        list(items_of([path], Settings(), JobOrder()))


def test_an_article_that_is_too_long_is_left_to_its_worker_to_refuse(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "long", "text": "AAAAAA"}\n', encoding="utf-8")

    items = list(items_of([path], Settings(max_characters=5), JobOrder()))

    assert items == [JobFile(id="long", name="in-1.txt", data=b"AAAAAA")]


def test_an_order_is_known_again_by_what_is_in_it(lines, tmp_path):
    def name(model="embedded", **order):
        made = JobOrder(**order)
        return order_id(made, model, items_of([lines], Settings(), made))

    first = name()

    assert name() == first
    assert name(max_cost=3.0) == first  # a limit changes no result
    assert name("openai/x") != first
    assert name(options={"samples": 3}) != first
    lines.write_text('{"id": "d0", "text": "Something else."}\n', encoding="utf-8")
    assert name() != first


# ── commands on jobs ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def a_store(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        yield Jobs(store, Settings())


def said_by(*arguments):
    return CliRunner().invoke(main, ["jobs", *arguments])


def test_jobs_are_listed_shown_cancelled_and_deleted(a_store):
    job = a_store.submit(JobOrder(name="night"), [Article(id="a", text="A.")]).id

    assert "night" in said_by("list").stdout
    assert json.loads(said_by("list", "--json").stdout)["id"] == job
    assert "1: 0 done, 0 partial, 0 failed, 0 cancelled, 1 waiting" in said_by("show", job[:8]).stdout
    assert said_by("change", job, "--per-minute", "6").exit_code == 0
    assert a_store.view(job).per_minute == 6
    assert said_by("change", job, "--no-per-minute", "--max-cost", "2").exit_code == 0
    assert (a_store.view(job).per_minute, a_store.view(job).max_cost) == (None, 2.0)
    assert "exclude each other" in said_by("change", job, "--max-cost", "3", "--no-max-cost").stderr
    assert "Say what to change" in said_by("change", job).stderr
    assert "'inf' is no amount" in said_by("change", job, "--max-cost", "inf").stderr
    assert "2000000 is not in the range" in said_by("change", job, "--per-minute", "2000000").stderr
    assert said_by("cancel", job).stdout == "cancelled, 1/1\n"
    assert said_by("retry", job).exit_code == 2
    assert said_by("results", job).exit_code == 2
    assert said_by("delete", job).exit_code == 0
    assert "There is no job" in said_by("show", job).stderr
    assert "There is no job" in said_by("list").stderr


def test_the_beginning_of_an_id_must_mean_one_job(a_store):
    for name in ("same-1", "same-2"):
        a_store.submit(JobOrder(), [Article(id=name, text="A.")], job_id=name)

    assert "2 jobs begin with 'same'" in said_by("show", "same").stderr


@pytest.mark.parametrize("command", [["jobs", "list"], ["worker"]])
def test_without_a_store_it_says_what_to_set(monkeypatch, command):
    monkeypatch.setenv("ACCORDING_STORE", "off")

    ran = CliRunner().invoke(main, command)

    assert ran.exit_code == 2
    assert "ACCORDING_STORE is off" in ran.stderr


@pytest.mark.parametrize("command", [["batch", "--help"], ["jobs", "--help"], ["worker", "--help"]])
def test_help_comes_without_the_engine(command):
    script = "import sys; from service.cli import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True)

    assert not {"dbos", "sqlalchemy", "spacy"} & set(ran.stdout.split())


@pytest.mark.parametrize("name", ["b.txt", "c.jsonl"])
def test_an_article_is_never_overwritten_where_out_was_left_out(tmp_path, monkeypatch, name):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    for path in (tmp_path / "a.txt", tmp_path / name):
        path.write_text(TEXT, encoding="utf-8")

    inputs = [str(tmp_path / "a.txt"), str(tmp_path / name)]
    done = CliRunner().invoke(main, ["batch", *inputs, str(tmp_path / name)])

    assert done.exit_code == 2
    assert "would be overwritten" in done.stderr
    assert (tmp_path / name).read_text(encoding="utf-8") == TEXT


def test_a_second_model_that_is_none_is_refused_before_any_article(lines, tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))

    done = CliRunner().invoke(main, ["batch", str(lines), str(tmp_path / "out.jsonl"), "--verify", "nope"])

    assert done.exit_code == 2
    assert "'nope' names no model" in done.stderr
    assert not (tmp_path / "store.sqlite").exists()


@pytest.mark.parametrize("command", ["extract", "batch"])
def test_several_answers_of_embedded_are_refused_and_one_is_not(lines, tmp_path, monkeypatch, command):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    out = (
        ["--out", str(tmp_path / "out")] if command == "extract" else [str(tmp_path / "out.jsonl"), "--verify", "nope"]
    )

    several = CliRunner().invoke(main, [command, str(lines), *out, "--samples", "3"])
    one = CliRunner().invoke(main, [command, str(lines), *out, "--samples", "1"])

    assert several.exit_code == 2
    assert "embedded gives the same answer each time; name a model for --samples with --model" in several.stderr
    assert "each time" not in one.stderr


def test_a_batch_that_could_not_begin_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    (tmp_path / "in.jsonl").write_text("{}\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["batch", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")])

    assert done.exit_code == 2
    assert not list(tmp_path.glob("out.*"))


def test_an_empty_name_is_no_job_even_where_there_is_only_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        jobs = Jobs(store, Settings())
        job = jobs.submit(JobOrder(), [Article(id="a", text=TEXT)]).id

        done = CliRunner().invoke(main, ["jobs", "delete", ""])

        assert done.exit_code == 2
        assert "JOB is empty" in done.stderr
        assert jobs.view(job) is not None
