"""What do the API's pages say of it, with which examples?

The examples are made of the real records, with offsets taken from their own text, so that they cannot go stale.
"""

from collections.abc import Collection
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from service.jobs.records import JobOptions, JobView
from service.records import (
    Article,
    ExtractedClaim,
    Extraction,
    Figure,
    Reason,
    Record,
    Source,
    Span,
    Usage,
)
from service.store.search import ClaimPage, StoredClaim
from service.web.bodies import FormRequest, TextRequest
from service.web.orders import LINES, JobQuery, JobRequest
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
    "is known, and last `done` with the whole extraction, or `problem` where it ends early.\n\n"
    "The extraction is kept and found again under /v1/extractions, and its claims under /v1/claims, unless `store` is "
    "false or the service keeps nothing. With an `Idempotency-Key` the same request may be sent again for 24 hours and "
    "is worked on once; errors that come after work has begun are told again too."
)

DISPUTES = (
    "Holds the figures of the newest kept claims against each other, within articles and across them, and answers "
    "those about the same thing, side by side: who says how many, with the words and their place in the article, and "
    "what each pair of figures is to each other. What reviewers changed or added counts, and what they rejected not."
)
DISPUTES_PARAMETERS = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "description": words,
        "schema": schema,
    }
    for name, words, schema in (
        ("place", "stands somewhere in where it was", {"type": "string", "maxLength": 200}),
        ("counted", "stands somewhere in what is counted", {"type": "string", "maxLength": 200}),
        ("article", "the id of an article: only its own figures", {"type": "string", "maxLength": 200}),
        ("contested", "only where two figures cannot both be right", {"type": "boolean", "default": False}),
        ("limit", "how many at most", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    )
]

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
CLAIMS_EXAMPLE = ClaimPage(
    claims=(
        StoredClaim(
            claim=EXTRACTION_EXAMPLE.claims[0],
            needs_review=False,
            extraction_id=EXTRACTION_EXAMPLE.extraction_id,
            created=EXTRACTION_EXAMPLE.created,
            model=EXTRACTION_EXAMPLE.model,
            article=_ARTICLE.id,
            sha256=_ARTICLE.sha256,
            title=_ARTICLE.title,
            outlet=_ARTICLE.outlet,
            published=_ARTICLE.published,
        ),
    ),
    next=None,
)
JOB_EXAMPLE = JobView(
    id="7b1d3c52-90ad-4a0e-8d5e-1c7a4b1f0e66",
    name="Night run",
    state="running",
    model="embedded",
    priority=0,
    options=JobOptions(),
    total=1200,
    done=300,
    partial=2,
    failed=1,
    cancelled=0,
    waiting=899,
    per_minute_now=240.0,
    seconds_left=224.8,
    cost=None,
    max_cost=None,
    per_minute=None,
    usage=Usage(),
    webhook=None,
    created=datetime(2026, 3, 5, 22, 0, tzinfo=UTC),
    started=datetime(2026, 3, 5, 22, 0, 1, tzinfo=UTC),
    finished=None,
)
ANSWER_EXAMPLES: dict[tuple[str, str, str], Any] = {
    ("/v1/extract", "post", "200"): EXTRACTION_EXAMPLE.model_dump(mode="json"),
    ("/v1/models", "get", "200"): MODELS_EXAMPLE,
    ("/v1/extractions/{extraction_id}", "get", "200"): EXTRACTION_EXAMPLE.model_dump(mode="json"),
    ("/v1/claims", "get", "200"): CLAIMS_EXAMPLE.model_dump(mode="json"),
    ("/v1/jobs", "post", "202"): JOB_EXAMPLE.model_dump(mode="json"),
    ("/v1/jobs", "get", "200"): {"jobs": [JOB_EXAMPLE.model_dump(mode="json")], "next": None},
    ("/v1/jobs/{job_id}", "get", "200"): JOB_EXAMPLE.model_dump(mode="json") | {"failures": []},
    ("/v1/jobs/{job_id}", "patch", "200"): JOB_EXAMPLE.model_dump(mode="json"),
    ("/v1/jobs/{job_id}/cancel", "post", "200"): JOB_EXAMPLE.model_dump(mode="json"),
    ("/v1/jobs/{job_id}/retry", "post", "200"): JOB_EXAMPLE.model_dump(mode="json"),
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
        kinds = field.setdefault("anyOf", [{"type": field.pop("type")}] if "type" in field else [])
        kinds.append({"type": "string", "maxLength": 0})  # an empty field of a form counts as left out
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

SCHEMAS = {
    "ProblemDetails": ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}"),
    "FieldError": FieldError.model_json_schema(),
}
SCHEMAS["ProblemDetails"].pop("$defs", None)

KEY_PARAMETER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "any words of your own, such as a random UUID: the same request with the same key is done once",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
NEXT: dict[str, Any] = {
    "Link": {"description": 'the next page, as rel="next"; missing on the last', "schema": {"type": "string"}}
}


def parameters_of(kind: type[Record]) -> list[dict[str, Any]]:
    """The record's fields as what may stand after the question mark; none must."""
    schema = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            **({"description": field.pop("description")} if "description" in field else {}),
            "schema": _without_null(field),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    rest = {name: value for name, value in field.items() if name not in ("anyOf", "title")}
    if rest.get("default", ...) is None:
        del rest["default"]
    return rest | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})


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
        "bad-idempotency-key",
        "idempotency-key-in-use",
        "idempotency-key-reused",
        "gone",
        "not-set-up",
        "store-down",
        "busy",
        "stopping",
        "time-limit",
    ),
}


# ── what is kept, and jobs ──────────────────────────────────────────────────────────────────────────────────────────

STORED = ("key-needed", "scope-missing", "rate-limited", "not-set-up", "store-down")
JSON_BODY = ("not-utf-8", "too-slow", "too-large", "unsupported-media-type", "invalid-request")
CLAIMS = (
    "All that is asked must hold. `speaker` and `text` may stand anywhere in the names and the words of a claim, "
    "whatever their case, accents and typography; `text` word by word unless in quotation marks. `low` and `high`"
    " bound a figure, and `counted` and `unit` are of that same figure. `since` and `until` are days of "
    "publication, else of extraction. `cursor` is the `next` of the page before, for the very same question."
)
DELETE_ARTICLE = (
    "The name is the article's id, or the SHA-256 of its text (12 or more of its first characters do). "
    "Extractions, claims, rows of jobs and models' answers about it go with it, in the store and in the cache of "
    "this machine."
)
CREATE_JOB = (
    "As JSON with `articles`; as application/x-ndjson with one article a line and the order in the address; or as"
    " a form with several files named `file` and the order in its fields. Lines end at \\n alone. Nothing is begun"
    " before all of it is there; where a line is no article, or two have the same id, nothing is kept and the "
    "error names the line.\n\n"
    "Articles without an `id` are named after the hash of their text. The answer comes as soon as the job is "
    "taken in; `Location` is where to follow it. With a `webhook` a signed message (Standard Webhooks) is sent "
    "when it has ended."
)
GET_JOB = (
    "`failures` holds the first articles that failed; the results hold all. With `Accept: text/event-stream` an "
    "event `progress` comes for each change and one last `done`; who comes back with `Last-Event-ID` hears only "
    "what is new."
)
GET_RESULTS = (
    "One JSON object a line, with the whole extraction. In order of the input they end before the first article "
    "that has not ended yet: ask again with `after` set to the last position for those that follow. With "
    "order=done come all that have ended, in the order in which they did. A failed article that is tried again "
    "changes its line."
)

_JOB_EXAMPLE = {
    "name": "Night run",
    "articles": [{"id": "flood", "text": _TEXT, "published": "2026-03-05"}],
    "max_cost": 5.0,
}
_LINE = '{"id": "flood", "text": "' + _TEXT + '"}\n'


def job_body() -> dict[str, Any]:
    """The kinds of body that order a job."""
    lines = {"schema": {"type": "string", "description": "one article a line, as JSON"}, "example": _LINE}
    return {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/JobRequest"}, "example": _JOB_EXAMPLE},
            **dict.fromkeys(LINES, lines),
            "multipart/form-data": {"schema": _job_form_schema()},
        },
    }


def _job_form_schema() -> dict[str, Any]:
    schema = JobQuery.model_json_schema()
    schema["properties"]["file"] = {
        "type": "array",
        "items": {"type": "string", "contentMediaType": "application/octet-stream"},
        "description": ".txt, .md, .html, .pdf or .docx files, one an article",
    }
    schema["required"] = ["file"]
    return schema


def limits_body(kind: type[Record]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    for field in schema["properties"].values():
        field.pop("default", None)  # what is left out stays as it is: sending a default would change it
    return {"required": True, "content": {"application/json": {"schema": schema, "example": {"max_cost": 30.0}}}}


def job_parameters() -> list[dict[str, Any]]:
    """What may stand in the address beside lines of articles, and the key."""
    return [*parameters_of(JobQuery), KEY_PARAMETER]


_REQUEST = JobRequest.model_json_schema(ref_template="#/components/schemas/{model}")
SCHEMAS |= _REQUEST.pop("$defs") | {"JobRequest": _REQUEST}

CREATE_JOB_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "model": JobView,
        "description": "The job, taken in",
        "headers": {"Location": {"description": "where to follow it", "schema": {"type": "string"}}},
    },
    **problem_responses(
        "not-utf-8",
        "bad-idempotency-key",
        "key-needed",
        "wrong-key",
        "foreign-page",
        "scope-missing",
        "too-slow",
        "idempotency-key-in-use",
        "too-large",
        "unsupported-media-type",
        "invalid-request",
        "idempotency-key-reused",
        "rate-limited",
        "budget-spent",
        "internal-error",
        "not-set-up",
        "busy",
        "store-down",
        "stopping",
    ),
}
