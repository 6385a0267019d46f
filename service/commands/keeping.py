"""Are the articles that are read from a command line kept?

What was read is shown in any case: a store that cannot be used is told of once, and costs nobody their result.
"""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.records import Extraction
    from service.store.store import Store


class Keeper:
    """Keeps extractions at that address, if there is one. The store is opened for the first of them."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._store: Store | None = None

    def keep(self, extraction: "Extraction") -> None:
        from service.errors import AccordingError
        from service.rendering.words import visible

        if self._address is None:
            return
        try:
            self._keep(self._address, extraction)
        except AccordingError as error:
            self._address = None
            click.echo(f"Not kept: {visible(str(error))} (--no-store keeps nothing.)", err=True)

    def _keep(self, address: str, extraction: "Extraction") -> None:
        from service.store.extractions import keep
        from service.store.store import Store

        if self._store is None:
            self._store = Store.open(address)
        with self._store.writing() as connection:
            keep(connection, extraction)

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
