"""What do the API's pages say of it, with which examples?

The examples are made of the real records, with offsets taken from their own text, so that they cannot go stale.
"""

from collections.abc import Collection
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from service.records import (
    Article,
    ExtractedClaim,
    Extraction,
    Figure,
    Reason,
    Source,
    Span,
)
from service.web.bodies import FormRequest, TextRequest
from service.web.problems import KINDS, MEDIA_TYPE, FieldError, Kind, Problem, ProblemDetails

TITLE = "according"
DESCRIPTION = (
    "Reads news articles and says who claims what, with which figures, and how sure we are.\n\n"
    "All spans are half-open `[start, end)` offsets in Unicode code points into `article.text` of the answer, which is "
    "the text exactly as received (for files: as taken out of the file). Every error is `application/problem+json`."
)
EXTRACT = (
    "Send the text as JSON, or a .txt, .md, .html, .pdf or .docx file as a form. JSON is read strictly: UTF-8 only, "
    "unknown fields and wrong types are refused, and of a field given twice the last counts.\n\n"
    "`status` is `partial` where a part of the article failed (`failures` says which); an article of which every part "
    "failed is a 502 with the extraction inside. No claims with status `complete` means that there are none.\n\n"
    "With `Accept: text/event-stream` the answer is a stream: an event `article`, then `claim` and `failure` as each "
    "is known, and last `done` with the whole extraction, or `problem` where it ends early. Nothing is stored."
)

_TEXT = "Mayor Ana Reyes said at least eleven bridges were damaged. The army denied any losses."
_ARTICLE = Article(
    id="flood", text=_TEXT, title="Bridges hit by flood", outlet="The Example Post", published=date(2026, 3, 5)
)


def _span(words: str) -> Span:
    start = _TEXT.index(words)
    return Span(start, start + len(words))


EXTRACTION_EXAMPLE = Extraction(
    extraction_id="2f0c6c0e-0f3b-4f6e-9a51-6d5a2f6c1b7e",
    article=_ARTICLE,
    sha256=_ARTICLE.sha256,
    model="embedded",
    software="according 0.1.0",
    created=datetime(2026, 3, 5, 9, 30, tzinfo=UTC),
    seconds=0.041,
    status="complete",
    claims=(
        ExtractedClaim(
            id="flood#1",
            document="flood",
            content=(_span("at least eleven bridges were damaged"),),
            source=Source(
                name="Ana Reyes", aliases=("Reyes",), kind="person", role="Mayor", mention=_span("Mayor Ana Reyes")
            ),
            cue=_span("said"),
            mode="indirect",
            figures=(
                Figure(
                    span=_span("at least eleven"),
                    low="11",
                    high=None,
                    qualifier="at_least",
                    counted="bridges",
                    measure="damaged",
                ),
            ),
            text="at least eleven bridges were damaged",
            confidence=0.953,
            reasons=(
                Reason(signal="named_and_said", effect=0.8, words="its speaker and the saying stand in its sentence"),
            ),
        ),
        ExtractedClaim(
            id="flood#2",
            document="flood",
            content=(_span("any losses"),),
            source=Source(name="army", kind="organization", mention=_span("The army")),
            cue=_span("denied"),
            mode="indirect",
            stance="denies",
            text="any losses",
            confidence=0.953,
        ),
    ),
    needs_review=(),
)

REQUEST_EXAMPLE = {
    "text": _TEXT,
    "title": _ARTICLE.title,
    "outlet": _ARTICLE.outlet,
    "published": "2026-03-05",
    "id": "flood",
    "model": "embedded",
}
FORM_EXAMPLE = {"file": "(the file's bytes)", "published": "2026-03-05", "model": "embedded"}
MODELS_EXAMPLE = {
    "default": "embedded",
    "models": [
        {"name": "embedded", "status": "ready", "about": "built in: no key, no server, no download", "needs": None},
        {
            "name": "openai/…",
            "status": "missing",
            "about": "OpenAI, e.g. openai/gpt-5-mini",
            "needs": "Set OPENAI_API_KEY in the environment.",
        },
    ],
}
ANSWER_EXAMPLES: dict[tuple[str, str], Any] = {
    ("/v1/extract", "post"): EXTRACTION_EXAMPLE.model_dump(mode="json"),
    ("/v1/models", "get"): MODELS_EXAMPLE,
}


def _stream_example() -> str:
    shown = (
        ("article", _ARTICLE),
        ("claim", EXTRACTION_EXAMPLE.claims[0]),
        ("claim", EXTRACTION_EXAMPLE.claims[1]),
        ("done", EXTRACTION_EXAMPLE),
    )
    return "".join(
        f"event: {name}\nid: {number}\ndata: {record.model_dump_json()}\n\n"
        for number, (name, record) in enumerate(shown, 1)
    )


def _form_schema() -> dict[str, Any]:
    schema = FormRequest.model_json_schema()
    for field in schema["properties"].values():
        for kind in (field, *field.get("anyOf", ())):
            kind.pop("minLength", None)  # an empty field of a form counts as left out
    schema["properties"]["file"] = {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "description": "a .txt, .md, .html, .pdf or .docx file; give this or `text`",
    }
    schema["oneOf"] = [{"required": ["file"]}, {"required": ["text"]}]
    return schema


EXTRACT_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": TextRequest.model_json_schema(), "example": REQUEST_EXAMPLE},
        "multipart/form-data": {"schema": _form_schema(), "example": FORM_EXAMPLE},
    },
}

PROBLEM_SCHEMAS = {
    "ProblemDetails": ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}"),
    "FieldError": FieldError.model_json_schema(),
}
PROBLEM_SCHEMAS["ProblemDetails"].pop("$defs", None)

_FIELD_ERRORS = {"invalid-request": (FieldError(pointer="/published", message="Input should be a valid date"),)}


def problem_responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Entries for OpenAPI, one a status; kinds that share a status are examples of it side by side."""
    kinds: dict[int, dict[str, Kind]] = {}
    for code in codes:
        kinds.setdefault(KINDS[code].status, {})[code] = KINDS[code]
    return {
        status: {
            "description": "; ".join(kind.title for kind in found.values()),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                    "examples": {
                        code: {"value": Problem(code, errors=_FIELD_ERRORS.get(code, ())).document("4f1d2c")}
                        for code in found
                    },
                }
            },
        }
        for status, found in kinds.items()
    }


# What any address answers that wants a key, where there are any.
GUARDED = ("key-needed", "wrong-key", "scope-missing", "wrong-host", "rate-limited", "budget-spent", "store-down")
KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, as `according keys create` makes them. None is needed as long as there are none.",
}


def add_keys(schema: dict[str, Any], *, open_paths: Collection[str]) -> None:
    """Says of all but the open paths that they take a key, and what they answer without a good one."""
    schema["components"]["securitySchemes"] = {"key": KEY_SCHEME}
    guarded = {str(status): response for status, response in problem_responses(*GUARDED).items()}
    for path, methods in schema["paths"].items():
        for operation in methods.values() if path not in open_paths else ():
            operation["security"] = [{"key": []}, {}]
            for status, response in guarded.items():
                own = operation["responses"].setdefault(status, deepcopy(response))
                content = own.get("content", {}).get(MEDIA_TYPE, {})
                content["examples"] = response["content"][MEDIA_TYPE]["examples"] | content.get("examples", {})


EXTRACT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Extraction,
        "description": "The extraction",
        "content": {
            "text/event-stream": {"schema": {"type": "string"}, "example": _stream_example()},
        },
    },
    **problem_responses(
        "not-utf-8",
        "foreign-page",
        "too-slow",
        "too-large",
        "unsupported-media-type",
        "invalid-request",
        "internal-error",
        "model-failed",
        "not-set-up",
        "busy",
        "stopping",
        "time-limit",
    ),
}
