"""Fault Injection Service, which MiniStack lacks: an experiment's template is recorded in its stack, and never starts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-fis-experimenttemplate.html
"""

from account.registry import add, generated_id


def install():
    add("AWS::FIS::ExperimentTemplate", create_template, delete_template)


def create_template(logical_id, properties, stack):
    for name in ("Description", "RoleArn", "StopConditions", "Targets"):
        if not properties.get(name):
            raise ValueError(f"required key [{name}] not found")
    template = generated_id("EXT", stack, logical_id)
    return template, {"Id": template}


def delete_template(physical_id, properties):
    """Nothing: there was nothing but its record in the stack."""
