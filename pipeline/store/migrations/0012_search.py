from __future__ import annotations

import datetime

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_service_state"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mailbox", models.CharField(max_length=120)),
                ("email", models.CharField(max_length=320)),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=500)),
                ("shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("subject", models.TextField()),
                ("people", models.TextField()),
                ("text", models.TextField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_queue",
        ),
        migrations.AddField(
            model_name="message",
            name="silence",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(models.Q(("state", "suppressed"), _negated=True), then=None),
                    models.When(reason__startswith="held back:", then=models.Value("held")),
                    models.When(reason__startswith="second delivery of", then=models.Value("copies")),
                    models.When(
                        parsed__kind__in=["auto_reply", "bounce", "list", "newsletter", "spam"],
                        then=models.Value("robots"),
                    ),
                    models.When(parsed__kind="own", then=models.Value("own")),
                ),
                output_field=models.CharField(max_length=10, null=True),
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="risk_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        models.Q(
                            ("merged_into__isnull", True),
                            ("state__in", ["escalated", "drafted", "failed", "uncertain"]),
                        ),
                        then=django.db.models.functions.comparison.Coalesce(
                            "reply_due_at",
                            models.Value(datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                        ),
                    )
                ),
                output_field=models.DateTimeField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "quarantined")), fields=["ticket"], name="message_quarantined"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["mailbox", "folder", "stored_at"], name="message_stored"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("silence__isnull", False)), fields=["silence", "ticket"], name="message_silence"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["risk_at", "id"], name="ticket_risk"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["assignee", "risk_at", "id"], name="ticket_assignee"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["snoozed_until", "id"],
                name="ticket_snoozed",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["mailbox", "risk_at", "id"], name="ticket_mailbox_risk"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["mailbox", "state", "-updated_at", "-id"], name="ticket_mailbox_newest"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state", "-updated_at", "-id"], name="ticket_state_newest"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["-updated_at", "-id"], name="ticket_newest"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                django.db.models.functions.text.Lower("customer_email"), models.F("mailbox"), name="ticket_customer"
            ),
        ),
        migrations.AddField(
            model_name="customernote",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="customer_notes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="customernote",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="store.ticket"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="ticket",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="document", to="store.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="customernote",
            index=models.Index(fields=["email", "mailbox"], name="note_customer"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="saved_view_once"),
        ),
    ]
