"""Which simulated model is served in the foreground?

python -m service.simulated newsroom:missed=10% --port 8181
ACCORDING_API_BASE=http://127.0.0.1:8181/v1 according extract ARTICLE --model hosted_vllm/simulated
"""

import argparse
import os
import sys

from service.errors import AccordingError
from service.settings import Settings
from service.simulated.completer import make_replies
from service.simulated.names import PREFIX, parse_name
from service.simulated.server import SimulatedServer


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m service.simulated",
        description="Serves answers from a gold set, with errors at stated rates, as an OpenAI-compatible server.",
    )
    parser.add_argument("model", help="GOLDSET or GOLDSET:OPTION=VALUE,… such as newsroom:missed=10%%,form=free")
    parser.add_argument("--port", type=int, default=8181)
    given = parser.parse_args()
    try:
        model = parse_name(PREFIX + given.model.removeprefix(PREFIX))
        server = SimulatedServer(make_replies(model, Settings.from_environment(os.environ)), port=given.port)
    except (AccordingError, OSError) as error:
        sys.exit(str(error))
    print(f"{server.base} answers as {PREFIX}{given.model.removeprefix(PREFIX)}", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
