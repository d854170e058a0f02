"""Camera-sized JPEGs for the benchmarks, made once per run from a real photograph with grain."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import simplejpeg
import sklearn.datasets

SIZES = {"24 MP": (6000, 4000), "45 MP": (8192, 5464), "100 MP": (11648, 8736)}


def camera_jpeg(folder: Path, name: str) -> Path:
    """Write the JPEG of that size (quality 93, 4:2:0, fine grain) unless it is there."""
    path = folder / f"{name.replace(' ', '')}.jpg"
    if path.exists():
        return path
    width, height = SIZES[name]
    source = cv2.imread(str(Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"))
    # Two scales of the same picture over each other keep detail at the size of a pixel.
    large = cv2.resize(source, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(5).normal(0, 5, (1024, 1024, 3)).astype(np.int16)
    for top in range(0, height, 1024):
        for left in range(0, width, 1024):
            tile = large[top : top + 1024, left : left + 1024]
            detail = cv2.resize(source, (1024, 1024))[: tile.shape[0], : tile.shape[1]]
            grain = noise[: tile.shape[0], : tile.shape[1]]
            mixed = tile.astype(np.int16) + (detail.astype(np.int16) - 128) // 6 + grain
            large[top : top + 1024, left : left + 1024] = np.clip(mixed, 0, 255)
    path.write_bytes(simplejpeg.encode_jpeg(large, 93, "BGR", "420"))
    return path
