import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import pipeline.flow
import pipeline.records


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_summaries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("body", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="LabelCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=20)),
                ("was", models.CharField(max_length=20)),
                ("now", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="TicketTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=40)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="draft",
            name="draft_once_per_kind",
        ),
        migrations.RemoveConstraint(
            model_name="outgoing",
            name="outgoing_state_known",
        ),
        migrations.AddField(
            model_name="draft",
            name="fresh",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="draft",
            name="generating",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="draft",
            name="superseded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded",
                to="store.approval",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="variation",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="draft",
            name="wish",
            field=models.CharField(
                blank=True,
                choices=[("shorter", "shorter"), ("warmer", "warmer"), ("plainer", "plainer"), ("again", "again")],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="escalated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="escalated_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="escalated_why",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ticket",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="opened_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="approval",
            name="first",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="completed_by",
                to="store.firstapproval",
            ),
        ),
        migrations.AlterField(
            model_name="draft",
            name="writer",
            field=models.CharField(
                choices=[("composed", "composed"), ("written", "written"), ("person", "person")],
                default=pipeline.records.WrittenBy["COMPOSED"],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="outgoing",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("claimed", "claimed"),
                    ("transmitting", "transmitting"),
                    ("sent", "sent"),
                    ("failed", "failed"),
                    ("uncertain", "uncertain"),
                    ("withdrawn", "withdrawn"),
                ],
                default=pipeline.flow.OutgoingState["QUEUED"],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("writer", pipeline.records.WrittenBy["PERSON"]), _negated=True),
                fields=("message", "kind"),
                name="draft_once_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["queued", "claimed", "transmitting", "sent", "failed", "uncertain", "withdrawn"])
                ),
                name="outgoing_state_known",
            ),
        ),
        migrations.AddField(
            model_name="draftrevision",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="draftrevision",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="store.draft"
            ),
        ),
        migrations.AddField(
            model_name="labelcorrection",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="labelcorrection",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="store.message"
            ),
        ),
        migrations.AddField(
            model_name="tickettag",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="store.ticket"
            ),
        ),
        migrations.AddConstraint(
            model_name="draftrevision",
            constraint=models.UniqueConstraint(fields=("draft", "version"), name="draft_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="labelcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("field__in", ("urgency", "tone"))), name="correction_field_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="tickettag",
            constraint=models.UniqueConstraint(fields=("ticket", "name"), name="ticket_tag_once"),
        ),
    ]
