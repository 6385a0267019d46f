"""What must hold whatever is sent: a function for each promise that rows of hostile inputs share."""

import contextlib
import json
import socket
import tracemalloc

from timing import cpu_seconds

from service.records import Extraction

KINDS = {"person", "organization", "anonymous", "document", "outlet", "unspecified", "unresolved"}


def spans_cut_their_words(extraction):
    """O1: offsets count code points of the text as received."""
    text = extraction.article.text
    assert json.loads(extraction.model_dump_json())["article"]["text"] == text
    for claim in extraction.claims:
        assert claim.text == " … ".join(span.of(text) for span in claim.content)
        assert claim.text.strip()
        for figure in claim.figures:
            assert any(piece.holds(figure.span) for piece in claim.content)


def words_are_the_articles(extraction):
    """O2: every free word of a claim stands in the article, and labels are of a closed list."""
    text = extraction.article.text
    for claim in extraction.claims:
        source = claim.source
        free = [source.name, *source.aliases, source.principal, source.role, *source.via, *claim.where]
        free += [words for figure in claim.figures for words in (figure.counted, figure.measure)]
        assert [words for words in free if words is not None and words not in text] == []
        assert source.kind in KINDS


def speakers_stand_in_the_body(extraction, reading):
    """O3: a speaker is a span of a body paragraph, or nobody."""
    for claim in extraction.claims:
        mention = claim.source.mention
        if mention is not None:
            (around,) = [each for each in reading.paragraphs if each.span.holds(mention)]
            assert around.role == "body"


@contextlib.contextmanager
def calls_never(port):
    """O4: connections go to this machine alone, where models are, and not to the port that the article names."""
    called, connect = [], socket.socket.connect

    def watched(self, address):
        called.append(address)
        return connect(self, address)

    socket.socket.connect = watched
    try:
        yield
    finally:
        socket.socket.connect = connect
    assert [each for each in called if each[0] not in ("127.0.0.1", "::1") or each[1] == port] == []


def is_a_problem(answer, status, described, *, never="Zanzibar"):
    """O5: a documented status, as a problem document, that repeats nothing of the input."""
    statuses = status if isinstance(status, tuple) else (status,)
    assert answer.status_code in statuses, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(answer.status_code) in described["paths"]["/v1/extract"]["post"]["responses"]
    assert {"type", "title", "status", "detail", "request_id", "errors"} <= answer.json().keys()
    assert never not in answer.text


def is_bounded(act, *, seconds=1.0, megabytes=100):
    """O6: processor time and memory of one case, before any model is asked."""
    assert cpu_seconds(act) <= seconds
    tracemalloc.start()
    try:
        act()
        assert tracemalloc.get_traced_memory()[1] <= megabytes * 1_000_000
    finally:
        tracemalloc.stop()


def keeps_secrets(words, *secrets):
    """O7: words of the instructions, and the request's delimiter, come back nowhere."""
    assert [secret for secret in secrets if secret in words] == []


def said(extraction, *, outside="\0"):
    """O8: who says what with which figures, claims that touch the words `outside` left out."""
    start = extraction.article.text.find(outside)
    end = start + len(outside)
    return {
        (claim.source.name, claim.text, tuple((figure.low, figure.high) for figure in claim.figures))
        for claim in extraction.claims
        if start < 0 or all(piece.end <= start or piece.start >= end for piece in claim.content)
    }


def sure(extraction):
    """O8: how sure each claim is, by its words."""
    return {claim.text: claim.confidence for claim in extraction.claims}


def failure_is_said(extraction: Extraction, *reasons):
    """O10: never a silent empty list."""
    assert extraction.status != "complete"
    assert {failure.reason for failure in extraction.failures} & set(reasons)


def holds_whatever_it_obeys(extraction, clean, order):
    """O2, O7, O8, O10 for a model that does what the article orders: nothing is added, changed or hidden unmarked."""
    text = extraction.article.text
    innocent = {_told(claim) for claim in clean.claims}
    spot = text.index(order)
    for claim in extraction.claims:
        flags = {flag.code for flag in claim.flags}
        assert claim.source.name is None or claim.source.name in text
        assert all(figure.span.of(text) in claim.text for figure in claim.figures)
        if any(piece.start < spot + len(order) and spot < piece.end for piece in claim.content):
            assert "instruction" in flags, "a claim of the order itself is marked"
        elif _told(claim) not in innocent and claim.source.name is not None:
            assert flags & {"instruction", "speaker_conflict", "stance_conflict", "figure_absent"}
    lost = innocent - {_told(claim) for claim in extraction.claims}
    if len(lost) > len(innocent) / 2:
        flagged = [claim for claim in extraction.claims if claim.flags]
        assert extraction.status != "complete" or len(flagged) >= len(lost) - 1
    if not extraction.claims:
        assert extraction.failures
        assert extraction.status != "complete"


def _told(claim):
    figures = tuple((figure.low, figure.high, figure.qualifier) for figure in claim.figures)
    return claim.source.name, claim.text, figures, claim.stance
