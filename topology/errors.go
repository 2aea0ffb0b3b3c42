package topology

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"twinsite/assembly"
)

// An ErrorAlarm is an alarm on the share of a distribution's answers that are errors, 5xx.
type ErrorAlarm struct {
	Resource *assembly.Resource
	Percent  int // of the answers, at or above which a measurement is bad
	Requests int // that a measurement needs, or it is good; 0 if it needs none
	Period   time.Duration
	Periods  int // so many bad measurements in a row turn it on
}

// atLeast is a condition of a metric math expression, as in "IF(requests >= 300, rate, 0)".
var atLeast = regexp.MustCompile(`\b([a-z]\w*)\s*>=\s*(\d+)`)

// ErrorAlarms returns the alarms of us-east-1 on a distribution's errors, by metric math or alone, that go off at or above a
// percentage. CloudFront has its metrics there: see
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html.
func ErrorAlarms(a *assembly.Assembly) ([]ErrorAlarm, error) {
	var all []ErrorAlarm
	for _, r := range a.Resources(AlarmType) {
		if r.Stack.Region != "us-east-1" {
			continue
		}
		p := &properties{of: r}
		alarm, errors := ErrorAlarm{Resource: r}, p.textOr("MetricName", "") == "5xxErrorRate"
		if errors {
			alarm.Period = p.secondsOr("Period", 60)
		}
		if p.length("Metrics") > 0 {
			errors = alarm.readMetrics(p)
		}
		if !errors || p.textOr("ComparisonOperator", "") != "GreaterThanOrEqualToThreshold" {
			if p.err != nil {
				return nil, p.err
			}
			continue
		}
		alarm.Percent, alarm.Periods = percent(p, "Threshold"), p.number("EvaluationPeriods")
		if p.err != nil {
			return nil, p.err
		}
		all = append(all, alarm)
	}
	return all, nil
}

// readMetrics reads the metrics of an alarm on metric math, and reports whether errors are among them.
func (a *ErrorAlarm) readMetrics(p *properties) (errors bool) {
	expression, requests := "", ""
	for i := range p.length("Metrics") {
		metric := fmt.Sprintf("Metrics.%d.", i)
		expression += p.textOr(metric+"Expression", "")
		switch p.textOr(metric+"MetricStat.Metric.MetricName", "") {
		case "5xxErrorRate":
			errors, a.Period = true, p.secondsOr(metric+"MetricStat.Period", 60)
		case "Requests":
			requests = p.text(metric + "Id")
		}
	}
	for _, condition := range atLeast.FindAllStringSubmatch(expression, -1) {
		if condition[1] == requests {
			a.Requests, _ = strconv.Atoi(condition[2]) // digits, by the expression
		}
	}
	return errors
}
