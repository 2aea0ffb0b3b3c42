"""Elastic Load Balancing: deletion protection, which MiniStack's CloudFormation does not heed.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from account.registry import boolean

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def install():
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
