from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0005_draft_writer")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="summary",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="summary",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
