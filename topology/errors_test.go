package topology_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

func TestErrorAlarms(t *testing.T) {
	const site = "Failover.AlarmsSiteErrors62FCA809"
	metric := func(id, name string, period float64) map[string]any {
		return map[string]any{"Id": id, "ReturnData": false, "MetricStat": map[string]any{"Metric": map[string]any{"MetricName": name}, "Period": period}}
	}
	math := func(expression string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			r := find(a, site)
			r.Delete("MetricName")
			r.Add("Metrics", []any{map[string]any{"Id": "e1", "Expression": expression}, metric("rate", "5xxErrorRate", 120), metric("requests", "Requests", 120)})
		}
	}
	unclear := func(expression string) string {
		return "goes off by " + expression + ", want IF(requests >= …, rate, 0) of the metrics Requests and 5xxErrorRate"
	}
	tests := []struct {
		name, want string
		edit       func(*assembly.Assembly)
	}{
		{"alone", "5 0 1m0s 5", func(*assembly.Assembly) {}},
		{"by math", "5 300 2m0s 5", math("IF(requests >= 300, rate, 0)")},
		{"without spaces", "5 1000 2m0s 5", math("IF(requests>=1000,rate,0)")},
		{"of any number", "5 0 2m0s 5", math("rate")},
		{"on another metric", unclear("IF(rate >= 300, rate, 0)"), math("IF(rate >= 300, rate, 0)")},
		{"of another metric", unclear("IF(requests >= 300, requests, 0)"), math("IF(requests >= 300, requests, 0)")},
		{"at night, too", unclear("IF(requests >= 300, rate, 100)"), math("IF(requests >= 300, rate, 100)")},
		{"the other way round", unclear("IF(requests >= 300, 0, rate)"), math("IF(requests >= 300, 0, rate)")},
		{"something else with it", unclear("IF(requests >= 300, rate, 0) + 5"), math("IF(requests >= 300, rate, 0) + 5")},
		{"returned is another", unclear("requests"), func(a *assembly.Assembly) {
			math("IF(requests >= 300, rate, 0)")(a)
			find(a, site).Add("Metrics.0.ReturnData", false)
			find(a, site).Set("Metrics.2.ReturnData", true)
		}},
		{"of other errors", "", edit(site, "MetricName", "4xxErrorRate")},
		{"below", "", edit(site, "ComparisonOperator", "LessThanThreshold")},
		{"in another region", "", func(a *assembly.Assembly) { find(a, site).Stack.Region = "eu-west-1" }},
	}
	for _, test := range tests {
		var all []string
		for _, alarm := range got[[]topology.ErrorAlarm](t)(topology.ErrorAlarms(load(t, "site", test.edit))) {
			if alarm.Resource.String() == site {
				all = append(all, cmp.Or(alarm.Unclear, fmt.Sprint(alarm.Percent, alarm.Requests, alarm.Period, alarm.Periods)))
			}
		}
		same(t, test.name, strings.Join(all, ", "), test.want)
	}
	refused[[]topology.ErrorAlarm](t, "is no percentage")(topology.ErrorAlarms(load(t, "site", edit(site, "Threshold", "some"))))
	refused[[]topology.ErrorAlarm](t, "not an integer")(topology.ErrorAlarms(load(t, "site", edit(site, "EvaluationPeriods", "some"))))
}
