from django.urls import path

from verify import api, views

app_name = "verify"
urlpatterns = [
    path("verify/<slug:slug>/", views.task, name="task"),
    path("verify/<slug:slug>/practice/", views.practise, name="practise"),
    path("api/verify/<slug:slug>/practice/", api.PracticeView.as_view(), name="practice"),
    path(
        "api/verify/<slug:slug>/practice/<int:number>/",
        api.PracticeAnswerView.as_view(),
        name="practice_answer",
    ),
    path(
        "drawn/<int:version>/sightings/<str:super_class>/<int:number>.jpg",
        views.practice_picture,
        name="practice_picture",
    ),
    path(
        "drawn/<int:version>/sightings/<str:super_class>/<slug:case>.jpg",
        views.example,
        name="example",
    ),
    path(
        "api/assignments/<uuid:assignment_id>/verdict/", api.VerdictView.as_view(), name="verdict"
    ),
    path("api/verdicts/", api.VerdictsView.as_view(), name="verdicts"),
    path(
        "api/verify-tasks/<int:task_id>/adjudications/",
        api.AdjudicationsView.as_view(),
        name="adjudications",
    ),
]
