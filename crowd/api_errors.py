"""One shape for every error of the API: `{"detail": sentence, "errors": {...}}`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from crowd.errors import CrowdError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn the domain's errors and the serializers' into responses; 422 for invalid input."""
    if isinstance(error, CrowdError):
        set_rollback()
        body: dict[str, Any] = {"detail": error.detail} | (
            {"errors": error.errors} if error.errors else {}
        )
        return Response(body, status=error.status)
    if isinstance(error, ValidationError):
        set_rollback()
        body = {"detail": "Some of this cannot be stored; see errors.", "errors": error.detail}
        return Response(body, status=422)
    return exception_handler(error, context)
