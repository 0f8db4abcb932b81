"""The page of one's own account: a name and a password, what one has done, leaving for good."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crowd import people
from crowd.errors import CrowdError
from crowd.models import User
from crowd.permissions import worker_of


@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account; sending the form sets a guest's name, or a new password."""
    if request.method == "GET":
        return _page(request)
    user = _own(request)
    try:
        _change(user, request)
    except CrowdError as error:
        return _page(request, error=error)
    update_session_auth_hash(request, user)
    messages.success(request, _("Saved. Sign in with this name and password on any device."))
    return redirect("crowd:account")


@never_cache
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Delete one's own login, once the box that says so is ticked."""
    user = _own(request)
    if not request.POST.get("is_sure"):
        return redirect("crowd:account")
    try:
        people.forget(user)
    except CrowdError as error:
        return _page(request, error=error)
    logout(request)
    return render(request, "crowd/account_deleted.html")


def _own(request: HttpRequest) -> User:
    """A copy of one's own row: what is refused must not stay on the request."""
    return User.objects.get(pk=cast(User, request.user).pk)


def _change(user: User, request: HttpRequest) -> None:
    sent = request.POST
    if user.has_usable_password():
        people.change_password(user, current=sent.get("current", ""), new=sent.get("password", ""))
    else:
        people.settle(
            user,
            username=sent.get("username", "").strip(),
            password=sent.get("password", ""),
        )


def _page(request: HttpRequest, *, error: CrowdError | None = None) -> HttpResponse:
    worker = worker_of(request.user)
    context = {
        "worker": worker,
        "is_guest": not cast(User, request.user).has_usable_password(),
        "error": error,
        "username": request.POST.get("username", ""),
    }
    return render(request, "crowd/account.html", context, status=error.status if error else 200)
