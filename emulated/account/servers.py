"""Auto Scaling: servers that are healthy at once.

MiniStack's groups start no instances. Here, each registers as many targets as it has instances at least, and
MiniStack calls every target healthy. The function that waits for them runs as it would on AWS; only that they have to
stay healthy for minutes is left out, as nothing happens to them.
"""

from ministack.services.cloudformation import custom_resource

from account.registry import api, extend, generated_id

WAIT = "Custom::HealthyServers"


def install():
    extend("AWS::AutoScaling::AutoScalingGroup", register_servers)
    invoke = custom_resource.invoke_custom_resource

    def impatient(request_type, logical_id, properties, *rest, **named):
        if WAIT in rest:
            properties = {**properties, "SteadySeconds": "0"}
        return invoke(request_type, logical_id, properties, *rest, **named)

    custom_resource.invoke_custom_resource = impatient


def register_servers(physical_id, properties, attributes):
    servers = [{"Id": generated_id("i-", physical_id, str(number))} for number in range(int(properties["MinSize"]))]
    for group in properties.get("TargetGroupARNs", []):
        api("elbv2").register_targets(TargetGroupArn=group, Targets=servers)
