"""How long does something take on a machine that does other things as well?"""

import gc
import time
from collections.abc import Callable


def cpu_seconds(act: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three goes, without the collector, whose work grows with all that tests left."""

    def once() -> float:
        began = time.process_time()
        act()
        return time.process_time() - began

    gc.collect()
    gc.disable()
    try:
        return min(once() for _ in range(3))
    finally:
        gc.enable()
