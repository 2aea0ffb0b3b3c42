"""CloudWatch: composite alarms, alarms on metric math, and when a dashboard was changed, as the SDK for Go reads it."""

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from account.registry import add, api, generated_id, typed

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = (
    "AlarmRule",
    "AlarmDescription",
    "AlarmActions",
    "OKActions",
    "InsufficientDataActions",
    "ActionsEnabled",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)


def install():
    add("AWS::CloudWatch::CompositeAlarm", create_composite, delete_composite)
    take_metric_math()
    answer = cloudwatch._cbor_ok
    cloudwatch._cbor_ok = lambda data: answer(with_times(data))


def with_times(data):
    """An answer whose dashboards have times instead of text, as rpc-v2-cbor wants."""
    for entry in data.get("DashboardEntries", []):
        entry["LastModified"] = cloudwatch._cbor_timestamp(entry["LastModified"])
    return data


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html


def create_composite(logical_id, properties, stack):
    name = properties.get("AlarmName") or generated_id(f"{stack}-{logical_id}-", stack, logical_id)
    given = {key: properties[key] for key in COMPOSITE if key in properties}
    periods = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    api("cloudwatch").put_composite_alarm(AlarmName=name, **typed(given, periods, ("ActionsEnabled",)))
    return name, {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}


def delete_composite(physical_id, properties):
    api("cloudwatch").delete_alarms(AlarmNames=[physical_id])


def take_metric_math():
    """Keeps an alarm on metric math as one on its first metric: MiniStack refuses the former."""
    handler = provisioners._RESOURCE_HANDLERS[ALARM]
    create, update = handler["create"], handler["update"]
    provisioners._RESOURCE_HANDLERS[ALARM] = {
        **handler,
        "create": lambda logical_id, properties, stack: create(logical_id, first_metric(properties), stack),
        "update": lambda physical_id, old, new, *rest: update(physical_id, first_metric(old), first_metric(new), *rest),
    }


def first_metric(properties):
    """The alarm with its first metric in place of its metric math. A search names none: its alarm gets a stand-in."""
    if "Metrics" not in properties:
        return properties
    stand_in = {"Metric": {"Namespace": "Emulated", "MetricName": "Search"}, "Period": 60}
    stat = next((m["MetricStat"] for m in properties["Metrics"] if "MetricStat" in m), stand_in)
    return {
        **{name: value for name, value in properties.items() if name != "Metrics"},
        "Namespace": stat["Metric"]["Namespace"],
        "MetricName": stat["Metric"]["MetricName"],
        "Dimensions": stat["Metric"].get("Dimensions", []),
        "Period": stat["Period"],
        "Statistic": "Sum",
    }
