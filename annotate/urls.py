from django.urls import path

from annotate import api, views

app_name = "annotate"
urlpatterns = [
    path("box/<slug:slug>/", views.task, name="task"),
    path(
        "api/assignments/<uuid:assignment_id>/annotation/",
        api.AnnotationView.as_view(),
        name="annotation",
    ),
]
