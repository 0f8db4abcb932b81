"""All addresses: pages of each app, then the API under /api/."""

from django.urls import include, path

urlpatterns = [
    path("", include("crowd.urls")),
]
