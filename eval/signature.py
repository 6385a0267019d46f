"""What produced a line of a report?"""

from service.records import Record


class Signature(Record):
    """What produced a report."""

    goldset: str
    model: str
    prompt: str | None = None
    software: str
    threshold: float

    def __str__(self) -> str:
        prompt = f"prompt {self.prompt}" if self.prompt else "no prompt"
        return f"{self.goldset} | {self.model} | {prompt} | {self.software} | align one-to-one τ {self.threshold:g}"
