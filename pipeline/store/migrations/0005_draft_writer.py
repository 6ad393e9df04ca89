from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0004_approvals_and_actions")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="writer",
            field=models.CharField(
                choices=[("composed", "composed"), ("written", "written")], default="composed", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="dropped",
            field=models.JSONField(default=list),
        ),
    ]
