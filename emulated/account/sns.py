"""SNS: e-mail subscriptions that nobody has agreed to, which MiniStack lists as confirmed.

https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
"""

from ministack.services import sns

PENDING = "PendingConfirmation"


def install():
    before = sns._list_subscriptions_by_topic

    def listed(parameters):
        status, headers, body = before(parameters)
        topic, _ = sns._get_topic(sns._p(parameters, "TopicArn"), "sns:ListSubscriptionsByTopic")
        text = body.decode() if isinstance(body, bytes) else body
        for subscription in (topic or {}).get("subscriptions", []):
            if subscription["protocol"] == "email":  # nobody reads the message here
                text = text.replace(f"<SubscriptionArn>{subscription['arn']}<", f"<SubscriptionArn>{PENDING}<")
        return status, headers, text.encode()

    sns._list_subscriptions_by_topic = listed
