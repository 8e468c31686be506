"""The tables as they are now, for working folders that have none: each migration costs a while.

The last of those replaced looked at earlier runs, and here there are none.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("records", "0001_initial"),
        ("records", "0002_cases"),
        ("records", "0003_lists"),
        ("records", "0004_restricted_columns"),
        ("records", "0005_rectifications"),
        ("records", "0006_restores"),
        ("records", "0007_corrections_that_stood"),
        ("records", "0008_remains"),
        ("records", "0009_remains_of_earlier_runs"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EvidenceCheckpoint",
            fields=[
                ("size", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("peaks", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="EvidenceEntry",
            fields=[
                ("index", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("fingerprint", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=80)),
                ("effective_on", models.DateField()),
                ("document", models.BinaryField()),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("controller", models.CharField(max_length=80)),
                ("right", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=10)),
                ("received_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("salt", models.BinaryField()),
                ("asked_sealed", models.BinaryField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                ("asked_mark", models.BinaryField(null=True, unique=True)),
                ("listed_mark", models.BinaryField(db_index=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Restore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("store", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("returned", models.PositiveBigIntegerField()),
                ("rectified", models.PositiveBigIntegerField()),
                ("unsure", models.PositiveBigIntegerField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("stood_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("store",),
                        name="one_open_restore_per_store",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanRecord",
            fields=[
                ("fingerprint", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("document", models.BinaryField()),
                ("keys_sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="records.policyversion"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="records.request"
                    ),
                ),
                (
                    "restore",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="records.restore"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("approved_by", models.CharField(max_length=120)),
                ("approved_at", models.DateTimeField()),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="records.planrecord"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("published_at", models.DateTimeField()),
                ("manifest", models.JSONField()),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="records.policyversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HoldRecord",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("controller", models.CharField(max_length=80)),
                ("subjects_sealed", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=400)),
                ("owner", models.CharField(max_length=120)),
                ("review_on", models.DateField()),
                (
                    "request",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="records.request"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("verified", "Verified"),
                            ("not-verified", "Not Verified"),
                        ],
                        default="running",
                        max_length=20,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="records.planrecord"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StopRecord",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("controller", models.CharField(max_length=80)),
                ("subjects_sealed", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=40)),
                ("phases", models.JSONField()),
                (
                    "request",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="records.request"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=20)),
                ("store", models.CharField(max_length=80)),
                ("dataset", models.CharField(max_length=80)),
                ("row_hash", models.BinaryField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="records.run"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["store", "dataset", "row_hash"], name="records_led_store_46a402_idx"
                    ),
                    models.Index(fields=["ends_on"], name="records_led_ends_on_6b88f7_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("intended", "Intended"),
                            ("finished", "Finished"),
                            ("unknown", "Unknown"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("left", models.PositiveBigIntegerField(null=True)),
                ("keys_sealed", models.BinaryField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="records.run"
                    ),
                ),
                ("found", models.PositiveBigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "step"), name="one_record_per_step")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("decided_at", models.DateTimeField()),
                ("weighed", models.JSONField(default=list)),
                ("kept", models.PositiveBigIntegerField(default=0)),
                ("found", models.PositiveBigIntegerField(default=0)),
                ("file_sealed", models.BinaryField(null=True)),
                ("verified", models.BooleanField(null=True)),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="records.planrecord"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="records.request"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "number"), name="one_decision_per_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RestrictionRecord",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("controller", models.CharField(max_length=80)),
                ("subjects_sealed", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("phases", models.JSONField(default=list)),
                ("ground", models.CharField(max_length=40)),
                (
                    "request",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="records.request"
                    ),
                ),
                ("columns", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Rectification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("store", models.CharField(max_length=80)),
                ("dataset", models.CharField(max_length=80)),
                ("column", models.CharField(max_length=120)),
                ("row_hash", models.BinaryField()),
                ("value_sealed", models.BinaryField(null=True)),
                ("corrected_at", models.DateTimeField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="records.request"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["store", "dataset", "row_hash"], name="records_rec_store_d6634c_idx"
                    ),
                    models.Index(fields=["ends_on"], name="records_rec_ends_on_05590f_idx"),
                ],
            },
        ),
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
