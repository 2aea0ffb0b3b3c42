"""Lists what there is in the account. Two lists are the same when nothing was left behind between them."""

import functools

import boto3

# service, operation, where the list is, what identifies an entry
GLOBAL = (
    ("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    ("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items", "Id"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    ("route53", "list_health_checks", "HealthChecks", "Id"),
    ("route53", "list_hosted_zones", "HostedZones", "Id"),
    ("s3", "list_buckets", "Buckets", "Name"),
)
REGIONAL = (
    ("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("ec2", "describe_addresses", "Addresses", "PublicIp"),
    ("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    ("events", "list_event_buses", "EventBuses", "Name"),
    ("events", "list_rules", "Rules", "Name"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
)


@functools.cache
def client(service, region):
    return boto3.client(service, region_name=region)


def inventory(regions):
    """The ids of everything, by service, kind and region, as far as there is any."""
    there = {}
    for kind in GLOBAL:
        there.setdefault(f"{kind[0]} {kind[2]}", []).extend(listed(*kind, "us-east-1"))
    for region in regions:
        for kind in REGIONAL:
            there.setdefault(f"{kind[0]} {kind[2]} {region}", []).extend(listed(*kind, region))
    return {kind: sorted(ids) for kind, ids in there.items() if ids}


def listed(service, operation, where, identity, region):
    asked = client(service, region)
    paginated = asked.can_paginate(operation)
    pages = asked.get_paginator(operation).paginate() if paginated else [getattr(asked, operation)()]
    ids = []
    for page in pages:
        entries = functools.reduce(lambda answer, key: answer.get(key) or {}, where.split("."), page)
        ids += [entry[identity] for entry in entries if not gone(entry)]
    return ids


def gone(entry):
    """Whether the entry is of something deleted that AWS still lists for a while."""
    return entry.get("State") == "deleted" or entry.get("StackStatus") == "DELETE_COMPLETE"
