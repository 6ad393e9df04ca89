from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from pipeline.review import actions, files, outgoing, views
from pipeline.review.api import api

urlpatterns = [
    path("", views.queue, name="queue"),
    path("queue", views.queue_list, name="queue-list"),
    path("mailboxes", views.mailboxes, name="mailboxes"),
    path("tickets/<int:ticket_id>", views.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/fault", actions.set_fault, name="set-fault"),
    path("tickets/<int:ticket_id>/actions", actions.record_action, name="record-action"),
    path("drafts/<int:draft_id>/decide", actions.decide, name="decide"),
    path("outgoing", outgoing.outgoing_list, name="outgoing-list"),
    path("outgoing/<int:outgoing_id>", outgoing.outgoing, name="outgoing"),
    path("outgoing/<int:outgoing_id>/raw", outgoing.outgoing_raw, name="outgoing-raw"),
    path("outgoing/<int:outgoing_id>/settle", actions.settle, name="settle"),
    path("messages/<int:message_id>/customer", actions.is_customer, name="is-customer"),
    path("messages/<int:message_id>/reprocess", actions.reprocess, name="reprocess"),
    path("messages/<int:message_id>/join", actions.join, name="join"),
    path("messages/<int:message_id>/apart", actions.keep_apart, name="keep-apart"),
    path("messages/<int:message_id>/html", views.message_html, name="message-html"),
    path("messages/<int:message_id>/raw", views.message_raw, name="message-raw"),
    path("messages/<int:message_id>/attachments/<int:number>", files.attachment, name="attachment"),
    path("login", LoginView.as_view(template_name="review/login.html", redirect_authenticated_user=True), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("api/v1/", api.urls),
]
