"""What can go wrong, sorted by what its catcher will do?

AccordingError
├── InputError              tell the user: `field`, what is wrong with it, and the fix
│   ├── TooLarge            … and which option raises the limit
│   └── UnsupportedFile
├── SetupError              tell whoever runs the service: a key, an extra or a file is missing, and how to get it
├── PromptError             a prompt file and its values do not fit
└── CompletionError         a model call failed; never the same as "no claims"
    ├── NoAnswer            worth another try: network, rate limit, time-out, server error
    ├── BadAnswer           worth a look: an answer that is no answer of ours
    └── Refused             the model declined
"""


class AccordingError(Exception):
    """Base of every error that the service raises on purpose."""


class InputError(AccordingError):
    """The request cannot be worked on as it is. Says which field, what is wrong, and what to do."""

    def __init__(self, message: str, *, field: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.field = field
        self.message = message
        self.fix = fix


class TooLarge(InputError):
    """The article or file is over a limit that an option can raise."""


class UnsupportedFile(InputError):
    """The file is of a kind that cannot be read here."""


class SetupError(AccordingError):
    """Something that must be installed or set is missing."""


class PromptError(AccordingError):
    """A prompt file asks for other values than it is given."""


class CompletionError(AccordingError):
    """A model call failed. `reason` is a short code that reaches the user in `failures`."""

    reason = "completion_failed"


class NoAnswer(CompletionError):
    """No answer came: worth another try. `retry_after` is in seconds, where the provider said."""

    reason = "no_answer"

    def __init__(self, message: str, *, reason: str = "no_answer", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class BadAnswer(CompletionError):
    """An answer came that cannot be used; `raw` is what the model wrote."""

    reason = "schema_failed"

    def __init__(self, message: str, *, reason: str = "schema_failed", raw: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.raw = raw


class Refused(CompletionError):
    """The model declined to answer."""

    reason = "refused"
