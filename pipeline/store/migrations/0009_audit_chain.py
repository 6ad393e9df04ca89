"""The audit trail becomes a chain: what is there is numbered without gaps and hashed, in the order it was written."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from pipeline.store.audit_chain import START, Entry, digest
from pipeline.store.audit_guard import unguard

ROWS_AT_ONCE = 1000


def chain(apps, schema_editor):
    connection = schema_editor.connection
    unguard(connection)
    event, tail = apps.get_model("store", "AuditEvent"), apps.get_model("store", "AuditTail")
    last, before, seen = 0, START, 0
    while lot := list(event.objects.filter(pk__gt=seen).order_by("pk")[:ROWS_AT_ONCE]):
        changes = []
        for row in lot:
            seen, last = row.pk, last + 1
            entry = Entry(last, row.at, row.actor, row.action, row.ticket_id, row.detail, before)
            changes.append((last, before, before := digest(entry), row.pk))
        with connection.cursor() as cursor:  # a number never grows, so none is taken twice on the way
            cursor.executemany("UPDATE store_auditevent SET id = %s, previous = %s, hash = %s WHERE id = %s", changes)
    tail.objects.update_or_create(pk=1, defaults={"last": last, "hash": before})


class Migration(migrations.Migration):
    dependencies = [("store", "0008_accounts")]

    operations = [
        migrations.CreateModel(
            name="AuditTail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default=START, max_length=64)),
            ],
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="id",
            field=models.BigIntegerField(primary_key=True, serialize=False),
        ),
        migrations.AlterField(model_name="auditevent", name="at", field=models.DateTimeField()),
        migrations.AlterField(
            model_name="auditevent",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="audit",
                to="store.ticket",
            ),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="previous",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditevent",
            name="hash",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
    ]
