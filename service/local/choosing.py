"""Which of some answers does a model in this process find likeliest?

Nothing is generated: each answer is put into the model's mouth, and how likely the model finds each of its words is
read off. A model too small to write a claim can be asked in this way, at the price of reading one question. What an
answer is worth is left to whoever asks; `bench/local_model.py` measures it.
"""

import threading
from collections.abc import Sequence
from typing import Any

from service.errors import BadAnswer, NoAnswer
from service.local.engine import Engine, LocalModel, grammar
from service.models import Meter
from service.records import Record, Usage

MAX_OPTION = 200  # characters


class Likelihood(Record):
    """How likely an answer is after a question: the logarithms of its tokens' probabilities, added up."""

    option: str
    log: float
    tokens: int

    @property
    def per_token(self) -> float:
        return self.log / self.tokens if self.tokens else 0.0


class LocalChooser:
    """Asks the model for the likelihood of given answers."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model

    async def choose(
        self, question: str, options: Sequence[str], *, meter: Meter, system: str = ""
    ) -> tuple[Likelihood, ...]:
        """The likelihood of each option as the answer to `question`, in the order given.

        The question is read once; an option costs its own tokens. Raises BadAnswer where the question is too long for
        the model.
        """

        def ask(engine: Engine, stop: threading.Event) -> tuple[Likelihood, ...]:
            found = []
            for option in options:
                if stop.is_set():
                    break
                found.append(_likelihood(engine, option[:MAX_OPTION], question, system, meter))
            return tuple(found)

        return await self._model.work(ask)


def _likelihood(engine: Engine, option: str, question: str, system: str, meter: Meter) -> Likelihood:
    heard: list[dict[str, Any]] = []

    def hear(said: dict[str, Any]) -> bool:
        heard.append(said)
        return False

    messages = [{"role": "system", "content": system}] if system else []
    request = {
        "messages": [*messages, {"role": "user", "content": question}],
        # A grammar that allows these tokens alone: of the words alone, the model would put them together from the
        # likeliest letters. The probabilities are those before the grammar was heeded.
        "grammar": grammar(" ".join(f"<[{token}]>" for token in engine.tokens(option))),
        "logprobs": True,
        "top_logprobs": 1,
        "temperature": 0,
        "max_tokens": 4 * MAX_OPTION,
    }
    engine.chat(request, hear)
    if not heard:
        raise NoAnswer("The model gave no likelihood.")
    said = heard[-1]
    if "error" in said:
        raise BadAnswer(f"The model refused the question: {said['error'].get('message')}", reason="too_long")
    meter.add(_usage(said))
    tokens = [each for each in said["choices"][0]["logprobs"]["content"] if each["bytes"]]  # the end has none
    return Likelihood(option=option, log=sum(each["logprob"] for each in tokens), tokens=len(tokens))


def _usage(said: dict[str, Any]) -> Usage:
    used = said["usage"]
    return Usage(
        calls=1,
        prompt_tokens=used["prompt_tokens"],
        cached_tokens=(used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
        completion_tokens=used["completion_tokens"],
        cost_usd=0.0,
    )
