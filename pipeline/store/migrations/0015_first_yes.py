from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0014_api")]

    operations = [migrations.AddField("firstapproval", "completes", models.BooleanField(default=False))]
