"""ACM: the record by which it validates a certificate, which it leaves in the zone.

MiniStack's certificates are valid at once and write no record. On AWS, CloudFormation adds one, and nobody removes it:
the runbook does so by hand, as Route 53 deletes an empty zone only.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-certificatemanager-certificate.html
"""

import hashlib

from account.registry import api, extend


def install():
    extend("AWS::CertificateManager::Certificate", validate)


def validate(physical_id, properties, attributes):
    """Writes the records as ACM does: one for a name and its wildcard, the same in all certificates of the account."""
    for option in properties.get("DomainValidationOptions") or []:
        if not option.get("HostedZoneId"):
            continue
        domain = option["DomainName"].removeprefix("*.")
        digest = hashlib.sha256(domain.encode()).hexdigest()[:32]
        record = {
            "Name": f"_{digest}.{domain}.",
            "Type": "CNAME",
            "TTL": 300,
            "ResourceRecords": [{"Value": f"_{digest[::-1]}.acm-validations.aws."}],
        }
        api("route53").change_resource_record_sets(
            HostedZoneId=option["HostedZoneId"],
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
        )
