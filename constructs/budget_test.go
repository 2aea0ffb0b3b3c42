package constructs

import "testing"

func TestBudget(t *testing.T) {
	stage := newTestStage(t)
	stack := newTestStack(stage, "Budget")
	NewBudget(stack, "Budget", &BudgetProps{MonthlyDollars: 250, Email: "operator@example.com"})
	other := newTestStack(stage, "Other")
	NewBudget(other, "Budget", &BudgetProps{MonthlyDollars: 10, Email: "other@example.com"})

	told := list{object{"SubscriptionType": "EMAIL", "Address": "operator@example.com"}}
	notification := func(kind string, percent int) object {
		return object{
			"Notification": object{
				"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent, "ThresholdType": "PERCENTAGE",
			},
			"Subscribers": told,
		}
	}
	checkPromises(t, []promise{
		{"of a month's costs", has("AWS::Budgets::Budget", object{"Budget": exactly(object{
			"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": object{"Amount": 250, "Unit": "USD"},
		})}), stack, other},
		{"tells at 80 percent, and of what is forecast", has("AWS::Budgets::Budget", object{"NotificationsWithSubscribers": list{
			notification("ACTUAL", 80), notification("FORECASTED", 100),
		}}), stack, other},
	})
}
