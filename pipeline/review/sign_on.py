"""Signing in: with a password, by a link that sets one, and by single sign-on."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pipeline.config import SignOnConfig
from pipeline.errors import CalmdeskError, NotAllowed
from pipeline.review.installation import configuration, public_url
from pipeline.review.provider import Provider
from pipeline.store import accounts, tickets

log = structlog.get_logger(__name__)
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEXT, END = "sign_on_next", "sign_on_end"


class SignIn(LoginView):
    template_name = "review/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(sign_on=configuration().calmdesk.sign_on, **more)


class SignOut(LogoutView):
    """Ends the login here; who came by single sign-on is told where to end the one at the provider."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        end = request.session.get(END, "")
        response: HttpResponse = super().post(request, *args, **kwargs)
        if not end:
            return response
        # A link, for our policy lets no form lead to another server.
        return render(request, "review/signed_out.html", {"end": end, "sign_on": configuration().calmdesk.sign_on})


class Welcome(PasswordResetConfirmView):
    """Where the link of an administrator leads: the person sets a password, once."""

    template_name = "review/welcome.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        assert self.user is not None
        tickets.record(self.user.get_username(), "password set by link", None, user=self.user.pk)
        accounts.end_logins(self.user)
        return super().form_valid(form)


@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Off to the provider."""
    _sign_on()
    wanted = request.GET.get("next", "")
    request.session[NEXT] = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else ""
    try:
        return Provider(configuration()).begin(request, public_url(request, reverse("sign-on-return")))
    except CalmdeskError as error:
        return _refused(request, error)


@never_cache
@require_GET
def finish(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    sign_on = _sign_on()
    try:
        vouched = Provider(configuration()).finish(request)
        name = vouched.claims.get(sign_on.name_claim)
        if not isinstance(name, str) or not name:
            raise NotAllowed(f"the provider did not tell your {sign_on.name_claim}")
        roles = sign_on.roles_of(vouched.claims.get(sign_on.groups_claim))
        user = accounts.signed_on(vouched.issuer, vouched.subject, name, roles)
    except CalmdeskError as error:
        return _refused(request, error)
    wanted = request.session.pop(NEXT, "")
    login(request, user, backend=BACKEND)
    request.session[END] = vouched.end
    return redirect(wanted or "queue")


def _sign_on() -> SignOnConfig:
    found = configuration().calmdesk.sign_on
    if not found.on:
        raise Http404("single sign-on is off")
    return found


def _refused(request: HttpRequest, error: CalmdeskError) -> HttpResponse:
    """Nobody is logged in. What the person cannot mend is for the log; a refusal is told with its reason."""
    log.warning("sign-on refused", reason=error.message)
    why = error.message if isinstance(error, NotAllowed) else ""
    context = {"why": why, "sign_on": configuration().calmdesk.sign_on}
    return render(request, "review/refused.html", context, status=403)
