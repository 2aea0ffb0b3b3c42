"""Route 53: health checks, groups of records, accelerated recovery, and zones that can only be deleted when empty."""

import re
import uuid
from xml.etree.ElementTree import SubElement

from ministack.services import route53
from ministack.services.cloudformation import provisioners

from account.registry import add, api, extend, typed

ZONE = "AWS::Route53::HostedZone"
RECORD = "AWS::Route53::RecordSet"

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-concepts.html: a zone has four name servers;
# MiniStack gives it two.
NAME_SERVERS = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk", "ns-3.awsdns-03.com", "ns-4.awsdns-04.net"]


def install():
    add("AWS::Route53::HealthCheck", create_health_check, delete_health_check, update_health_check)
    add("AWS::Route53::RecordSetGroup", create_group, delete_group, update_group)
    extend(ZONE, finish_zone)
    provisioners._RESOURCE_HANDLERS[ZONE]["delete"] = delete_zone
    serve_features()
    serve_status()
    mend_health_checks()


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-healthcheck.html
INTEGERS = ("Port", "RequestInterval", "FailureThreshold", "HealthThreshold")
BOOLEANS = ("Inverted", "MeasureLatency", "EnableSNI", "Disabled")
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html lacks these.
CREATE_ONLY = ("Type", "MeasureLatency", "RequestInterval")


def check_config(properties):
    return typed(properties["HealthCheckConfig"], INTEGERS, BOOLEANS)


def create_health_check(logical_id, properties, stack):
    answer = api("route53").create_health_check(
        CallerReference=str(uuid.uuid4()), HealthCheckConfig=check_config(properties)
    )
    check = answer["HealthCheck"]["Id"]
    return check, {"HealthCheckId": check}


def update_health_check(physical_id, old, new, logical_id, stack):
    config = {name: value for name, value in check_config(new).items() if name not in CREATE_ONLY}
    api("route53").update_health_check(HealthCheckId=physical_id, **config)
    return physical_id, {"HealthCheckId": physical_id}


def delete_health_check(physical_id, properties):
    api("route53").delete_health_check(HealthCheckId=physical_id)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordsetgroup.html


def records(properties):
    """The group's records, each with the group's zone, in the form of AWS::Route53::RecordSet."""
    zone = {name: properties[name] for name in ("HostedZoneId", "HostedZoneName") if name in properties}
    return [{**zone, **record} for record in properties["RecordSets"]]


def create_group(logical_id, properties, stack):
    for record in records(properties):
        provisioners._RESOURCE_HANDLERS[RECORD]["create"](logical_id, record, stack)
    return f"{stack}-{logical_id}", {}


def delete_group(physical_id, properties):
    for record in records(properties):
        provisioners._RESOURCE_HANDLERS[RECORD]["delete"](record["Name"], record)


def update_group(physical_id, old, new, logical_id, stack):
    delete_group(physical_id, old)
    create_group(logical_id, new, stack)
    return physical_id, {}


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-hostedzone.html
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHostedZoneFeatures.html


def finish_zone(physical_id, properties, attributes):
    attributes["NameServers"] = NAME_SERVERS
    features = properties.get("HostedZoneFeatures") or {}
    recover(physical_id, str(features.get("EnableAcceleratedRecovery")).lower() == "true")


def recover(zone_id, enabled):
    route53._zones[zone_id]["recovery"] = "ENABLED" if enabled else "DISABLED"


def delete_zone(physical_id, properties):
    """Deletes the zone as the API does: MiniStack's CloudFormation takes any records in it along."""
    if route53._zones[physical_id].get("recovery") == "ENABLED":
        raise ValueError(f"The hosted zone {physical_id} has accelerated recovery enabled: disable it first")
    api("route53").delete_hosted_zone(Id=physical_id)


def serve_features():
    """Adds UpdateHostedZoneFeatures to the API, and the features to what it says of a zone."""
    describe, handle = route53._build_hosted_zone_el, route53.handle_request

    def describe_with_features(parent, zone):
        describe(parent, zone)
        features = SubElement(parent.find("HostedZone"), "Features")
        SubElement(features, "AcceleratedRecoveryStatus").text = zone.get("recovery", "DISABLED")

    async def handle_features_too(method, path, headers, body, query):
        match = re.fullmatch(r"(?:/2013-04-01)?/hostedzone/([^/]+)/features", path)
        if method != "POST" or not match:
            return await handle(method, path, headers, body, query)
        zone_id = match.group(1)
        if zone_id not in route53._zones:
            return route53._error_response("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)
        recover(zone_id, b"<EnableAcceleratedRecovery>true<" in body)
        return route53._xml_response("UpdateHostedZoneFeaturesResponse", lambda root: None)

    route53._build_hosted_zone_el = describe_with_features
    route53.handle_request = handle_features_too


# What the health checkers report, by the health check; of the others, what they would report of a site that is well.
_reports = {}
REGIONS = ("ap-southeast-1", "eu-west-1", "us-east-1", "us-west-2")


def report(check, status):
    _reports[check] = status


def serve_status():
    """Adds GetHealthCheckStatus to the API: an answer in the form that AWS documents, as no checker runs here.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
    """
    handle = route53.handle_request

    async def handle_status_too(method, path, headers, body, query):
        match = re.fullmatch(r"(?:/2013-04-01)?/healthcheck/([^/]+)/status", path)
        if method != "GET" or not match:
            return await handle(method, path, headers, body, query)
        check = route53._health_checks.get(match.group(1))
        if check is None:
            return route53._error_response("NoSuchHealthCheck", f"No health check exists with ID {match.group(1)}", 404)
        return route53._xml_response("GetHealthCheckStatusResponse", lambda root: observe(root, match.group(1), check))

    route53.handle_request = handle_status_too


def observe(root, check_id, check):
    inverted = str(check["config"].get("Inverted")).lower() == "true"  # asks for the switch, which is not there
    usual = "Failure: HTTP Status Code 403, Forbidden" if inverted else "Success: HTTP Status Code 200, OK"
    observations = SubElement(root, "HealthCheckObservations")
    for number, region in enumerate(REGIONS):
        observation = SubElement(observations, "HealthCheckObservation")
        SubElement(observation, "Region").text = region
        SubElement(observation, "IPAddress").text = f"192.0.2.{number}"
        report_of = SubElement(observation, "StatusReport")
        SubElement(report_of, "Status").text = _reports.get(check_id, usual)
        SubElement(report_of, "CheckedTime").text = "2026-11-28T00:00:00.000Z"


def mend_health_checks():
    """Mends two mistakes of MiniStack's: it reads no children, and answers "True" where XML's boolean is "true"."""
    parse, describe = route53._parse_health_check_config, route53._build_health_check_el

    def parse_with_children(element):
        config = parse(element)
        if "ChildHealthChecks" in config:
            config["ChildHealthChecks"] = [e.text for e in element.iter() if e.tag.endswith("ChildHealthCheck")]
        return config

    def describe_in_lower_case(parent, check):
        describe(parent, check)
        for element in parent.iter():
            if element.text in ("True", "False"):
                element.text = element.text.lower()

    route53._parse_health_check_config = parse_with_children
    route53._build_health_check_el = describe_in_lower_case
