"""The API's description: as OpenAPI, and as a page to read."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI 3, as YAML or JSON by the Accept header."""


class ApiDocsView(SpectacularSwaggerSplitView):
    """The same as a page; split, so that its script is a file and the strict policy holds."""

    url_name = "api_schema"
    template_name = "api_docs.html"
