"""WAF: which web ACL a load balancer has, and where a web ACL logs to."""

from account.registry import add, api


def install():
    add("AWS::WAFv2::WebACLAssociation", create_association, delete_association)
    add("AWS::WAFv2::LoggingConfiguration", create_logging, delete_logging)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-wafv2-webaclassociation.html


def create_association(logical_id, properties, stack):
    api("wafv2").associate_web_acl(WebACLArn=properties["WebACLArn"], ResourceArn=properties["ResourceArn"])
    return f"{properties['WebACLArn']}|{properties['ResourceArn']}", {}


def delete_association(physical_id, properties):
    api("wafv2").disassociate_web_acl(ResourceArn=properties["ResourceArn"])


# MiniStack's WAF has no logging: it is recorded in the stack, and done nothing for.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-wafv2-loggingconfiguration.html


def create_logging(logical_id, properties, stack):
    return properties["ResourceArn"], {}


def delete_logging(physical_id, properties):
    """Nothing: there was nothing but its record in the stack."""
