package promises

import (
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
)

// alarmPromises are about how alarms look at their metrics.
func alarmPromises() []Promise {
	return []Promise{{
		Name:  "alarms look at times at which CloudWatch can, and can go off",
		check: (*reader).checkAlarmPeriods,
	}}
}

// checkAlarmPeriods demands a period that CloudWatch has, no more of them together than it looks back, and no more bad
// ones than are looked at. CloudFormation finds the first two at deployment only, and the third never.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func (in *reader) checkAlarmPeriods() {
	for _, alarm := range in.alarms() {
		for _, path := range periodsOf(alarm) {
			seconds := integer(alarm, path)
			if !slices.Contains([]int{10, 20, 30}, seconds) && (seconds <= 0 || seconds%60 != 0) {
				fail(alarm, path, "is %d: CloudWatch has 10, 20, 30 and whole minutes", seconds)
			}
			back := time.Duration(seconds*integer(alarm, "EvaluationPeriods")) * time.Second
			most := 24 * time.Hour
			if seconds >= 3600 {
				most *= 7
			}
			if back > most {
				fail(alarm, "EvaluationPeriods", "look back %s, longer than %s", back, most)
			}
		}
		if alarm.Has("DatapointsToAlarm") {
			if looks := integer(alarm, "EvaluationPeriods"); integer(alarm, "DatapointsToAlarm") > looks {
				fail(alarm, "DatapointsToAlarm", "is more than the %d that are looked at: it never goes off", looks)
			}
		}
		if missing := text(alarm, "TreatMissingData"); !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, missing) {
			fail(alarm, "TreatMissingData", "is %q, which CloudWatch does not know", missing)
		}
	}
}

// periodsOf are where an alarm says how long its periods are.
func periodsOf(alarm *assembly.Resource) []string {
	paths := []string{"Period"}
	if alarm.Has("Metrics") {
		for i := range length(alarm, "Metrics") {
			paths = append(paths, fmt.Sprintf("Metrics.%d.Period", i), fmt.Sprintf("Metrics.%d.MetricStat.Period", i))
		}
	}
	return slices.DeleteFunc(paths, func(path string) bool { return !alarm.Has(path) })
}
