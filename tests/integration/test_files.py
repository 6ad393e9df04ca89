from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.test import Client

from pipeline.config import Config
from pipeline.errors import ParseError
from pipeline.intake.danger import A_PROGRAM
from pipeline.intake.isolate import ParserPool
from pipeline.review.files import DOWNLOAD_POLICY
from pipeline.store.models import Message
from tests.rows import drafted_ticket, mail_with, make_desk, person, stored, triage_of, work_off

pytestmark = pytest.mark.django_db

BILL = ("Rückschein.pdf", "application/pdf", b"%PDF-1.4 the bill")
EVIL = ('bill\u202efdp.exe"; x="', "text/html", b"<script>alert(1)</script>")


def reader(role: str = "auditor") -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def test_a_file_is_a_download_that_no_browser_shows(desk_config: Config) -> None:
    message = drafted_ticket(desk_config, mail_with(BILL, EVIL)).messages.get()
    client = reader()
    bill, evil = (client.get(f"/messages/{message.pk}/attachments/{number}") for number in (1, 2))
    assert (bill.content, evil.content) == (BILL[2], EVIL[2])
    assert bill["Content-Disposition"] == "attachment; filename*=utf-8''R%C3%BCckschein.pdf"
    assert evil["Content-Disposition"] == 'attachment; filename="billfdp.exe_; x=_"'
    for response in (bill, evil):
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == DOWNLOAD_POLICY
        assert "no-store" in response["Cache-Control"]


def test_the_page_names_each_file_with_its_size_and_warns_before_the_download(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_with(BILL, ("bill.pdf.exe", "application/pdf", b"MZ")))
    page = reader().get(f"/tickets/{ticket.pk}").content.decode()
    mail = ticket.messages.get().pk
    assert f'href="/messages/{mail}/attachments/1"' in page
    assert "Rückschein.pdf" in page
    assert "application/pdf, 17 bytes" in page
    assert page.count("Careful with") == 1
    assert page.index(A_PROGRAM) < page.index(f'href="/messages/{mail}/attachments/2"')


def test_pictures_inside_the_text_are_told_and_not_shown(desk_config: Config) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "orla@example.com", "x", "Tue, 24 Nov 2026 08:59:00 +0000"
    message.set_content('<p>Look: <img src="cid:one"><img src="https://tracker.example/p.gif"></p>', subtype="html")
    message.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<one>")
    ticket = drafted_ticket(desk_config, message.as_bytes())
    client = reader()
    page = client.get(f"/tickets/{ticket.pk}").content.decode()
    assert "1 picture stands inside the text" in page
    frame = client.get(f"/messages/{ticket.messages.get().pk}/html").content
    assert b"img" not in frame
    assert b"tracker" not in frame


@pytest.mark.parametrize("path", ["attachments/0", "attachments/3", "attachments/-1", "attachments/x"])
def test_what_is_not_there_is_not_found(desk_config: Config, path: str) -> None:
    message = drafted_ticket(desk_config, mail_with(BILL)).messages.get()
    assert reader().get(f"/messages/{message.pk}/{path}").status_code == 404


def test_of_a_mail_that_was_not_fetched_whole_no_file_can_be_taken(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_with(BILL))
    Message.objects.update(complete=False)
    client = reader()
    assert client.get(f"/messages/{ticket.messages.get().pk}/attachments/1").status_code == 404
    assert "/attachments/1" not in client.get(f"/tickets/{ticket.pk}").content.decode()


def test_a_file_of_an_escalated_mail_can_be_taken(desk_config: Config) -> None:
    message = stored(mail_with(BILL))
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    assert reader("lead").get(f"/messages/{message.pk}/attachments/1").content == BILL[2]


def test_a_mail_that_cannot_be_read_in_time_says_so(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: object) -> None:
        raise ParseError("the mail could not be read within 5 seconds")

    message = drafted_ticket(desk_config, mail_with(BILL)).messages.get()
    monkeypatch.setattr(ParserPool, "attached_file", too_slow)
    response = reader().get(f"/messages/{message.pk}/attachments/1")
    assert response.status_code == 422
    assert "within 5 seconds" in response.content.decode()
