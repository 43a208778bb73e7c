"""Pictures of screens in 256 colours: a third of the size, and nobody sees the difference."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
# So many of the colours are the commonest ones.
COMMON = 96
_HEAD = b"\x89PNG\r\n\x1a\n"


def smaller(png: bytes) -> bytes:
    """The picture in 256 of its shades; every other one becomes the nearest of these."""
    pixels = read(png)
    height, width, _ = pixels.shape
    # Shades that differ by less than four steps of 256 are one.
    shades, of_pixel, count = np.unique((pixels >> 2).reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    chosen = _palette(shades.astype(np.int32), count)
    nearest = np.empty(len(shades), np.uint8)
    for first in range(0, len(shades), 4_096):
        part = shades[first : first + 4_096].astype(np.int32)
        nearest[first : first + 4_096] = ((part[:, None, :] - chosen[None]) ** 2).sum(axis=2).argmin(axis=1)
    # Each of the chosen ones is drawn as the mean of what it stands for.
    owner = nearest[of_pixel.ravel()]
    total = np.bincount(owner, minlength=256).clip(1)
    flat = pixels.reshape(-1, 3)
    palette = np.stack([np.bincount(owner, flat[:, axis], 256) / total for axis in range(3)], axis=1)
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = owner.reshape(height, width)
    return (
        _HEAD
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", np.rint(palette).astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _palette(shades: npt.NDArray[np.int32], count: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The commonest shades, and of the rest those furthest from what is chosen: small marks keep their colour."""
    order = np.argsort(-count, kind="stable")
    common, rest = shades[order[:COMMON]], shades[order[COMMON:]]
    weight = np.sqrt(count[order[COMMON:]])
    off = np.full(len(rest), np.inf)
    for shade in common:
        off = np.minimum(off, ((rest - shade) ** 2).sum(axis=1))
    chosen = list(common)
    while len(chosen) < 256 and off.size and off.max() > 0:
        shade = rest[int(np.argmax(off * weight))]
        chosen.append(shade)
        off = np.minimum(off, ((rest - shade) ** 2).sum(axis=1))
    return np.array(chosen, np.int32)


def read(png: bytes) -> Bytes:
    """Red, green and blue of a picture with eight bits each, shape (height, width, 3)."""
    assert png[:8] == _HEAD
    parts: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind = png[at + 4 : at + 8]
        parts[kind] = parts.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    width, height, depth, colours = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, colours) in ((8, 2), (8, 6)), "red, green and blue, perhaps alpha"
    size = 3 if colours == 2 else 4
    raw = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, width * size + 1)
    rows = np.zeros((height + 1, width, size), np.uint8)
    for k in range(height):
        rows[k + 1] = _unfiltered(int(raw[k, 0]), raw[k, 1:].reshape(width, size), rows[k])
    return rows[1:, :, :3]


def _unfiltered(kind: int, line: Bytes, above: Bytes) -> Bytes:
    """One line as it was before PNG's filter of this kind (PNG specification, section 9)."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line, axis=0, dtype=np.uint8)
    if kind == 2:
        return line + above
    found = np.zeros_like(line)
    left = np.zeros(line.shape[1], np.int32)
    corner = np.zeros(line.shape[1], np.int32)
    for x in range(len(line)):
        up = above[x].astype(np.int32)
        if kind == 3:
            guess = (left + up) // 2
        else:
            wish = left + up - corner
            off = np.abs(np.stack([left, up, corner]) - wish)
            guess = np.where((off[0] <= off[1]) & (off[0] <= off[2]), left, np.where(off[1] <= off[2], up, corner))
        found[x] = (line[x] + guess).astype(np.uint8)
        left, corner = found[x].astype(np.int32), up
    return found


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
