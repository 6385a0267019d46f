"""A model that answers at once: an OpenAI-compatible server on this machine that sends one prepared answer.

    python bench/stub_server.py ANSWERS.json

ANSWERS.json has `answer`, sent to every request, and `sentences`: a request that speaks of extractions, as those of
LangExtract do, gets one for each of the sentences that stand in its last question. Prints its port, and serves until it
is stopped. Plain asyncio, so that the server's own work does not weigh on what is measured.
"""

import asyncio
import json
import sys
from pathlib import Path


class Stub:
    """Answers each request at once."""

    def __init__(self, answer: str, sentences: list[str]) -> None:
        self._answer = self._response(answer)
        self._sentences = sentences

    def _answer_to(self, body: bytes) -> bytes:
        if b"extractions" not in body:
            return self._answer
        asked = json.loads(body)["messages"][-1]["content"].rpartition("Q: ")[2]
        found = [sentence for sentence in self._sentences if sentence in asked]
        claims = [{"claim": sentence, "claim_attributes": {"source": "the outlet"}} for sentence in found]
        return self._response(json.dumps({"extractions": claims}))

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
                writer.write(self._answer_to(body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(path: str) -> None:
    stub = Stub(**json.loads(Path(path).read_text(encoding="utf-8")))
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
