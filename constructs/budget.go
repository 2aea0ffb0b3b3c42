package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BudgetProps describes a budget of the whole account.
type BudgetProps struct {
	// MonthlyDollars is the amount for a calendar month, in US dollars. Required.
	MonthlyDollars int

	// Email is the address that is notified. Required.
	Email string
}

// NewBudget sends an e-mail when the account's costs reach 80 % of the amount,
// and another when they are forecast to reach all of it. It is L1: the CDK has
// no L2 for budgets.
// https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
func NewBudget(scope constructs.Construct, id string, props *BudgetProps) {
	require(id, "MonthlyDollars", props.MonthlyDollars)
	require(id, "Email", props.Email)
	notify := func(kind string, percent float64) *awsbudgets.CfnBudget_NotificationWithSubscribersProperty {
		return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType:   &kind,
				ComparisonOperator: jsii.String("GREATER_THAN"),
				Threshold:          &percent,
				ThresholdType:      jsii.String("PERCENTAGE"),
			},
			Subscribers: []any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: jsii.String("EMAIL"), Address: &props.Email}},
		}
	}
	awsbudgets.NewCfnBudget(scope, &id, &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetType:  jsii.String("COST"),
			TimeUnit:    jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: jsii.Number(props.MonthlyDollars), Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: []any{notify("ACTUAL", 80), notify("FORECASTED", 100)},
	})
}
