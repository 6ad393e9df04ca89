from django.urls import path

from pipeline.review import actions, people, sign_on, views
from pipeline.review.api import api

urlpatterns = [
    path("", views.queue, name="queue"),
    path("queue", views.queue_list, name="queue-list"),
    path("mailboxes", views.mailboxes, name="mailboxes"),
    path("tickets/<int:ticket_id>", views.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/fault", actions.set_fault, name="set-fault"),
    path("tickets/<int:ticket_id>/actions", actions.record_action, name="record-action"),
    path("drafts/<int:draft_id>/decide", actions.decide, name="decide"),
    path("outgoing/<int:outgoing_id>/settle", actions.settle, name="settle"),
    path("messages/<int:message_id>/customer", actions.is_customer, name="is-customer"),
    path("messages/<int:message_id>/reprocess", actions.reprocess, name="reprocess"),
    path("messages/<int:message_id>/join", actions.join, name="join"),
    path("messages/<int:message_id>/apart", actions.keep_apart, name="keep-apart"),
    path("messages/<int:message_id>/html", views.message_html, name="message-html"),
    path("messages/<int:message_id>/raw", views.message_raw, name="message-raw"),
    path("people", people.people, name="people"),
    path("people/add", people.add, name="add-person"),
    path("people/<int:person_id>/change", people.change, name="change-person"),
    path("account", people.account, name="account"),
    path("account/password", people.change_password, name="change-password"),
    path("account/logins/end", people.end_logins, name="end-logins"),
    path("account/logins/<int:login_id>/end", people.end_login, name="end-login"),
    path("account/tokens", people.make_token, name="make-token"),
    path("account/tokens/<int:token_id>/revoke", people.revoke_token, name="revoke-token"),
    path("login", sign_on.SignIn.as_view(), name="login"),
    path("logout", sign_on.SignOut.as_view(), name="logout"),
    path("welcome/<str:uidb64>/<str:token>", sign_on.Welcome.as_view(), name="welcome"),
    path("sign-on", sign_on.begin, name="sign-on"),
    path("sign-on/return", sign_on.finish, name="sign-on-return"),
    path("api/v1/", api.urls),
]
