"""All addresses: pages and API of each app; each app's own are in its `urls.py`."""

from django.urls import include, path

from quadrat import views
from quadrat.languages import choosing

urlpatterns = [
    path("", include("crowd.urls")),
    path("", include("annotate.urls")),
    path("", include("verify.urls")),
    path("", include("exports.urls")),
    path("dashboard/", include("dashboard.urls")),
    path("language/", choosing.choose, name="choose_language"),
    path("app.webmanifest", views.manifest, name="app_manifest"),
    path("app-<slug:use>-<int:size>.png", views.icon, name="app_icon"),
    path("api/schema/", views.SchemaView.as_view(), name="api_schema"),
    path("api/docs/", views.ApiDocsView.as_view(), name="api_docs"),
]
