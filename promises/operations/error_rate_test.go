package operations

import (
	"strings"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// editErrors changes the expression of the alarm on errors.
func editErrors(in *read.Reader, from, to string) {
	alarm := errorAlarm(in).Resource
	for i, metric := range read.Objects(alarm, "Metrics") {
		if expression, ok := metric["Expression"].(string); ok {
			alarm.Set("Metrics."+string(rune('0'+i))+".Expression", strings.Replace(expression, from, to, 1))
		}
	}
}

// errorRateCopies break the promises of error_rate.go.
var errorRateCopies = map[string][]brokencopy.Copy{
	"errors move the site: three minutes of them, with visitors enough to count, put the switch": {
		{"without a minimum of requests", func(in *read.Reader) { editErrors(in, "IF(requests >= 300, rate, 0)", "rate") }, "counts minutes of 0 requests"},
		{"of three requests", func(in *read.Reader) { editErrors(in, "300", "3") }, "counts minutes of 3 requests"},
		{"at another rate", func(in *read.Reader) { errorAlarm(in).Resource.Set("Threshold", 50) }, "goes off at 50 %"},
		{"after one minute", func(in *read.Reader) { errorAlarm(in).Resource.Set("EvaluationPeriods", 1) }, "after 1 times"},
		{"when data are missing", func(in *read.Reader) { errorAlarm(in).Resource.Set("TreatMissingData", "breaching") }, "TreatMissingData is breaching"},
		{"a new alarm counts", func(in *read.Reader) {
			response(in, errorAlarm(in).Resource).Forward.Set("EventPattern.detail.previousState.value", []string{"OK", "INSUFFICIENT_DATA"})
		}, "previousState"},
		{"nothing hears it", func(in *read.Reader) { remove(response(in, errorAlarm(in).Resource).Forward) }, "errors move nothing"},
	},
	"errors move the site where something holds it at the standby": {
		{"automatic failback", func(in *read.Reader) { in.Site.Failover.Failback = site.FailbackAutomatic }, "nothing holds the site"},
		{"no switch is put", func(in *read.Reader) {
			redefine(failback(in).Machine, "s3:putObject", "s3:deleteObject")
		}, "puts no switch"},
	},
}
