package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/rehearsal/predict"
)

var defaultTargets = Targets{Reads: 10 * time.Second, Writes: 108 * time.Second, HomeAgain: 2 * time.Minute}

// shortPlay is a play that nobody had to wait for.
func shortPlay(p rehearsal.Prediction) *rehearsal.Play {
	median := func(q rehearsal.Quantity) time.Duration { return time.Duration(p.Of(q).Median) }
	play := &rehearsal.Play{
		Outage: p.Outage, Speed: 20, Effective: 20, Visitors: 2, Began: 8 * time.Second, Healed: 90 * time.Second, Ended: 150 * time.Second,
		Events: []rehearsal.Event{{At: 43 * time.Second, What: "PRIMARY unhealthy"}, {At: 46 * time.Second, What: "DNS answers SECONDARY"}, {At: 120 * time.Second, What: "DNS answers PRIMARY"}},
		Sample: rehearsal.Sample{Detect: median(rehearsal.Detect), DNSMoved: median(rehearsal.DNSMoved), Reads: median(rehearsal.ReadsBack), Writes: median(rehearsal.WritesBack),
			DetectHome: median(rehearsal.DetectHome), DNSHome: median(rehearsal.DNSHome), Home: median(rehearsal.HomeAgain)},
	}
	for second := range 150 {
		at := time.Duration(second) * time.Second
		play.Requests = append(play.Requests,
			rehearsal.Request{Visitor: second % 2, Sent: at, Took: 60 * time.Millisecond, Status: 200, By: "home", To: "edge"},
			rehearsal.Request{Visitor: second % 2, Write: true, Sent: at, Took: 4 * time.Second, Status: 504, To: "edge"})
	}
	return play
}

func TestReportComparesPlayWithPrediction(t *testing.T) {
	m := fixture.Site(t, "site")
	predictions := predicted(t, m, 300, rehearsal.Dark)
	play := shortPlay(predictions[0])
	if r := New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{play}); !r.Passed() {
		t.Fatalf("a play like the prediction failed: %v", r.Findings)
	}
	play.Sample.Detect = 60 * time.Second
	r := New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{play})
	if len(r.Findings) != 1 || r.Findings[0].Kind != "disagreement" || !strings.Contains(r.Findings[0].Message, "time to detect") {
		t.Errorf("findings: %v", r.Findings)
	}
	play.Effective = 3
	r = New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{play})
	if !strings.Contains(r.Findings[0].Message, "at a lower one") {
		t.Errorf("a machine that is too slow is not blamed: %v", r.Findings)
	}
}

func TestReportNamesThePhase(t *testing.T) {
	s := time.Second
	tests := []struct {
		quantity rehearsal.Quantity
		sample   rehearsal.Sample
		want     string
	}{
		{rehearsal.WritesBack, rehearsal.Sample{Detect: rehearsal.Never, DNSMoved: rehearsal.Never, Writes: rehearsal.Never}, "never found the outage"},
		{rehearsal.WritesBack, rehearsal.Sample{Detect: 30 * s, DNSMoved: rehearsal.Never, Writes: rehearsal.Never}, "DNS never moved"},
		{rehearsal.WritesBack, rehearsal.Sample{Detect: 30 * s, DNSMoved: 33 * s, Writes: rehearsal.Never}, "still not served"},
		{rehearsal.WritesBack, rehearsal.Sample{Detect: 100 * s, DNSMoved: 103 * s, Writes: 120 * s}, "detecting took longest"},
		{rehearsal.WritesBack, rehearsal.Sample{Detect: 30 * s, DNSMoved: 130 * s, Writes: 140 * s}, "spreading the new status took longest"},
		{rehearsal.WritesBack, rehearsal.Sample{Detect: 30 * s, DNSMoved: 33 * s, Writes: 93 * s}, "resolvers keeping the old answer took longest"},
		{rehearsal.ReadsBack, rehearsal.Sample{Detect: 30 * s, DNSMoved: 33 * s, Reads: 20 * s}, "the edge's retries"},
		{rehearsal.ReadsBack, rehearsal.Sample{Detect: rehearsal.Never, DNSMoved: rehearsal.Never, Reads: 20 * s}, "the edge and the load balancer's own checks"},
		{rehearsal.HomeAgain, rehearsal.Sample{DetectHome: rehearsal.Never, Home: rehearsal.Never}, "never found home healthy"},
	}
	for _, test := range tests {
		if got := blame(test.quantity, test.sample); !strings.Contains(got, test.want) {
			t.Errorf("%s of %+v: %q, want %q", test.quantity, test.sample, got, test.want)
		}
	}
}

var outsideLink = regexp.MustCompile(`(src|href)=|@import|url\(|<script`)

func TestReportFiles(t *testing.T) {
	m := fixture.Site(t, "article")
	predictions := predicted(t, m, 300)
	r := New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{shortPlay(predictions[1])})
	var text, page, data bytes.Buffer
	for _, err := range []error{r.WriteText(&text), r.WriteHTML(&page), r.WriteJSON(&data)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"Everybody is lost until DNS moves", "FAILED", "played at speed 20"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in the text", want)
		}
	}
	if outside := outsideLink.FindString(page.String()); outside != "" {
		t.Errorf("the page is not self-contained: %s", outside)
	}
	for _, want := range []string{"prefers-color-scheme: dark", `name="viewport"`, "<svg", "Everybody is lost"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	var got struct {
		Passed      bool
		Predictions []struct{ Quantities []struct{ Worst *float64 } }
		Plays       []struct{ Requests []struct{ Sent float64 } }
	}
	if err := json.Unmarshal(data.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Passed || len(got.Predictions) != len(predictions) || len(got.Plays) != 1 || len(got.Plays[0].Requests) != 300 {
		t.Errorf("JSON holds %+v", got)
	}
}

func predicted(t testing.TB, m *rehearsal.Model, trials int, outages ...rehearsal.Outage) []rehearsal.Prediction {
	t.Helper()
	predictions, err := predict.Run(t.Context(), m, predict.Options{Outages: outages, Trials: trials, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}

// What only makes an outage longer is said, and fails no rehearsal: its targets
// judge.
func TestReportNotes(t *testing.T) {
	m := fixture.Site(t, "article")
	predictions := predicted(t, m, 300)
	patient := Targets{Reads: 2 * time.Minute, Writes: 2 * time.Minute, HomeAgain: 2 * time.Minute}
	r := New(m, rehearsal.DefaultParameters(), 1, patient, predictions, nil)
	if !r.Passed() {
		t.Errorf("findings: %v", r.Findings)
	}
	var text, page bytes.Buffer
	for _, err := range []error{r.WriteText(&text), r.WriteHTML(&page)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, written := range []string{text.String(), page.String()} {
		if !strings.Contains(written, "note: Primary.SiteDistribution") || strings.Contains(strings.ToLower(written), "failed</strong>") {
			t.Errorf("no note in a report that passed:\n%s", written)
		}
	}
	if r = New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, nil); r.Passed() {
		t.Error("a report that missed its targets passed")
	}
}
