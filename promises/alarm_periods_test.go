package promises

// alarmCopies break the promises of alarm_periods.go.
var alarmCopies = map[string][]brokenCopy{
	"alarms look at times at which CloudWatch can, and can go off": {
		{"every 45 seconds", func(in *reader) { in.alarms()[0].Set(periodsOf(in.alarms()[0])[0], 45) }, "is 45: CloudWatch has"},
		{"longer back than a day", func(in *reader) { in.alarms()[0].Set("EvaluationPeriods", 90000) }, "look back"},
		{"more bad ones than it looks at", func(in *reader) {
			for _, alarm := range in.alarms() {
				if alarm.Has("DatapointsToAlarm") {
					alarm.Set("DatapointsToAlarm", 1+integer(alarm, "EvaluationPeriods"))
					return
				}
			}
			in.alarms()[0].Add("DatapointsToAlarm", 1+integer(in.alarms()[0], "EvaluationPeriods"))
		}, "it never goes off"},
		{"an unknown word", func(in *reader) { in.alarms()[0].Set("TreatMissingData", "not breaching") }, "CloudWatch does not know"},
	},
}
