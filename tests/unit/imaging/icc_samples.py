"""ICC profiles made from published primaries and curves, and what LittleCMS makes of them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import skimage.color
from PIL import Image, ImageCms

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = (0.3127, 0.3290)
SRGB_CURVE = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True)
class Space:
    """A colour space: x and y of red, green, blue and white; a curve ("para" kind and numbers)."""

    primaries: tuple[tuple[float, float], ...]
    white: tuple[float, float]
    curve: tuple[float, ...]

    def to_xyz(self) -> np.ndarray:
        """X Y Z (D50) by linear R G B."""
        columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in self.primaries]).T
        x, y = self.white
        white = np.array([x / y, 1, (1 - x - y) / y])
        scaled = columns * np.linalg.solve(columns, white)
        cones = (_BRADFORD @ D50) / (_BRADFORD @ white)
        return np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD @ scaled

    def light(self, value: np.ndarray) -> np.ndarray:
        kind, g, *rest = self.curve
        if kind == 0:
            return value**g
        a, b, c, d = rest
        return np.where(value >= d, np.maximum(a * value + b, 0) ** g, c * value)

    def values(self, light: np.ndarray) -> np.ndarray:
        at = np.linspace(0, 1, 20001)
        return np.interp(light, self.light(at), at)

    def lab(self, values: np.ndarray) -> np.ndarray:
        """CIELAB (D50) of R G B of 0..1, rows."""
        return xyz_to_lab(self.light(np.asarray(values, float)) @ self.to_xyz().T)

    def profile(self) -> bytes:
        tone = _para(*self.curve)
        colorants = self.to_xyz()
        tags = {name: _xyz(colorants[:, n]) for n, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
        return write(b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone))


SRGB = Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65, SRGB_CURVE)
DISPLAY_P3 = Space(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65, SRGB_CURVE)
ADOBE_RGB = Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65, (0, 563 / 256))
PROPHOTO = Space(
    # ROMM RGB, ISO 22028-2: gamma 1.8 with a straight foot below 16 * 0.001953.
    ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)),
    (0.3457, 0.3585),
    (3, 1.8, 1.0, 0.0, 1 / 16, 0.031248),
)
GAMMA_22 = Space(SRGB.primaries, D65, (0, 2.2))
LINEAR = Space(DISPLAY_P3.primaries, D65, (0, 1.0))
MONITOR = Space(((0.676, 0.322), (0.222, 0.705), (0.148, 0.055)), (0.31, 0.33), (0, 2.23))
"""A wide one, as an instrument would find it."""


def xyz_to_lab(xyz: np.ndarray) -> np.ndarray:
    part = xyz / D50
    bent = np.where(part > 216 / 24389, np.cbrt(part), (part * 24389 / 27 + 16) / 116)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def lab_to_xyz(lab: np.ndarray) -> np.ndarray:
    y = (lab[..., 0] + 16) / 116
    bent = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    return np.where(bent > 6 / 29, bent**3, (116 * bent - 16) * 27 / 24389) * D50


def far(one: np.ndarray, two: np.ndarray, space: Space = SRGB) -> np.ndarray:
    """CIEDE2000 between two lists of R G B bytes of a space."""
    return np.asarray(skimage.color.deltaE_ciede2000(space.lab(one / 255), space.lab(two / 255)))


def gray_profile(gamma: float = 1.8) -> bytes:
    return write(b"GRAY", b"XYZ ", {b"kTRC": _para(0, gamma)})


def cmyk_profile(grid: int = 9) -> bytes:
    """Inks that absorb as Neugebauer's, on a paper of L 95, with a black of L 8 and dot gain."""
    steps = np.linspace(0, 1, grid)
    inks = np.stack(np.meshgrid(*[steps] * 4, indexing="ij"), -1).reshape(-1, 4)
    cover = inks**0.8
    paper = np.array([0.84, 0.87, 0.70])
    passes = np.array(
        [[0.17, 0.28, 0.75], [0.35, 0.16, 0.20], [0.80, 0.86, 0.09], [0.03, 0.03, 0.03]]
    )
    light = np.prod(1 - cover[..., None] * (1 - passes), axis=1)
    lab = xyz_to_lab(np.maximum(light * paper, 0.009 * D50))
    table = _lut16(4, 3, grid, lab, lab_out=True)
    return write(b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table}, kind=b"prtr")


def table_profile(space: Space, grid: int = 33) -> bytes:
    """Write the space as tables only, both ways; perceptual ones fade colours by a tenth."""
    steps = np.linspace(0, 1, grid)
    mesh = np.stack(np.meshgrid(*[steps] * 3, indexing="ij"), -1).reshape(-1, 3)
    lab = space.lab(mesh)
    faded = lab * (1, 0.9, 0.9)
    there = (mesh * (100, 255, 255) - (0, 128, 128)).astype(float)

    def back(wanted: np.ndarray) -> np.ndarray:
        light = lab_to_xyz(wanted) @ np.linalg.inv(space.to_xyz()).T
        return space.values(np.clip(light, 0, 1))

    tags = {
        b"A2B0": _lut16(3, 3, grid, faded, lab_out=True),
        b"A2B1": _lut16(3, 3, grid, lab, lab_out=True),
        b"B2A0": _lut16(3, 3, grid, back(there / (1, 0.9, 0.9)), lab_out=False),
        b"B2A1": _lut16(3, 3, grid, back(there), lab_out=False),
    }
    return write(b"RGB ", b"Lab ", tags)


def write(
    space: bytes,
    connection: bytes,
    tags: dict[bytes, bytes],
    kind: bytes = b"mntr",
    name: str = "A",
) -> bytes:
    """Write a profile of version 2.4."""
    text = name.encode("ascii") + b"\0"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"desc": desc, b"wtpt": _xyz(D50), b"cprt": b"text\0\0\0\0none\0", **tags}
    at = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, block in tags.items():
        table += tag + struct.pack(">2I", at + len(body), len(block))
        body += block + bytes(-len(block) % 4)
    head = struct.pack(">I4sI", at + len(body), b"\0\0\0\0", 0x02400000) + kind + space + connection
    head += struct.pack(">6H", 2026, 11, 21, 0, 0, 0) + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">3i", *(round(v * 65536) for v in D50))
    return head.ljust(128, b"\0") + table + body


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _para(kind: float, *numbers: float) -> bytes:
    values = (round(n * 65536) for n in numbers)
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", int(kind), 0, *values)


def _lut16(ins: int, outs: int, grid: int, values: np.ndarray, *, lab_out: bool) -> bytes:
    """ICC.1 10.10; CIELAB as version 2 codes it."""
    scale = np.array([652.8, 256, 256]) if lab_out else 65535
    offset = np.array([0, 128, 128]) if lab_out else 0
    coded = np.clip(np.round((values + offset) * scale), 0, 65535).astype(">u2")
    head = b"mft2\0\0\0\0" + bytes((ins, outs, grid, 0))
    head += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536) + struct.pack(">2H", 2, 2)
    ends = struct.pack(">2H", 0, 65535)
    return head + ends * ins + coded.tobytes() + ends * outs


def by_littlecms(
    values: np.ndarray, source: bytes, target: bytes = b"", *, perceptual: bool = False
) -> np.ndarray:
    """Convert bytes HxW, HxWx3 or HxWx4 by LittleCMS itself, with black point compensation."""
    mode = {2: "L", 3: "RGB"}.get(values.ndim, "RGB") if values.shape[-1] != 4 else "CMYK"
    ends = [
        ImageCms.ImageCmsProfile(BytesIO(icc) if icc else ImageCms.createProfile("sRGB"))
        for icc in (source, target)
    ]
    intent = ImageCms.Intent.PERCEPTUAL if perceptual else ImageCms.Intent.RELATIVE_COLORIMETRIC
    flag = ImageCms.Flags.BLACKPOINTCOMPENSATION
    transform = ImageCms.buildTransform(*ends, mode, "RGB", intent, flag)
    return np.asarray(transform.apply(Image.fromarray(np.ascontiguousarray(values), mode)))


def patches() -> np.ndarray:
    """Bytes R G B of 9x9x9 colours and 256 greys, an image of 32 columns."""
    steps = np.round(np.linspace(0, 255, 9)).astype(np.uint8)
    mesh = np.stack(np.meshgrid(*[steps] * 3, indexing="ij"), -1).reshape(-1, 3)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    rows = np.concatenate([mesh, greys])
    return np.concatenate([rows, np.zeros((-len(rows) % 32, 3), np.uint8)]).reshape(-1, 32, 3)
