"""CloudFormation: Fn::GetStackOutput with a region, by which a stack reads from one of another region.

MiniStack reads outputs of the stack's own region only. Without Region, AWS reads there too.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

import sys

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation
from ministack.services.cloudformation import engine

FUNCTION = "Fn::GetStackOutput"


def install():
    """Replaces MiniStack's resolver in every module that has imported it."""
    before = engine._resolve_refs

    def resolve(value, *context, **named):
        if not isinstance(value, dict) or set(value) != {FUNCTION} or not isinstance(value[FUNCTION], dict):
            return before(value, *context, **named)
        return output({name: resolve(part, *context, **named) for name, part in value[FUNCTION].items()})

    for module in list(sys.modules.values()):
        name = getattr(module, "__name__", "")
        if name.startswith("ministack.services.cloudformation") and getattr(module, "_resolve_refs", None) is before:
            module._resolve_refs = resolve


def output(asked):
    """The output that the function's argument asks for."""
    region = asked.get("Region") or get_region()
    stack = cloudformation._stacks._data.get((get_account_id(), region, asked["StackName"])) or {}
    for candidate in stack.get("Outputs", []):
        if candidate["OutputKey"] == asked["OutputName"]:
            return candidate.get("OutputValue", "")
    raise ValueError(f"{FUNCTION}: the stack {asked['StackName']} of {region} has no output {asked['OutputName']}")
