"""S3: replication, and the tags that an update changes, which MiniStack's CloudFormation leaves out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from account.registry import api, extend


def install():
    extend("AWS::S3::Bucket", finish_bucket)


def finish_bucket(physical_id, properties, attributes):
    if properties.get("Tags"):
        tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in properties["Tags"]]
        api("s3").put_bucket_tagging(Bucket=physical_id, Tagging={"TagSet": tags})
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
