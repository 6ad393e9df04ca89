from __future__ import annotations

from django.db import migrations
from django.db.models import Min


def start_where_reading_started(apps, schema_editor):
    """Folders read before this version: what lies before their first stored mail stays untouched, as it was."""
    folders, messages = apps.get_model("store", "Folder"), apps.get_model("store", "Message")
    for folder in folders.objects.all():
        rows = messages.objects.filter(mailbox=folder.mailbox, folder=folder.name, uid_validity=folder.uid_validity)
        oldest = rows.aggregate(uid=Min("uid"), received=Min("received_at"))
        folder.first_uid = oldest["uid"] or folder.last_uid + 1
        folder.history_before = oldest["received"]
        folder.save()


class Migration(migrations.Migration):
    dependencies = [("store", "0002_intake")]

    operations = [migrations.RunPython(start_where_reading_started, migrations.RunPython.noop)]
