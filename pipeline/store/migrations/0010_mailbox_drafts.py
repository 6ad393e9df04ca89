from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_audit_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailboxDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("draft_version", models.PositiveIntegerField()),
                ("mailbox", models.CharField(max_length=120)),
                ("folder", models.CharField(blank=True, default="", max_length=500)),
                ("uid_validity", models.BigIntegerField(default=0)),
                ("uid", models.BigIntegerField(default=0)),
                ("message_id", models.CharField(max_length=1000, unique=True)),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("answers", models.CharField(blank=True, default="", max_length=1000)),
                ("recipient", models.CharField(max_length=320)),
                ("text", models.TextField()),
                ("edited", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placing", "placing"),
                            ("placed", "placed"),
                            ("edited", "edited"),
                            ("missing", "missing"),
                            ("sent", "sent"),
                            ("deleted", "deleted"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="placing",
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("missing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="store.draft"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["mailbox", "state"], name="mailbox_draft_watched")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["placing", "placed", "edited", "missing", "sent", "deleted", "withdrawn"])
                        ),
                        name="mailbox_draft_state_known",
                    )
                ],
            },
        ),
    ]
