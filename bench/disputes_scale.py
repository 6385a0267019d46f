"""How much time and memory do disputes among very many claims take?

    python bench/disputes_scale.py [--events 1000] [--articles 10] [--claims 10]

Makes `events` events, each told by `articles` articles of `claims` tolls, all of one kind, and prints a row of the
table in docs/disputes.md. Memory is what the process had grown by at its most.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta

from service.disputes.find import find_disputes
from service.disputes.records import Told
from service.records import Article, Claim, Figure, Source, Span

FIRST = date(2026, 1, 1)


def made(events: int, articles: int, claims: int) -> Iterator[Told]:
    for event in range(events):
        for number in range(articles):
            yield from _article(event, number, claims)


def _article(event: int, number: int, claims: int) -> Iterator[Told]:
    where = "Place" + "".join("abcdefghij"[int(digit)] for digit in str(event))  # one with digits names no place
    said = [f"Speaker {place} said {11 + place} soldiers were killed in {where}." for place in range(claims)]
    day = FIRST + timedelta(days=event % 300)
    article = Article(id=f"e{event}-{number}", text=" ".join(said), published=day)
    start = 0
    for place, sentence in enumerate(said):
        at = start + sentence.index("said ") + 5
        words = str(11 + place)
        figure = Figure(
            span=Span(at, at + len(words)),
            low=words,
            high=words,
            qualifier="exact",
            counted="soldiers",
            measure="killed",
        )
        claim = Claim(
            id=f"{article.id}#{place}",
            document=article.id,
            content=(Span(at, start + len(sentence) - 1),),
            mode="indirect",
            figures=(figure,),
            source=Source(name=f"Speaker {place} of {number}", kind="person"),
            where=(where,),
        )
        yield Told(article=article, claim=claim)
        start += len(sentence) + 1


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--articles", type=int, default=10)
    parser.add_argument("--claims", type=int, default=10)
    given = parser.parse_args()
    told = list(made(given.events, given.articles, given.claims))
    before, began = _megabytes(), time.process_time()
    found = find_disputes(told)
    seconds = time.process_time() - began
    pairs = sum(len(dispute.relations) for dispute in found)
    print(
        f"{len(told):,} claims, {given.events:,} events in {given.articles} articles each: "
        f"{seconds:.0f} s CPU, {_megabytes() - before:.0f} MB beside the claims, {_megabytes():.0f} MB with them; "
        f"{len(found):,} disputes, {pairs:,} pairs"
    )


if __name__ == "__main__":
    main()
