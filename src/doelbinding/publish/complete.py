"""Nothing is published without a lawful basis and a complete sheet (R-II.1).

`law.sheet` says what a sheet owes. The checks of a policy find the same gaps earlier and say more;
this is the gate that cannot be passed.
"""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.law.sheet import State, owes_sheet, sheet
from doelbinding.policy.model import Policy
from doelbinding.publish.errors import IncompleteError


def refuse_incomplete(policy: Policy) -> None:
    """Refuse a policy of which some sheet would leave out what people are owed.

    Raises:
        IncompleteError: with each gap, its article and what to write in the policy.
    """
    gaps = [*dict.fromkeys(_gaps(policy))]
    if gaps:
        raise IncompleteError("the policy cannot be published yet:\n" + "\n".join(gaps))


def _gaps(policy: Policy) -> Iterator[str]:
    for controller in policy.controllers:
        for activity in policy.activities_of(controller):
            if not owes_sheet(activity):
                continue
            for item, state in sheet(policy, controller, activity).items():
                if state is State.MISSING:
                    where = controller.id if item.of_controller else activity.id
                    yield f"  {where}: no {item.topic} ({item.article}): {item.mend}"
