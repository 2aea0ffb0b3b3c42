"""Elastic Load Balancing: deletion protection, which MiniStack's CloudFormation ignores, and targets that are ill.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from account.registry import boolean

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"

_ill = set()  # target groups


def install():
    protect()
    alb._ACTION_MAP["DescribeTargetHealth"] = with_the_ill(alb._ACTION_MAP["DescribeTargetHealth"])


def make_ill(group, ill):
    (_ill.add if ill else _ill.discard)(group)


def with_the_ill(describe):
    """Says of the targets of an ill group what AWS says, where MiniStack calls every target healthy.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
    """
    healthy = b"<TargetHealth><State>healthy</State></TargetHealth>"
    timed_out = (
        b"<TargetHealth><State>unhealthy</State><Reason>Target.Timeout</Reason>"
        b"<Description>Request timed out</Description></TargetHealth>"
    )

    def described(params):
        status, headers, body = describe(params)
        if alb._p(params, "TargetGroupArn") in _ill:
            body = body.replace(healthy, timed_out)
        return status, headers, body

    return described


def protect():
    handler = provisioners._RESOURCE_HANDLERS[BALANCER]
    delete = handler["delete"]

    def unprotected_only(physical_id, properties):
        for attribute in alb._lb_attrs.get(physical_id, []):
            if attribute["Key"] == "deletion_protection.enabled" and boolean(attribute["Value"]):
                raise ValueError(
                    f"Load balancer '{physical_id}' cannot be deleted because deletion protection is enabled"
                )
        delete(physical_id, properties)

    provisioners._RESOURCE_HANDLERS[BALANCER] = {**handler, "delete": unprotected_only}
