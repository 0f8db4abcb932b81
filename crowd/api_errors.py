"""One shape for every error of the API: `{"detail": sentence, "errors": {...}}`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from crowd.errors import CrowdError


def told(error: CrowdError | ValidationError) -> tuple[int, dict[str, Any]]:
    """The status and the body that say what is wrong."""
    if isinstance(error, CrowdError):
        return error.status, {"detail": error.detail} | (
            {"errors": error.errors} if error.errors else {}
        )
    return 422, {
        "detail": _("Some of this cannot be stored; see errors."),
        "errors": error.detail,
    }


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn the domain's errors and the serializers' into responses; 422 for invalid input."""
    if isinstance(error, CrowdError | ValidationError):
        set_rollback()
        status, body = told(error)
        return Response(body, status=status)
    return exception_handler(error, context)
