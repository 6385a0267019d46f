"""What happens when three times as much is asked as the service can do?

    python bench/overload.py [--seconds 60] [--times 3] [--model-seconds 0.2] [--warm 600]

First warms up at full load, until connections and caches have what they will have. Then finds out how much it can do:
as many clients as there are places to work and to wait, each sending its next article when the last one is done. Then
one key sends `times` as much at a steady rate, whatever is answered, while another sends one article a second. Every
request must be answered; who is let in must not wait three times as long as before, who sends little must not be
refused, and memory must not grow. Exits with 1 where one of these fails.
"""

import argparse
import asyncio
import time

from load import Service, Tally, at_rate, end, in_turn, ready, service, slope, watching

CLIENTS = 48  # 32 places to work and 16 to wait
USUAL = 30.0  # seconds at capacity
LONGER = 3.0  # p99 under overload, in those at capacity
GROWTH = 1.0  # MB a minute


async def measure(service: Service, *, warm: float, seconds: float, times: float) -> list[str]:
    """What failed, in words."""
    await ready(service)
    await in_turn(service, "flood", clients=CLIENTS, seconds=warm)
    usual = await in_turn(service, "flood", clients=CLIENTS, seconds=USUAL)
    capacity = len(usual.seconds) / USUAL
    print(f"capacity {capacity:.0f}/s: {usual.line()}", flush=True)
    cpu, began = service.cpu(), time.monotonic()
    async with watching(service.memory) as memory:
        flood, calm = await asyncio.gather(
            at_rate(service, "flood", rate=capacity * times, seconds=seconds),
            at_rate(service, "calm", rate=1.0, seconds=seconds),
        )
    grown = slope(memory, after=0)
    print(f"overload {capacity * times:.0f}/s: {flood.line()}; served {len(flood.seconds) / seconds:.0f}/s")
    print(f"  on {(service.cpu() - cpu) / (time.monotonic() - began):.0%} of a processor")
    print(f"the other key: {calm.line()}")
    print(f"memory {memory[0][1]:.0f} to {memory[-1][1]:.0f} MB, {grown:+.2f} MB/min")
    after = await in_turn(service, "flood", clients=CLIENTS, seconds=5)
    print(f"afterwards: {after.line()}")
    return list(failures(usual, flood, calm, grown))


def failures(usual: Tally, flood: Tally, calm: Tally, grown: float) -> list[str]:
    longer = flood.quantile(0.99) / usual.quantile(0.99)
    return [
        words
        for failed, words in (
            (flood.lost or calm.lost, f"{len(flood.lost) + len(calm.lost)} requests had no answer"),
            (set(flood.statuses) - {200, 503}, f"answers {sorted(flood.statuses)}"),
            (longer > LONGER, f"p99 {longer:.1f} times that at capacity"),
            (set(calm.statuses) - {200}, f"the other key was refused: {dict(calm.statuses)}"),
            (calm.quantile(0.99) > LONGER * usual.quantile(0.99), f"the other key waited {calm.quantile(0.99):.1f} s"),
            (grown > GROWTH, f"memory grew by {grown:.1f} MB a minute"),
        )
        if failed
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--times", type=float, default=3)
    parser.add_argument("--model-seconds", type=float, default=0.2)
    parser.add_argument("--warm", type=float, default=600, help="seconds of full load beforehand")
    given = parser.parse_args()
    with service(model_seconds=given.model_seconds) as running:
        failed = asyncio.run(measure(running, warm=given.warm, seconds=given.seconds, times=given.times))
        end(running, failed)


if __name__ == "__main__":
    main()
