"""What was said and is in force, for the rows that there are now."""

from __future__ import annotations

from datetime import datetime

from doelbinding.binding.circumstances import Circumstances
from doelbinding.records.said import in_force
from doelbinding.rights.lasting import with_newer_rows
from doelbinding.wiring import Workspace


def said_by(workspace: Workspace, at: datetime) -> Circumstances:
    """Give every stop, hold and restriction; lasting stops cover rows that came since.

    Rows of stores that are left out are not looked for: fewer rows end then, and none too many.
    """
    said = in_force(workspace.records.sealer)
    return with_newer_rows(said, workspace.policy_within_reach, workspace.stores, at)
