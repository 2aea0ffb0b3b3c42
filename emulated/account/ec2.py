"""EC2: the types of networks that MiniStack's API has and its CloudFormation lacks, IPv6 ranges, image names, and where
instance types are offered."""

from ministack.core.responses import get_region
from ministack.services import ec2, ssm

from account.registry import add, api, extend, generated_id

# https://docs.aws.amazon.com/linux/al2023/ug/ec2.html: MiniStack knows the "default" kernel's name only.
AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-"
AMAZON_LINUX_IMAGE = "ami-0c2023a1b2c3d4e5f"


def install():
    add("AWS::EC2::EIP", create_address, delete_address, keep_address)
    add("AWS::EC2::NatGateway", create_nat_gateway, delete_nat_gateway, keep("NatGatewayId"))
    add("AWS::EC2::EgressOnlyInternetGateway", create_egress_gateway, delete_egress_gateway, keep("Id"))
    add("AWS::EC2::VPCCidrBlock", create_vpc_range, delete_vpc_range)
    add("AWS::EC2::SecurityGroupIngress", create_ingress, delete_ingress)
    add("AWS::EC2::SecurityGroupEgress", create_egress, delete_egress)
    add("AWS::EC2::FlowLog", create_flow_log, delete_flow_log)
    extend("AWS::EC2::VPC", give_ipv6_range)
    for architecture in ("x86_64", "arm64"):
        ssm._PUBLIC_AMI_PARAMETERS[AMAZON_LINUX + architecture] = AMAZON_LINUX_IMAGE
    ec2._ACTION_MAP["DescribeInstanceTypeOfferings"] = describe_offerings


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html


def describe_offerings(parameters):
    """Every zone has the types that are asked for, but for those of generation 2, which the last zone lacks."""
    zones = [get_region() + letter for letter in "abc"]  # MiniStack's
    items = ""
    for instance_type in ec2._parse_filters(parameters).get("instance-type", []):
        for zone in zones[:-1] if instance_type.startswith("t2.") else zones:
            items += f"<item><instanceType>{instance_type}</instanceType><location>{zone}</location></item>"
    offerings = f"<instanceTypeOfferingSet>{items}</instanceTypeOfferingSet>"
    return ec2._xml(200, "DescribeInstanceTypeOfferingsResponse", offerings)


def keep(attribute):
    """An update that changes tags only, which MiniStack does not hold for these types."""
    return lambda physical_id, old, new, logical_id, stack: (physical_id, {attribute: physical_id})


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html


def create_address(logical_id, properties, stack):
    address = api("ec2").allocate_address(Domain="vpc")
    return address["PublicIp"], {"AllocationId": address["AllocationId"], "PublicIp": address["PublicIp"]}


def allocation(public_ip):
    addresses = api("ec2").describe_addresses()["Addresses"]
    return next(a["AllocationId"] for a in addresses if a["PublicIp"] == public_ip)


def delete_address(physical_id, properties):
    api("ec2").release_address(AllocationId=allocation(physical_id))


def keep_address(physical_id, old, new, logical_id, stack):
    return physical_id, {"AllocationId": allocation(physical_id), "PublicIp": physical_id}


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html


def create_nat_gateway(logical_id, properties, stack):
    answer = api("ec2").create_nat_gateway(SubnetId=properties["SubnetId"], AllocationId=properties["AllocationId"])
    gateway = answer["NatGateway"]["NatGatewayId"]
    return gateway, {"NatGatewayId": gateway}


def delete_nat_gateway(physical_id, properties):
    api("ec2").delete_nat_gateway(NatGatewayId=physical_id)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-egressonlyinternetgateway.html


def create_egress_gateway(logical_id, properties, stack):
    answer = api("ec2").create_egress_only_internet_gateway(VpcId=properties["VpcId"])
    gateway = answer["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    return gateway, {"Id": gateway}


def delete_egress_gateway(physical_id, properties):
    api("ec2").delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=physical_id)


# AWS gives a network its IPv6 range when the VPCCidrBlock is created. MiniStack's networks have none: here, each has
# its range from the beginning.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpccidrblock.html


def ipv6_range(vpc):
    return f"2600:1f00:0:{vpc[-2:]}00::/56"


def give_ipv6_range(physical_id, properties, attributes):
    attributes["Ipv6CidrBlocks"] = [ipv6_range(physical_id)]


def create_vpc_range(logical_id, properties, stack):
    if properties["VpcId"] not in ec2._vpcs:
        raise ValueError(f"The vpc ID '{properties['VpcId']}' does not exist")
    block = generated_id("vpc-cidr-assoc-", stack, logical_id)
    return block, {"Id": block, "Ipv6CidrBlock": ipv6_range(properties["VpcId"])}


def delete_vpc_range(physical_id, properties):
    """Nothing: the range goes with the network."""


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html


def permission(properties, group, prefix_list):
    """The API's form of a rule; group and prefix_list name the properties that say who is let in or reached."""
    rule = {"IpProtocol": str(properties["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in properties:
            rule[port] = int(properties[port])
    forms = (
        ("CidrIp", "IpRanges", "CidrIp"),
        ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        (group, "UserIdGroupPairs", "GroupId"),
        (prefix_list, "PrefixListIds", "PrefixListId"),
    )
    for name, listed, key in forms:
        if name in properties:
            rule[listed] = [{key: properties[name], "Description": properties.get("Description", "")}]
    return {"GroupId": properties["GroupId"], "IpPermissions": [rule]}


def ingress(properties):
    return permission(properties, "SourceSecurityGroupId", "SourcePrefixListId")


def egress(properties):
    return permission(properties, "DestinationSecurityGroupId", "DestinationPrefixListId")


def create_ingress(logical_id, properties, stack):
    api("ec2").authorize_security_group_ingress(**ingress(properties))
    rule = generated_id("sgr-", stack, logical_id)
    return rule, {"Id": rule}


def delete_ingress(physical_id, properties):
    api("ec2").revoke_security_group_ingress(**ingress(properties))


def create_egress(logical_id, properties, stack):
    api("ec2").authorize_security_group_egress(**egress(properties))
    rule = generated_id("sgr-", stack, logical_id)
    return rule, {"Id": rule}


def delete_egress(physical_id, properties):
    api("ec2").revoke_security_group_egress(**egress(properties))


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html
FLOW_LOG = (
    "ResourceType",
    "TrafficType",
    "LogDestinationType",
    "LogDestination",
    "LogGroupName",
    "DeliverLogsPermissionArn",
    "LogFormat",
)


def create_flow_log(logical_id, properties, stack):
    given = {name: properties[name] for name in FLOW_LOG if name in properties}
    if "MaxAggregationInterval" in properties:
        given["MaxAggregationInterval"] = int(properties["MaxAggregationInterval"])
    answer = api("ec2").create_flow_logs(ResourceIds=[properties["ResourceId"]], **given)
    if answer.get("Unsuccessful"):
        raise ValueError(str(answer["Unsuccessful"]))
    flow_log = answer["FlowLogIds"][0]
    return flow_log, {"Id": flow_log}


def delete_flow_log(physical_id, properties):
    api("ec2").delete_flow_logs(FlowLogIds=[physical_id])
