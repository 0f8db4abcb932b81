"""Where a worker says that a message has been read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crowd import messages
from crowd.permissions import worker_of


@never_cache
@require_POST
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """One's own message is shown no more; back to the page it was on, or 204 to its script."""
    worker = worker_of(request.user)
    if worker is None or not messages.mark_read(worker, message_id, now=timezone.now()):
        raise Http404
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "crowd:home")
