package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/topology"
)

// Who reads the report knows that visitors do not come home by themselves.
func TestReportManualFailback(t *testing.T) {
	render := func(m *rehearsal.Model, removed time.Duration) string {
		predictions := predicted(t, m, 100, rehearsal.Dark)
		play := shortPlay(predictions[0])
		play.Removed = removed
		r := New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{play})
		if !r.Passed() {
			t.Errorf("findings: %v", r.Findings)
		}
		var all bytes.Buffer
		for _, err := range []error{r.WriteText(&all), r.WriteHTML(&all), r.WriteJSON(&all)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return all.String()
	}
	words := map[string]int{ // in text, page and JSON together
		"Failback is manual: once the alarm " + fixture.AwayAlarm: 2,
		"visitors come home only when somebody removes it":        2,
		"removed 5m0s after the outage":                           2,
		"visitors stay at the standby until somebody removes it":  2,
		"- switch removed": 1,
		`"stateMachine": "` + fixture.StateMachine + `"`: 1,
		`"removed": 100`: 1,
		`"put": 100,`:    1,
	}
	manual, automatic := render(fixture.Manual(t), 100*time.Second), render(fixture.Site(t, "site"), 0)
	for word, want := range words {
		if got := strings.Count(manual, word); got != want {
			t.Errorf("manual: %q is there %d times, want %d", word, got, want)
		}
		if strings.Contains(automatic, word) {
			t.Errorf("automatic: the report says %q", word)
		}
	}
}

// What becomes of the site after an outage is said as the trials went.
func TestAfterwards(t *testing.T) {
	tests := []struct {
		forecast rehearsal.FailbackForecast
		outage   rehearsal.Outage
		want     []string
	}{
		{rehearsal.FailbackForecast{}, rehearsal.Half, []string{"The site does not move"}},
		{rehearsal.FailbackForecast{Away: 100, Put: 100}, rehearsal.Dark, []string{"The switch is put", "until somebody removes it"}},
		{rehearsal.FailbackForecast{Away: 100, Put: 60, Late: 60}, rehearsal.Dark, []string{"In 40 of 100 trials", "visitors come home by themselves", "In 60 of 100 trials", "led away once more"}},
		{rehearsal.FailbackForecast{Away: 100, Put: 100}, rehearsal.BySwitch, []string{"put once more"}},
		{rehearsal.FailbackForecast{Away: 100, Put: 100, Late: 3}, rehearsal.BySwitch, []string{"In 3 of 100 trials", "has to be removed again"}},
	}
	for _, test := range tests {
		got := afterwards(&test.forecast, 100, test.outage)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s, %+v: no %q in %q", test.outage, test.forecast, want, got)
			}
		}
		if alone := strings.Contains(got, "themselves"); alone != (test.forecast.Away > test.forecast.Put) {
			t.Errorf("%s, %+v: says that visitors come home by themselves: %t", test.outage, test.forecast, alone)
		}
	}
}

// A play at full load says whom the standby served, and others that are not judged why.
func TestUnjudged(t *testing.T) {
	at := func(second int, status int, by string) rehearsal.Request {
		return rehearsal.Request{Sent: time.Duration(second) * time.Second, Status: status, By: by}
	}
	play := &rehearsal.Play{
		Outage: rehearsal.FullLoad, Healed: 10 * time.Second, Events: []rehearsal.Event{{At: 3 * time.Second, What: "DNS answers SECONDARY"}},
		Requests: []rehearsal.Request{at(1, 503, "standby"), at(4, 200, "standby"), at(5, 503, "standby"), at(6, 503, "standby"), at(7, 504, ""), at(11, 503, "standby")},
	}
	r := &Report{Model: &rehearsal.Model{}}
	if got := r.unjudged(play); !strings.Contains(got, "see the table of capacity") || !strings.HasSuffix(got, "it answered 33 %.") {
		t.Errorf("full load: %q", got)
	}
	alarm := &rehearsal.ErrorRate{ErrorAlarm: topology.ErrorAlarm{Percent: 20, Periods: 3, Period: time.Minute}}
	for _, test := range []struct {
		outage rehearsal.Outage
		alarm  *rehearsal.ErrorRate
		want   string // at its end; "" if nothing is said
	}{
		{rehearsal.Errors, nil, "do not see it. Nothing moves the site: failover.errorRate would."},
		{rehearsal.Errors, alarm, "do not see it. The alarm on errors moves it within 5 to 10 minutes, of which 3m0s are measured, if 20 % of the edge's answers are errors."},
		{rehearsal.Flapping, alarm, "come and go with it."},
		{rehearsal.Dark, alarm, ""},
	} {
		play.Outage, r.Model.ErrorRate = test.outage, test.alarm
		if got := r.unjudged(play); !strings.HasSuffix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: %q, want %q at its end", test.outage, got, test.want)
		}
	}
}
