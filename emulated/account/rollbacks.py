"""CloudFormation: what a failed rollback could not delete stays in the stack, as on AWS. MiniStack lets go of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from ministack.core.responses import now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import stacks


def install():
    before = stacks._add_event

    def add_event(stack_id, stack_name, logical_id, resource_type, status, *rest, **named):
        if status == "ROLLBACK_FAILED":
            keep(cloudformation._stacks.get(stack_name))
        before(stack_id, stack_name, logical_id, resource_type, status, *rest, **named)

    stacks._add_event = add_event


def keep(stack):
    """Puts back what could not be deleted, so that the stack's next deletion tries again."""
    for logical_id, record in stack.get("_rollback_failed", {}).items():
        stack["_resources"][logical_id] = {
            **record,
            "LogicalResourceId": logical_id,
            "ResourceStatus": "DELETE_FAILED",
            "Attributes": {},
            "Timestamp": now_iso(),
        }
