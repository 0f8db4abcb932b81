from django.urls import path

from verify import api, views

app_name = "verify"
urlpatterns = [
    path("verify/<slug:slug>/", views.task, name="task"),
    path(
        "api/assignments/<uuid:assignment_id>/verdict/", api.VerdictView.as_view(), name="verdict"
    ),
    path("api/verdicts/", api.VerdictsView.as_view(), name="verdicts"),
]
