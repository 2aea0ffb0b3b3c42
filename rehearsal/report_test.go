package rehearsal

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

var defaultTargets = Targets{Reads: 10 * time.Second, Writes: 108 * time.Second, HomeAgain: 2 * time.Minute}

// shortPlay is a play that nobody had to wait for.
func shortPlay(p Prediction) *Play {
	median := func(q Quantity) time.Duration { return time.Duration(p.Of(q).Median) }
	play := &Play{
		Outage: p.Outage, Speed: 20, Effective: 20, Visitors: 2, Began: 8 * time.Second, Healed: 90 * time.Second, Ended: 150 * time.Second,
		Events: []Event{{43 * time.Second, "PRIMARY unhealthy"}, {46 * time.Second, "DNS answers SECONDARY"}, {120 * time.Second, "DNS answers PRIMARY"}},
		Sample: Sample{Detect: median(Detect), DNSMoved: median(DNSMoved), Reads: median(ReadsBack), Writes: median(WritesBack),
			DetectHome: median(DetectHome), DNSHome: median(DNSHome), Home: median(HomeAgain)},
	}
	for second := range 150 {
		at := time.Duration(second) * time.Second
		play.Requests = append(play.Requests,
			Request{Visitor: second % 2, Sent: at, Took: 60 * time.Millisecond, Status: 200, By: "home", To: "edge"},
			Request{Visitor: second % 2, Write: true, Sent: at, Took: 4 * time.Second, Status: 504, To: "edge"})
	}
	return play
}

func TestReportComparesPlayWithPrediction(t *testing.T) {
	m := load(t, "site")
	predictions := predict(t, m, 300, Dark)
	play := shortPlay(predictions[0])
	if r := NewReport(m, DefaultParameters(), 1, defaultTargets, predictions, []*Play{play}); !r.Passed() {
		t.Fatalf("a play like the prediction failed: %v", r.Findings)
	}
	play.Sample.Detect = 60 * time.Second
	r := NewReport(m, DefaultParameters(), 1, defaultTargets, predictions, []*Play{play})
	if len(r.Findings) != 1 || r.Findings[0].Kind != "disagreement" || !strings.Contains(r.Findings[0].Message, "time to detect") {
		t.Errorf("findings: %v", r.Findings)
	}
	play.Effective = 3
	r = NewReport(m, DefaultParameters(), 1, defaultTargets, predictions, []*Play{play})
	if !strings.Contains(r.Findings[0].Message, "at a lower one") {
		t.Errorf("a machine that is too slow is not told: %v", r.Findings)
	}
}

func TestReportNamesThePhase(t *testing.T) {
	s := time.Second
	tests := []struct {
		quantity Quantity
		sample   Sample
		want     string
	}{
		{WritesBack, Sample{Detect: never, DNSMoved: never, Writes: never}, "never found the outage"},
		{WritesBack, Sample{Detect: 30 * s, DNSMoved: never, Writes: never}, "DNS never moved"},
		{WritesBack, Sample{Detect: 30 * s, DNSMoved: 33 * s, Writes: never}, "still not served"},
		{WritesBack, Sample{Detect: 100 * s, DNSMoved: 103 * s, Writes: 120 * s}, "detecting took longest"},
		{WritesBack, Sample{Detect: 30 * s, DNSMoved: 130 * s, Writes: 140 * s}, "spreading the new status took longest"},
		{WritesBack, Sample{Detect: 30 * s, DNSMoved: 33 * s, Writes: 93 * s}, "resolvers keeping the old answer took longest"},
		{ReadsBack, Sample{Detect: 30 * s, DNSMoved: 33 * s, Reads: 20 * s}, "the edge's retries"},
		{ReadsBack, Sample{Detect: never, DNSMoved: never, Reads: 20 * s}, "the edge and the load balancer's own checks"},
		{HomeAgain, Sample{DetectHome: never, Home: never}, "never found home healthy"},
	}
	for _, test := range tests {
		if got := blame(test.quantity, test.sample); !strings.Contains(got, test.want) {
			t.Errorf("%s of %+v: %q, want %q", test.quantity, test.sample, got, test.want)
		}
	}
}

func TestReportFiles(t *testing.T) {
	m := load(t, "article")
	predictions := predict(t, m, 300)
	r := NewReport(m, DefaultParameters(), 1, defaultTargets, predictions, []*Play{shortPlay(predictions[1])})
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
	if outside := regexp.MustCompile(`(src|href)=|@import|url\(|<script`).FindString(page.String()); outside != "" {
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
