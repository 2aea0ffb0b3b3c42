package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NewBudget tells an e-mail address when the account's costs reach 80 % of an
// amount of US dollars in a month, and when they are forecast to reach all of
// it. It is L1: the CDK has no L2 for budgets.
// https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
func NewBudget(scope constructs.Construct, id string, monthlyDollars int, email string) {
	notify := func(kind string, percent float64) *awsbudgets.CfnBudget_NotificationWithSubscribersProperty {
		return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType:   &kind,
				ComparisonOperator: jsii.String("GREATER_THAN"),
				Threshold:          &percent,
				ThresholdType:      jsii.String("PERCENTAGE"),
			},
			Subscribers: []any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: jsii.String("EMAIL"), Address: &email}},
		}
	}
	awsbudgets.NewCfnBudget(scope, &id, &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetType:  jsii.String("COST"),
			TimeUnit:    jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: jsii.Number(monthlyDollars), Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: []any{notify("ACTUAL", 80), notify("FORECASTED", 100)},
	})
}
