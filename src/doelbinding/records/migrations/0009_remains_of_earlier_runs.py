import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_ENTRIES = (b'"run.verified"', b'"store.purged"')


def ask_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Have what runs deleted before Remains were kept purged once more, if nothing tells it gone."""
    del editor
    run, step = apps.get_model("records", "Run"), apps.get_model("records", "StepRun")
    remains = apps.get_model("records", "Remains")
    told = set(_told_gone(apps)) | set(remains.objects.values_list("run_id", flat=True))
    begun = set(step.objects.exclude(state="waiting").values_list("run_id", flat=True))
    now = datetime.now(UTC)
    for one in run.objects.exclude(state="running").select_related("plan").iterator():
        if one.id in told or one.id not in begun:
            continue
        datasets: dict[str, set[str]] = {}
        for each in json.loads(bytes(one.plan.document))["steps"]:
            datasets.setdefault(each["store"], set()).add(each["dataset"])
        remains.objects.bulk_create(
            remains(
                run=one,
                store=store,
                datasets=sorted(names),
                gone_by=one.ended_at or now,
                again_at=now,
            )
            for store, names in datasets.items()
        )


def _told_gone(apps: Apps) -> Iterator[str]:
    """Yield the runs of which evidence says that what they deleted is more than deleted."""
    entries = apps.get_model("records", "EvidenceEntry").objects.values_list("data", flat=True)
    for data in map(bytes, entries.iterator()):
        if not any(kind in data for kind in _ENTRIES):
            continue
        entry = json.loads(data)
        if entry["kind"] == "store.purged":
            yield from entry["data"]["runs"]
        elif entry["data"].get("grade", "deleted") != "deleted":
            yield entry["data"]["run"]


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0008_remains"),
    ]

    operations = [migrations.RunPython(ask_again, migrations.RunPython.noop)]
