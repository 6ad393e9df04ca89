from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0017_undelivered")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["received_at"], name="message_received"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state", "rejected")),
                fields=["updated_at"],
                name="draft_rejected",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["sent_at"],
                name="outgoing_sent",
            ),
        ),
    ]
