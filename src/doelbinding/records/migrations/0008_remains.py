import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0007_corrections_that_stood"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remains",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("store", models.CharField(max_length=80)),
                ("datasets", models.JSONField()),
                ("gone_by", models.DateTimeField()),
                ("again_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="records.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "store"), name="one_remains_per_run_and_store"
                    )
                ],
            },
        ),
    ]
