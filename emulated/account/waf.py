"""WAF: sets of addresses, which web ACL a load balancer has, and where a web ACL logs to."""

from account.registry import add, api, generated_id


def install():
    add("AWS::WAFv2::IPSet", create_ip_set, delete_ip_set, update_ip_set)
    add("AWS::WAFv2::WebACLAssociation", create_association, delete_association)
    add("AWS::WAFv2::LoggingConfiguration", create_logging, delete_logging)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-wafv2-ipset.html


def create_ip_set(logical_id, properties, stack):
    wanted = {key: properties[key] for key in ("Scope", "IPAddressVersion", "Addresses")}
    name = properties.get("Name") or generated_id(f"{stack}-{logical_id}-", stack, logical_id)
    made = api("wafv2").create_ip_set(Name=name, **wanted)["Summary"]
    return f"{name}|{made['Id']}|{properties['Scope']}", {"Arn": made["ARN"], "Id": made["Id"]}


def update_ip_set(physical_id, old, new, logical_id, stack):
    found = ip_set(physical_id)
    known = api("wafv2").get_ip_set(**found)
    api("wafv2").update_ip_set(**found, Addresses=new["Addresses"], LockToken=known["LockToken"])
    return physical_id, {"Arn": known["IPSet"]["ARN"], "Id": found["Id"]}


def delete_ip_set(physical_id, properties):
    found = ip_set(physical_id)
    api("wafv2").delete_ip_set(**found, LockToken=api("wafv2").get_ip_set(**found)["LockToken"])


def ip_set(physical_id):
    """What the API calls a set by: its physical id is name, id and scope."""
    return dict(zip(("Name", "Id", "Scope"), physical_id.split("|"), strict=True))


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
