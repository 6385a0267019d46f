"""Does the service stay as it is under full load for long?

    python bench/soak.py [--minutes 30] [--model-seconds 0.2]

As many clients as there are places to work, each sending its next article when the last one is done; every tenth one
asks for a stream, sends what cannot be read, or hangs up early. Every request must be answered, memory and open files
must not grow after the first fifth, and the last tenth of the time must not be much slower than the first.
Exits with 1 where one of these fails.
"""

import argparse
import asyncio
import contextlib
import time
from pathlib import Path

from load import Service, Tally, ask, end, in_turn, ready, send, service, slope, watching

CLIENTS = 32
GROWTH = 1.0  # MB a minute
SLOWER = 2.0  # median of the end, in those of the beginning


async def measure(service: Service, *, seconds: float, growth: float = GROWTH) -> list[str]:
    """What failed, in words."""
    await ready(service)
    await in_turn(service, "flood", clients=CLIENTS, seconds=min(20.0, seconds / 3))
    tally, until = Tally(), time.monotonic() + seconds
    async with watching(service.memory, every=seconds / 200) as memory, watching(lambda: files(service)) as open_files:
        await asyncio.gather(*(client(service, number, tally, until) for number in range(CLIENTS)))
    tenth = max(1, len(tally.seconds) // 10)
    first, last = sorted(tally.seconds[tenth : 2 * tenth]), sorted(tally.seconds[-tenth:])
    slower = last[len(last) // 2] / first[len(first) // 2]
    grown, more_files = slope(memory, after=seconds / 5), slope(open_files, after=seconds / 5) * seconds / 60
    print(
        f"{len(tally.seconds) / seconds:.0f}/s for {seconds:.0f} s: {tally.line()}; end {slower:.2f} of the beginning"
    )
    print(
        f"memory {memory[0][1]:.0f} to {memory[-1][1]:.0f} MB, {grown:+.2f} MB/min; open files {open_files[-1][1]:.0f}"
    )
    return [
        words
        for failed, words in (
            (tally.lost, f"{len(tally.lost)} requests had no answer: {tally.lost[:3]}"),
            (set(tally.statuses) - {200, 422}, f"answers {sorted(tally.statuses)}"),
            (grown > growth, f"memory grew by {grown:.1f} MB a minute"),
            (more_files > CLIENTS, f"{more_files:.0f} more files were open"),
            (slower > SLOWER, f"the end was {slower:.1f} times as slow"),
        )
        if failed
    ]


async def client(service: Service, number: int, tally: Tally, until: float) -> None:
    turn = number
    while time.monotonic() < until:
        turn += CLIENTS
        match turn // CLIENTS % 30:
            case 10:
                await spoilt(service, tally)
            case 20:
                await hung_up(service)
            case _:
                await ask(service, "flood", turn, tally)


async def spoilt(service: Service, tally: Tally) -> None:
    answer = await send(service.port, "POST", "/v1/extract", key=service.keys["flood"], body=b'{"text": 1}')
    tally.statuses[answer.status] += 1


async def hung_up(service: Service) -> None:
    """Asks for a stream, and leaves after its first bytes."""
    body = b'{"text": "Ira said that ships were waiting off the port."}'
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    head = f"POST /v1/extract HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {service.keys['flood']}\r\n"
    head += f"Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    with contextlib.suppress(OSError):
        await reader.read(100)
    writer.close()


def files(service: Service) -> float:
    return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--model-seconds", type=float, default=0.2)
    given = parser.parse_args()
    with service(model_seconds=given.model_seconds) as running:
        failed = asyncio.run(measure(running, seconds=given.minutes * 60))
        end(running, failed)


if __name__ == "__main__":
    main()
