from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="restrictionrecord",
            name="columns",
            field=models.JSONField(default=list),
        ),
    ]
