from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0016_trail_and_second_yes")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state__in", ("failed", "uncertain"))),
                fields=["-updated_at", "-id"],
                name="ticket_undelivered",
            ),
        ),
    ]
