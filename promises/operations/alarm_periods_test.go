package operations

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// alarmCopies break the promises of alarm_periods.go.
var alarmCopies = map[string][]brokencopy.Copy{
	"alarms look at times at which CloudWatch can, and can go off": {
		{"every 45 seconds", func(in *read.Reader) { alarms(in)[0].Set(periodsOf(alarms(in)[0])[0], 45) }, "is 45: CloudWatch has"},
		{"longer back than a day", func(in *read.Reader) { alarms(in)[0].Set("EvaluationPeriods", 90000) }, "look back"},
		{"more bad ones than it looks at", func(in *read.Reader) {
			for _, alarm := range alarms(in) {
				if alarm.Has("DatapointsToAlarm") {
					alarm.Set("DatapointsToAlarm", 1+read.Int(alarm, "EvaluationPeriods"))
					return
				}
			}
			alarms(in)[0].Add("DatapointsToAlarm", 1+read.Int(alarms(in)[0], "EvaluationPeriods"))
		}, "it never goes off"},
		{"an unknown word", func(in *read.Reader) { alarms(in)[0].Set("TreatMissingData", "not breaching") }, "CloudWatch does not know"},
	},
}
