"""What can be wrong with a request for work or with an answer, in the words a caller is shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class CrowdError(Exception):
    """Base of all of them; `status` is the HTTP status that fits."""

    status = 400

    def __init__(self, detail: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors


class NotFound(CrowdError):
    """It does not exist, or it is somebody else's: the two look the same from outside."""

    status = 404


class Conflict(CrowdError):
    """It was possible before and no longer is."""

    status = 409


class Unqualified(Conflict):
    """The campaign asks for practice first."""

    def __init__(self) -> None:
        super().__init__(
            _("Practise on a few drawn photos first; the page of this campaign leads there.")
        )


class Invalid(CrowdError):
    """The answer breaks a rule; `errors` says which, by field."""

    status = 422
