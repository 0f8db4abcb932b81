"""Which language a page is in: a worker's choice, else the browser's; organizers' in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views.i18n import set_language

TRANSLATED_APPS = frozenset({"annotate", "crowd", "verify"})

# for visitors too; Django's view keeps the choice in a cookie and leads back to the page
choose: Callable[[HttpRequest], HttpResponse] = login_not_required(set_language)


class LanguageMiddleware(LocaleMiddleware):
    """Django's, but organizers read their own pages in English: these are not translated."""

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Before a page of the organizers, if one of them asked for it."""
        match = request.resolver_match
        is_ours = match is not None and not TRANSLATED_APPS.isdisjoint(match.app_names)
        if not is_ours and getattr(request.user, "is_organizer", False):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
