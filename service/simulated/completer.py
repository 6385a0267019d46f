"""How is a simulated model asked?

As any other is: a server is started in this process, on a free port of the loopback interface, and called through the
same door as a hosted model, over HTTP. It ends with the completer.
"""

import weakref

from service.allowance import Allowance
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.pacing import Pace
from service.settings import Settings
from service.simulated.answers import load_gold
from service.simulated.names import SimulatedModel, goldset_folder, parse_name
from service.simulated.server import Replies, SimulatedServer


def make_replies(model: SimulatedModel, settings: Settings) -> Replies:
    """What that model says. Raises InputError where its gold set cannot be read."""
    return Replies(model, load_gold(goldset_folder(model.goldset), texts=settings.texts))


class SimulatedCompleter:
    """Answers as `simulated/GOLDSET:OPTIONS` says. Raises InputError for a name that says nothing we know."""

    def __init__(
        self, name: str, settings: Settings, *, pace: Pace | None = None, allowance: Allowance | None = None
    ) -> None:
        from service.vendor.completer import VendorCompleter

        self._name = name
        server = SimulatedServer(make_replies(parse_name(name), settings))
        server.start()
        weakref.finalize(self, server.stop)
        there = settings.model_copy(update={"api_base": server.base})
        self._door: Completer = VendorCompleter("hosted_vllm/simulated", there, pace=pace, allowance=allowance)

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        """As the door does; the answer names the simulated model."""
        completion = await self._door.complete(prompt, meter=meter, hear=hear)
        return completion.model_copy(update={"model": self._name})
