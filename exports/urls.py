from django.urls import path

from exports import api, statistics_page, views

app_name = "exports"
urlpatterns = [
    path("dashboard/releases/", views.releases_page, name="releases_page"),
    path(
        "dashboard/data-sets/<slug:slug>/statistics/",
        statistics_page.statistics_page,
        name="statistics",
    ),
    path(
        "dashboard/data-sets/<slug:slug>/statistics.json",
        statistics_page.statistics_json,
        name="statistics_json",
    ),
    path("api/datasets/<slug:slug>/releases/", api.ReleasesView.as_view(), name="releases"),
    path("api/releases/<int:release_id>/", api.ReleaseView.as_view(), name="release"),
    path(
        "api/releases/<int:release_id>/files/<str:name>",
        api.ReleaseFileView.as_view(),
        name="release_file",
    ),
]
