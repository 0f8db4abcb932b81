from django.urls import path, register_converter

from annotate import api, check_api, check_views, views


class HintConverter:
    """Which of a rule's two pictures."""

    regex = "good|poor"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(HintConverter, "hint")

app_name = "annotate"
urlpatterns = [
    path("box/<slug:slug>/", views.task, name="task"),
    path("box/<slug:slug>/practice/", views.practise, name="practise"),
    path("api/campaigns/<slug:slug>/practice/", api.PracticeView.as_view(), name="practice"),
    path(
        "api/campaigns/<slug:slug>/practice/<int:number>/",
        api.PracticeAnswerView.as_view(),
        name="practice_answer",
    ),
    path(
        "drawn/<int:version>/practice/<str:super_class>/<int:number>.jpg",
        views.practice_picture,
        name="practice_picture",
    ),
    path(
        "drawn/<int:version>/rules/<str:super_class>/<slug:rule>-<hint:hint>.jpg",
        views.lesson,
        name="lesson",
    ),
    path(
        "api/assignments/<uuid:assignment_id>/annotation/",
        api.AnnotationView.as_view(),
        name="annotation",
    ),
    path("check/<slug:slug>/", check_views.task, name="check_task"),
    path(
        "api/assignments/<uuid:assignment_id>/check/",
        check_api.CheckView.as_view(),
        name="check",
    ),
    path(
        "api/box-tasks/<int:task_id>/adjudications/",
        api.AdjudicationsView.as_view(),
        name="adjudications",
    ),
]
