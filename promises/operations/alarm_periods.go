package operations

import (
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
)

// alarmPromises are about how alarms look at their metrics.
func alarmPromises() []read.Promise {
	return []read.Promise{{
		Name:  "alarms look at times at which CloudWatch can, and can go off",
		Check: checkAlarmPeriods,
	}}
}

// checkAlarmPeriods demands a period that CloudWatch has, no more of them together than it looks back, and no more bad
// ones than are looked at. CloudFormation finds the first two at deployment only, and the third never.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func checkAlarmPeriods(in *read.Reader) {
	for _, alarm := range alarms(in) {
		for _, path := range periodsOf(alarm) {
			seconds := read.Int(alarm, path)
			if !slices.Contains([]int{10, 20, 30}, seconds) && (seconds <= 0 || seconds%60 != 0) {
				read.Fail(alarm, path, "is %d: CloudWatch has 10, 20, 30 and whole minutes", seconds)
			}
			back := time.Duration(seconds*read.Int(alarm, "EvaluationPeriods")) * time.Second
			most := 24 * time.Hour
			if seconds >= 3600 {
				most *= 7
			}
			if back > most {
				read.Fail(alarm, "EvaluationPeriods", "look back %s, longer than %s", back, most)
			}
		}
		if alarm.Has("DatapointsToAlarm") {
			if looks := read.Int(alarm, "EvaluationPeriods"); read.Int(alarm, "DatapointsToAlarm") > looks {
				read.Fail(alarm, "DatapointsToAlarm", "is more than the %d that are looked at: it never goes off", looks)
			}
		}
		if missing := read.Text(alarm, "TreatMissingData"); !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, missing) {
			read.Fail(alarm, "TreatMissingData", "is %q, which CloudWatch does not know", missing)
		}
	}
}

// periodsOf are where an alarm says how long its periods are.
func periodsOf(alarm *assembly.Resource) []string {
	paths := []string{"Period"}
	if alarm.Has("Metrics") {
		for i := range read.Length(alarm, "Metrics") {
			paths = append(paths, fmt.Sprintf("Metrics.%d.Period", i), fmt.Sprintf("Metrics.%d.MetricStat.Period", i))
		}
	}
	return slices.DeleteFunc(paths, func(path string) bool { return !alarm.Has(path) })
}
