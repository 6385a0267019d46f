"""What does every extractor promise, whether a model stands behind it or not?

Leaves the choosing of one to `choose`, and what becomes of its drafts to `pipeline`."""

from collections.abc import AsyncIterator
from typing import Protocol

from service.records import Draft, Failure, Notice, PromptVersion, Reading, Record, Rejection, Usage


class SegmentDrafts(Record):
    """What an extractor says of one segment, at once or bit by bit. A failed segment has `failures`; it is never
    merely empty."""

    segment: int
    drafts: tuple[Draft, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[Notice, ...] = ()  # what its reader should know, though nothing is missing
    usage: Usage = Usage()
    answered_by: str | None = None  # the model, as its provider names it


class Extractor(Protocol):
    """Proposes drafts for an article that has been read, one segment after another."""

    @property
    def name(self) -> str:
        """The string that names the model everywhere."""
        ...

    @property
    def prompt(self) -> PromptVersion | None:
        """The wording used, or None where no prompt is."""
        ...

    def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        """Each segment's drafts as soon as they are there, in any order; raises only where nothing at all can be done
        (SetupError), for a segment's failure is a record."""
        ...
