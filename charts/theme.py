"""The look of all charts, in the tokens of the style sheet: one theme for pages and files.

A colour in a spec is a token, ``var(--link)``. The browser puts in the value of the reader's light
or dark theme; for a file it is taken from `static/quadrat/css/tokens.css`, in light.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

TOKENS = Path(__file__).resolve().parent.parent / "static" / "quadrat" / "css" / "tokens.css"
TOKEN = re.compile(r"(--[\w-]+):\s*(?:light-dark\(([^,]+),[^;]+\)|([^;]+));")
USE = re.compile(r"var\((--[\w-]+)\)")
# what is in the page's font where there is one, and in that of the renderer else
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"

_TEXT = {"labelColor": "var(--muted)", "titleColor": "var(--ink)", "labelFontSize": 12}
CONFIG: dict[str, Any] = {
    "font": FONT,
    # the picture has its words already: the page's label, the table beside it
    "aria": False,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        **_TEXT,
        "titleFontSize": 13,
        "titleFontWeight": 400,
        "titlePadding": 10,
        "labelPadding": 6,
        "labelSeparation": 10,
        "domainColor": "var(--edge)",
        "gridColor": "var(--line)",
        "tickColor": "var(--edge)",
        "tickSize": 4,
    },
    "axisBand": {"grid": False, "ticks": False, "domain": False},
    "legend": {
        **_TEXT,
        "title": None,
        "orient": "top",
        "symbolType": "square",
        "columnPadding": 14,
        "padding": 0,
        "offset": 12,
    },
    "title": {"anchor": "start", "color": "var(--ink)", "fontSize": 15, "offset": 14},
    "bar": {"color": "var(--link)"},
    "line": {"color": "var(--link)", "strokeWidth": 2},
    "point": {"color": "var(--link)", "filled": True, "size": 60, "opacity": 1},
    "rule": {"color": "var(--edge)"},
    "text": {"color": "var(--ink)", "fontSize": 12},
    "tick": {"color": "var(--ink)", "thickness": 2},
    "range": {"category": [f"var(--cat-{n})" for n in (5, 1, 3, 7, 2, 6, 4)]},
}


@cache
def light_tokens() -> dict[str, str]:
    """Every token of the style sheet with its value in the light theme.

    >>> light_tokens()["--accent"]
    '#ffd400'
    """
    found = TOKEN.findall(TOKENS.read_text())
    return {name: (light or plain).strip() for name, light, plain in reversed(found)}


def in_light(spec: Any) -> Any:
    """The spec with values for tokens. Raises KeyError for a token that there is not.

    >>> in_light({"mark": {"color": "var(--accent)"}})
    {'mark': {'color': '#ffd400'}}
    """
    if isinstance(spec, dict):
        return {name: in_light(value) for name, value in spec.items()}
    if isinstance(spec, list | tuple):
        return [in_light(value) for value in spec]
    if isinstance(spec, str):
        return USE.sub(lambda used: light_tokens()[used[1]], spec)
    return spec
