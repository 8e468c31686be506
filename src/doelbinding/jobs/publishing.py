"""Publishing a policy: the site, the version in the records, the evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from doelbinding.evidence.canonical import canonical, sha256_hex
from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.retention import insist_on_sound_policy
from doelbinding.publish import Edition, Published, publish_site
from doelbinding.records.models import Publication
from doelbinding.records.plans import record_policy
from doelbinding.wiring import Workspace


def publish(workspace: Workspace, out: Path) -> Published:
    """Write the site, keep the version and say so in evidence.

    Raises:
        PolicyBroken: the policy has errors.
        PublishError: a sheet is incomplete, or the folder holds something else.
    """
    now = datetime.now(UTC)
    insist_on_sound_policy(workspace, now.date())
    published = publish_site(
        workspace.policy, out, published_on=now.date(), earlier=_earlier(workspace)
    )
    version, _ = record_policy(workspace.policy, workspace.fingerprint, now)
    manifest = {file.path: file.sha256 for file in published.files}
    last = Publication.objects.order_by("-id").first()
    if last is not None and last.manifest.get("files") == manifest:
        return published
    edition = published.edition
    Publication.objects.create(
        policy=version,
        published_at=now,
        manifest={
            "files": manifest,
            "public_sha256": edition.public_sha256,
            "published_on": edition.published_on.isoformat(),
        },
    )
    workspace.records.log.append(
        EntryKind.POLICY_PUBLISHED,
        {
            "policy": version.fingerprint,
            "page": sha256_hex(canonical(manifest)),
            "languages": sorted(workspace.policy.languages),
            "controllers": sorted(workspace.policy.controller_by_id),
        },
    )
    workspace.records.checkpoint()
    return published


def _earlier(workspace: Workspace) -> tuple[Edition, ...]:
    """Give the editions published before, one per version, without the present one."""
    from doelbinding.policy.canonical import parse  # noqa: PLC0415 - only where there are some

    found: dict[str, Edition] = {}
    for publication in Publication.objects.order_by("id").select_related("policy"):
        version = publication.policy
        if version.fingerprint in found or version.fingerprint == workspace.fingerprint:
            continue
        policy = parse(bytes(version.document))
        found[version.fingerprint] = Edition(
            number=version.number,
            effective_on=version.effective_on,
            published_on=publication.published_at.date(),
            reason=policy.version.reason,
            note=policy.version.note,
            fingerprint=version.fingerprint,
            public_sha256=publication.manifest["public_sha256"],
        )
    return tuple(found.values())
