package operations

import (
	"strings"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
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
		{"at night, too", func(in *read.Reader) { editErrors(in, ", 0)", ", 100)") }, "goes off by IF(requests >= 300, rate, 100)"},
		{"at night only, and then never", func(in *read.Reader) { editErrors(in, "rate, 0", "0, rate") }, "goes off by IF(requests >= 300, 0, rate)"},
		{"of three requests", func(in *read.Reader) { editErrors(in, "300", "3") }, "counts minutes of 3 requests"},
		{"at another rate", func(in *read.Reader) { errorAlarm(in).Resource.Set("Threshold", 50) }, "goes off at 50 %"},
		{"after one minute", func(in *read.Reader) { errorAlarm(in).Resource.Set("EvaluationPeriods", 1) }, "after 1 times"},
		{"when data are missing", func(in *read.Reader) { errorAlarm(in).Resource.Set("TreatMissingData", "breaching") }, "TreatMissingData is breaching"},
		{"a new alarm counts", func(in *read.Reader) {
			response(in, errorAlarm(in).Resource).Forward.Set("EventPattern.detail.previousState.value", []string{"OK", "INSUFFICIENT_DATA"})
		}, "previousState"},
		{"when it ends, too", func(in *read.Reader) {
			response(in, errorAlarm(in).Resource).Forward.Set("EventPattern.detail.state.value", []string{"ALARM", "OK"})
		}, "state.value"},
		{"of other files", func(in *read.Reader) {
			errorAlarm(in).Resource.Set("Metrics.1.MetricStat.Metric.Dimensions.0.Value", "E2QWRUHEXAMPLE")
		}, "is not of the site's distribution"},
		{"with a minimum of bytes", func(in *read.Reader) {
			errorAlarm(in).Resource.Set("Metrics.2.MetricStat.Metric.MetricName", "BytesDownloaded")
		}, "want IF(requests >= …, rate, 0) of the metrics Requests"},
		{"something else follows", func(in *read.Reader) { // what a practice starts
			practice := passesHealthOn(in).Forward.Template()["Properties"].(map[string]any)
			response(in, errorAlarm(in).Resource).Forward.Set("Targets", practice["Targets"])
		}, "which does not put the switch"},
		{"automatic failback", func(in *read.Reader) { remove(failback(in).Forward) }, "nothing holds it at the standby"},
		{"nothing hears it", func(in *read.Reader) { remove(response(in, errorAlarm(in).Resource).Forward) }, "errors move nothing"},
	},
}
