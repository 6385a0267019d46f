"""What do all model calls of a process share?

How much a model may have under way, what may be spent, and the answers that are kept. Made once at the door.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from service.allowance import Allowance
from service.pacing import Pace
from service.settings import Settings

if TYPE_CHECKING:
    from service.cached import AnswerCache


class Calls:
    """Raises SetupError at the first call where answers shall be kept in a file that cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self.allowance = Allowance(max_cost=settings.max_cost, tokens_per_minute=settings.tokens_per_minute)
        self._most = settings.concurrency
        self._cache_path: Path | None = settings.cache
        self._cache: AnswerCache | None = None
        self._paces: dict[str, Pace] = {}

    def pace(self, model: str) -> Pace:
        """The room that all calls of that model share."""
        return self._paces.setdefault(model, Pace(most=self._most))

    @property
    def cache(self) -> "AnswerCache | None":
        """The answers that are kept, opened when first asked for."""
        if self._cache is None and self._cache_path is not None:
            from service.cached import AnswerCache

            self._cache = AnswerCache(self._cache_path)
        return self._cache
