"""The decoder's process: give up all rights, then answer the program until it hangs up."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING, Any, get_type_hints

from phota_desktop.decoder import limits

if TYPE_CHECKING:
    from phota_desktop.decoder.rooms import Line, Rooms
    from phota_desktop.imaging.packing import Plain

CPU_S = 10.0
"""Seconds of a core for one request; then the kernel ends this process."""


def main(handle: int, niceness: int) -> None:
    """Serve the program at the other end of a socket."""
    limits.before_imports()
    os.nice(max(niceness - os.getpriority(os.PRIO_PROCESS, 0), 0))
    # After a signal of the terminal the program closes in order, and with it its decoders.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from phota_desktop.imaging import apart

    apart.stay_here()

    from phota_desktop.decoder.rooms import Kept, Line, Rooms
    from phota_desktop.decoder.warming import warm_up

    line = Line(socket.socket(fileno=handle))
    warm_up()
    is_filtered = limits.lock_up()
    memory = limits.Memory()
    kept = Kept()
    line.tell({"ready": os.getpid(), "filtered": is_filtered})
    while True:
        try:
            request, handles = line.hear()
        except (EOFError, OSError):
            return
        kept.drop(request.get("gone", []))
        if "verb" not in request:
            continue
        signal.setitimer(signal.ITIMER_PROF, CPU_S)
        memory.allow(kept.bytes)
        answer = _answer(Rooms(line, memory, kept), line, request, handles)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for one in handles:
            os.close(one)
        try:
            line.tell(answer)
        except OSError:
            return


def _answer(rooms: Rooms, line: Line, request: dict[str, Any], handles: list[int]) -> Plain:
    """Do one request; whatever goes wrong is an answer as well."""
    from phota_desktop.decoder.verbs import PATH, VERBS, Source
    from phota_desktop.imaging.packing import Packer, Unpacker
    from phota_desktop.imaging.problems import BadImage, BadImageError

    try:
        source = Source(handles[0], rooms.take, line)
        blobs = os.pread(handles[1], os.fstat(handles[1]).st_size, 0) if len(handles) > 1 else b""
        verb = VERBS[request["verb"]]
        hints = get_type_hints(verb)
        reader = Unpacker(blobs, PATH)
        given = {name: reader.unpack(one, hints[name]) for name, one in request["given"].items()}
        packer = Packer(rooms.keep)
        value = packer.pack(verb(source, **given))
        told = b"".join(packer.blobs)
        return {"value": value, "blobs": rooms.keep_bytes(told) if told else None}
    except BadImageError as error:
        return {"bad": error.reason.value}
    except MemoryError:
        return {"bad": BadImage.TOO_COSTLY.value}
    except Exception as error:  # noqa: BLE001 - the program must hear of it, and logs it
        if "memory" in str(error).lower():
            return {"bad": BadImage.TOO_COSTLY.value}
        # No values: a traceback's last line could hold what stands in the file.
        lines = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{os.path.basename(one.filename)}:{one.lineno}" for one in lines)  # noqa: PTH119
        return {"bug": f"{type(error).__name__} at {where}"[:500]}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
