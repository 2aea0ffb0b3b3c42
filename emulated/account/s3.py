"""S3: replication, and the tags that an update changes, which MiniStack's CloudFormation leaves out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from account.registry import api, extend

BUCKET = "AWS::S3::Bucket"


def install():
    extend(BUCKET, finish_bucket)
    # CloudFormation's own tags too, which say what stack a bucket is of when the stack is gone.
    provisioners._STACK_TAG_PROPERTY[BUCKET] = ("Tags", "list")


def finish_bucket(physical_id, properties, attributes):
    # Not by the API, which takes no tags that begin with "aws:".
    s3._bucket_tags[physical_id] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    replication = properties.get("ReplicationConfiguration")
    if replication:
        rules = [replication_rule(rule) for rule in replication["Rules"]]
        api("s3").put_bucket_replication(
            Bucket=physical_id, ReplicationConfiguration={"Role": replication["Role"], "Rules": rules}
        )


def replication_rule(rule):
    """The API's form of a rule: it says ID where CloudFormation says Id, and its numbers are no text."""
    rule = dict(rule)
    if "Id" in rule:
        rule["ID"] = rule.pop("Id")
    if "Priority" in rule:
        rule["Priority"] = int(rule["Priority"])
    rule["Destination"] = destination = dict(rule["Destination"])
    for name, duration in (("ReplicationTime", "Time"), ("Metrics", "EventThreshold")):
        if duration in destination.get(name, {}):
            minutes = int(destination[name][duration]["Minutes"])
            destination[name] = {"Status": destination[name]["Status"], duration: {"Minutes": minutes}}
    return rule
