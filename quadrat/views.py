"""The API's description, as OpenAPI and as a page; what a phone needs to install the site."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from quadrat import app_icons

A_WEEK = "public, max-age=604800"
SHELL = "#15181c"


class SchemaView(SpectacularAPIView):
    """OpenAPI 3, as YAML or JSON by the Accept header."""


class ApiDocsView(SpectacularSwaggerSplitView):
    """The same as a page; split, so that its script is a file and the strict policy holds."""

    url_name = "api_schema"
    template_name = "api_docs.html"


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to know to put Quadrat on its home screen."""
    body = {
        "id": "/",
        "name": "Quadrat",
        "short_name": "Quadrat",
        "description": _("Show where the animals are in photos from the wild."),
        "lang": get_language(),
        "start_url": reverse("crowd:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": SHELL,
        "theme_color": SHELL,
        "icons": [
            _icon("icon", 192),
            _icon("icon", 512),
            _icon("maskable", 512, purpose="maskable"),
            {"src": static("quadrat/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@login_not_required
@require_GET
def icon(request: HttpRequest, use: str, size: int) -> HttpResponse:
    """The mark as PNG, `size` pixels square."""
    if size not in app_icons.SIZES.get(use, ()):
        raise Http404
    headers = {"Cache-Control": A_WEEK}
    return HttpResponse(app_icons.drawn(use, size), content_type="image/png", headers=headers)


def _icon(use: str, size: int, **more: str) -> dict[str, str]:
    src = reverse("app_icon", args=[use, size])
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", **more}
