from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0015_first_yes")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["actor", "id"], name="audit_actor"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["action", "id"], name="audit_action"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("summary__isnull", False)), fields=["state", "ticket"], name="draft_for_two"
            ),
        ),
    ]
