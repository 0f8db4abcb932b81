"""Runs vl-convert, in a process of its own: its engine takes 200 MB and cannot be interrupted.

`python -m charts.renderer bundle` writes the library for the browser to standard output;
`python -m charts.renderer svg|png` draws the Vega-Lite spec that it reads as JSON, fetching nothing
over the network. Status 1 and a message where that fails.
"""

from __future__ import annotations

import sys

import vl_convert

VEGA_LITE = "6.4"
# dots per CSS pixel: sharp in a talk and in print
PNG_SCALE = 2.5


def drawn(kind: str, spec: str) -> bytes:
    """The bytes of an SVG or PNG picture. Raises ValueError for a spec that cannot be drawn."""
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(
        spec, vl_version=VEGA_LITE, scale=PNG_SCALE, allowed_base_urls=[]
    )


def library() -> bytes:
    """vega, vega-lite and vega-embed as one ES module."""
    return vl_convert.javascript_bundle("export { vegaEmbed };", vl_version=VEGA_LITE).encode()


def main(kind: str) -> None:
    """Write what was asked for to standard output."""
    try:
        found = library() if kind == "bundle" else drawn(kind, sys.stdin.read())
    except ValueError as error:
        # the engine's own frames, which say nothing here, follow
        sys.exit(str(error).split("\n    at ", maxsplit=1)[0])
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main(sys.argv[1])
