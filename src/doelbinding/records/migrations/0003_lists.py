from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="listed_mark",
            field=models.BinaryField(db_index=True, null=True),
        ),
    ]
