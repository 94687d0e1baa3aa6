"""Palettes: which colours cover most of each work?"""

import base64
from collections import defaultdict

import pyarrow as pa

COLOURS = 5
"""Colours that are kept of each work."""

SHADES = 64
"""Values of a channel that count as one: paint is never quite even."""


def transform(inputs, interval):
    rows = [
        {"artwork_id": work["artwork_id"], "position": position, "colour": colour, "share": share}
        for batch in inputs["thumbnails"].to_batches()
        for work in batch.to_pylist()
        for position, (colour, share) in enumerate(palette(base64.b64decode(work["pixels"])), start=1)
    ]
    return {"palettes": pa.Table.from_pylist(rows, SCHEMA)}


def palette(pixels):
    """Return the colours that cover most, each as the mean of its shades, with the share that it covers."""
    shades = defaultdict(list)
    for red, green, blue in zip(pixels[0::3], pixels[1::3], pixels[2::3]):
        shades[red // SHADES, green // SHADES, blue // SHADES].append((red, green, blue))
    largest = sorted(shades.items(), key=lambda shade: (-len(shade[1]), shade[0]))[:COLOURS]
    return [(mean(alike), round(3 * len(alike) / len(pixels), 4)) for _, alike in largest]


def mean(alike):
    return "#" + "".join(f"{round(sum(channel) / len(alike)):02x}" for channel in zip(*alike))


SCHEMA = pa.schema(
    {"artwork_id": pa.string(), "position": pa.int64(), "colour": pa.string(), "share": pa.float64()}
)
