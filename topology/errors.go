package topology

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
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

	// Unclear says why nobody knows when it goes off: its expression is none of those that are understood, which are "rate" and
	// "IF(requests >= 300, rate, 0)". It is "" if all is clear.
	Unclear string
}

// shareOfMany is the metric math expression of a share that counts from so many requests on, and is none of fewer.
var shareOfMany = regexp.MustCompile(`^IF\(\s*(\w+)\s*>=\s*(\d+)\s*,\s*(\w+)\s*,\s*0\s*\)$`)

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
	compared, rate, requests := "", "", ""
	for i := range p.length("Metrics") {
		metric := fmt.Sprintf("Metrics.%d.", i)
		id := p.textOr(metric+"Id", "")
		switch p.textOr(metric+"MetricStat.Metric.MetricName", "") {
		case "5xxErrorRate":
			errors, rate, a.Period = true, id, p.secondsOr(metric+"MetricStat.Period", 60)
		case "Requests":
			requests = id
		}
		if p.boolOr(metric+"ReturnData", true) {
			compared = p.textOr(metric+"Expression", id)
		}
	}
	parts := shareOfMany.FindStringSubmatch(strings.TrimSpace(compared))
	switch {
	case parts != nil && requests != "" && parts[1] == requests && parts[3] == rate:
		a.Requests, _ = strconv.Atoi(parts[2]) // digits, by the expression
	case errors && compared != rate:
		a.Unclear = fmt.Sprintf("goes off by %s, want IF(requests >= …, rate, 0) of the metrics Requests and 5xxErrorRate", compared)
	}
	return errors
}
