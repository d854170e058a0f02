"""Result pictures: small, real, and different for every job and index."""

from __future__ import annotations

import hashlib
import io

from PIL import Image


def picture(job_id: str, index: int, fmt: str = "jpg", side: int = 128) -> bytes:
    """Return a JPEG or PNG of ``side`` × ``side * 3 // 4`` pixels, the same for the same arguments.

    A coarse random mosaic: no two jobs or indices look alike, and its bytes do not compress away.
    """
    cells = 16
    seed = hashlib.sha256(f"{job_id}/{index}".encode()).digest()
    raw = b"".join(
        hashlib.sha256(seed + bytes([n % 256, n // 256])).digest()
        for n in range(cells * cells * 3 // 32)
    )
    small = Image.frombytes("RGB", (cells, cells), raw)
    large = small.resize((side, side * 3 // 4), Image.Resampling.NEAREST)
    out = io.BytesIO()
    if fmt == "png":
        large.save(out, "PNG")
    else:
        large.save(out, "JPEG", quality=90)
    return out.getvalue()
