"""May another article be begun without spending more than was allowed?

Counts what the runs have cost, earlier tries included, and what is under way at the average price so far.
"""


class Price:
    """What the articles of one run cost: `known` is None until a price was told."""

    def __init__(self) -> None:
        self._cost = 0.0
        self._articles = 0

    def add(self, cost: float | None) -> None:
        if cost is not None:
            self._cost += cost
            self._articles += 1

    @property
    def known(self) -> float | None:
        return self._cost / self._articles if self._articles else None


class Budget:
    """US dollars for all runs together; `most` None is without end."""

    def __init__(self, most: float | None, *, spent: float = 0.0) -> None:
        self.most = most
        self.spent = spent
        self._reserved = 0.0

    def reserve(self, price: Price) -> float | None:
        """Sets aside what one more article will probably cost; None where that is more than is left."""
        expected = price.known or 0.0
        if self.most is not None and (self.spent >= self.most or self.spent + self._reserved + expected > self.most):
            return None
        self._reserved += expected
        return expected

    def settle(self, reserved: float, cost: float | None) -> None:
        self._reserved -= reserved
        self.spent += cost or 0.0
