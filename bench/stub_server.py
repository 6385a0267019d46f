"""A model that answers at once: an OpenAI-compatible server on this machine that sends one prepared answer.

    python bench/stub_server.py ANSWERS.json

ANSWERS.json maps words to answers; a request gets the answer of the first words that stand in it. Prints its port, and
serves until it is stopped. Plain asyncio, so that the server's own work does not weigh on what is measured.
"""

import asyncio
import json
import sys
from pathlib import Path


class Stub:
    """Counts requests, and answers each."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = {words.encode(): self._response(answer) for words, answer in answers.items()}

    @staticmethod
    def _response(answer: str) -> bytes:
        body = {
            "id": "stub",
            "object": "chat.completion",
            "created": 1,
            "model": "stub",
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}},
            ],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
        }
        payload = json.dumps(body).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        return head.encode() + payload

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if b": " in line)
                body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
                writer.write(next(answer for words, answer in self._answers.items() if words in body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(path: str) -> None:
    stub = Stub(json.loads(Path(path).read_text(encoding="utf-8")))
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
