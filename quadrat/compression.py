"""Pages are compressed on their way; static files are already, and photographs cannot be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSIBLE = ("text/html", "application/json")


class CompressedPages(GZipMiddleware):
    """Django's own, which hides the length of what is secret; downloads keep their size."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(COMPRESSIBLE):
            return response
        return super().process_response(request, response)
