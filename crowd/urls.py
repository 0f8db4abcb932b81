from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from crowd import account, api, message_pages, my_work, views


class RenditionConverter:
    """The copies that leave the house; the full-size original does not."""

    regex = "display|thumbnail"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class KindConverter(RenditionConverter):
    """A kind of campaign."""

    regex = "box|verify|check"


register_converter(RenditionConverter, "rendition")
register_converter(KindConverter, "kind")

app_name = "crowd"
urlpatterns = [
    path("", views.home, name="home"),
    path("join/<str:token>/", views.join, name="join"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("my-work/", my_work.my_work, name="my_work"),
    path("messages/<int:message_id>/read/", message_pages.read, name="message_read"),
    path("account/", account.account, name="account"),
    path("account/delete/", account.delete, name="account_delete"),
    path("images/<uuid:uid>/<rendition:rendition>.jpg", views.image, name="image"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/me/", my_work.WhoView.as_view(), name="who"),
    path("api/me/<kind:kind>/", my_work.OwnSummaryView.as_view(), name="own_summary"),
    path("api/campaigns/<slug:slug>/assignments/", api.ClaimView.as_view(), name="claim"),
    path("api/assignments/<uuid:assignment_id>/renew/", api.RenewView.as_view(), name="renew"),
    path(
        "api/assignments/<uuid:assignment_id>/release/", api.ReleaseView.as_view(), name="release"
    ),
]
