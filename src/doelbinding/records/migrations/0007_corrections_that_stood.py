from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_restores"),
    ]

    operations = [
        migrations.AddField(
            model_name="restore",
            name="stood_at",
            field=models.DateTimeField(null=True),
        ),
    ]
