"""Which version of this program is at work?"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache  # looked up on disk
def software() -> str:
    """Name and version, as extractions and runs record them."""
    try:
        return f"according {version('according')}"
    except PackageNotFoundError:
        return "according (not installed)"
