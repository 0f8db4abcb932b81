"""A page's figures as files: the page's own address with `?figure=SLUG&as=csv|svg|png`.

So a download needs no address of its own: it has the page's permissions and its filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from charts.figures import Figure
from charts.images import Kind, image
from charts.running import NotDrawn

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}
KINDS: dict[str, Kind] = {"svg": "svg", "png": "png"}


def is_asked(request: HttpRequest) -> bool:
    """Whether the request is for a file of one of the page's figures."""
    return "figure" in request.GET


def download(request: HttpRequest, figures: Sequence[Figure], *, name: str) -> HttpResponse:
    """The file that is asked for; `name` begins its file name.

    Raises Http404 for a figure or a kind of file that there is not; 503 where it cannot be drawn.
    """
    asked, kind = request.GET.get("figure"), request.GET.get("as", "")
    figure = next((one for one in figures if one.slug == asked), None)
    if figure is None or kind not in TYPES or (kind in KINDS and figure.spec is None):
        raise Http404
    if kind == "csv":
        return _file(figure.table.csv(), f"{name}-{figure.slug}.csv", TYPES[kind])
    try:
        drawn = image(figure, KINDS[kind], now=timezone.now())
    except NotDrawn as error:
        said = f"The chart could not be drawn: {error}\nIts numbers are in the table, as CSV.\n"
        return HttpResponse(said, status=503, content_type="text/plain; charset=utf-8")
    return _file(drawn, f"{name}-{figure.slug}.{kind}", TYPES[kind])


def _file(content: Any, name: str, content_type: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-cache",
        # an SVG that is opened by itself is a document
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
