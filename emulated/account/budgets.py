"""Budgets: MiniStack has the API, and no resource type.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
"""

from ministack.core.responses import get_account_id

from account.registry import add, api, generated_id


def install():
    add("AWS::Budgets::Budget", create_budget, delete_budget)


def create_budget(logical_id, properties, stack):
    budget = dict(properties["Budget"])
    budget.setdefault("BudgetName", generated_id(f"{stack}-{logical_id}-", stack, logical_id))
    if "BudgetLimit" in budget:
        budget["BudgetLimit"] = {**budget["BudgetLimit"], "Amount": str(budget["BudgetLimit"]["Amount"])}
    api("budgets").create_budget(
        AccountId=get_account_id(),
        Budget=budget,
        NotificationsWithSubscribers=[with_number(n) for n in properties.get("NotificationsWithSubscribers", [])],
    )
    return budget["BudgetName"], {}


def with_number(notification):
    """A notification whose threshold is a number, as the API wants it."""
    threshold = float(notification["Notification"]["Threshold"])
    return {**notification, "Notification": {**notification["Notification"], "Threshold": threshold}}


def delete_budget(physical_id, properties):
    api("budgets").delete_budget(AccountId=get_account_id(), BudgetName=physical_id)
