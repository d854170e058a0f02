"""``python -m tests.fake_phota --port 0 --ledger FILE [--chaos JSON]`` prints the base URL."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path

from tests.fake_phota.chaos import Chaos
from tests.fake_phota.ledger import Ledger
from tests.fake_phota.running import KEY, Servers


def main() -> None:
    """Serve until interrupted, or until standard input ends when asked to."""
    parser = argparse.ArgumentParser(prog="tests.fake_phota", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--chaos", type=json.loads, default={})
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--until-stdin-ends", action="store_true")
    args = parser.parse_args()
    servers = Servers(Ledger(args.ledger), Chaos.from_json(args.chaos), args.key, args.port)
    sys.stdout.write(servers.url + "\n")
    sys.stdout.flush()
    try:
        if args.until_stdin_ends:
            sys.stdin.read()
        else:
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        servers.close()


if __name__ == "__main__":
    main()
