package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/rehearsal/predict"
)

var defaultTargets = Targets{Reads: 13 * time.Second, Writes: 58 * time.Second, HomeAgain: 3 * time.Minute}

// shortPlay is a play that nobody had to wait for.
func shortPlay(p rehearsal.Prediction) *rehearsal.Play {
	median := func(q rehearsal.Quantity) time.Duration { return time.Duration(p.Of(q).Median) }
	play := &rehearsal.Play{
		Outage: p.Outage, Speed: 20, Effective: 20, Visitors: 2, Began: 8 * time.Second, Healed: 90 * time.Second, Ended: 150 * time.Second,
		Events: []rehearsal.Event{{At: 43 * time.Second, What: "PRIMARY unhealthy"}, {At: 46 * time.Second, What: "DNS answers SECONDARY"}, {At: 120 * time.Second, What: "DNS answers PRIMARY"}},
		Sample: rehearsal.Sample{Detect: median(rehearsal.Detect), DNSMoved: median(rehearsal.DNSMoved), Reads: median(rehearsal.ReadsBack), Writes: median(rehearsal.WritesBack), WritesKept: median(rehearsal.WritesKept),
			DetectHome: median(rehearsal.DetectHome), DNSHome: median(rehearsal.DNSHome), Home: median(rehearsal.HomeAgain), HomeKept: median(rehearsal.HomeKept)},
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
	if found := serious(r); len(found) != 1 || found[0].Kind != "disagreement" || !strings.Contains(found[0].Message, "time to detect") {
		t.Errorf("findings: %v", r.Findings)
	}
	play.Effective = 3
	r = New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, []*rehearsal.Play{play})
	if !strings.Contains(serious(r)[0].Message, "at a lower one") {
		t.Errorf("a machine that is too slow is not blamed: %v", r.Findings)
	}
}

// serious are the findings that fail a rehearsal.
func serious(r *Report) []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Kind == note })
}

// Visitors who keep their connection have rows of their own and are held to the
// targets, but for their writes where nothing moves behind CloudFront.
func TestReportKeepers(t *testing.T) {
	m := fixture.Site(t, "site")
	predictions := predicted(t, m, 300, rehearsal.Dark)
	targets := defaultTargets
	var text, data bytes.Buffer
	r := New(m, rehearsal.DefaultParameters(), 1, targets, predictions, nil)
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&data)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"writes back, connection kept", "home again, connection kept"} {
		if !strings.Contains(text.String(), row+"  ") || !strings.Contains(data.String(), `"quantity": "`+row+`"`) {
			t.Errorf("no row %q", row)
		}
	}
	for _, hasty := range []struct {
		targets Targets
		want    string
	}{
		{Targets{Reads: time.Minute, Writes: 40 * time.Second, HomeAgain: time.Hour}, "writes back, connection kept, predicted at worst"},
		{Targets{Reads: time.Minute, Writes: time.Hour, HomeAgain: 110 * time.Second}, "home again, connection kept, predicted at worst"},
	} {
		r := New(m, rehearsal.DefaultParameters(), 1, hasty.targets, predictions, nil)
		if !slices.ContainsFunc(serious(r), func(f Finding) bool { return f.Kind == "target" && strings.Contains(f.Message, hasty.want) }) {
			t.Errorf("%+v: no %q in %v", hasty.targets, hasty.want, r.Findings)
		}
	}
	article := fixture.Site(t, "article")
	text.Reset()
	r = New(article, rehearsal.DefaultParameters(), 1, Targets{Reads: 2 * time.Minute, Writes: 2 * time.Minute, HomeAgain: 3 * time.Minute}, predicted(t, article, 300, rehearsal.Dark), nil)
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if !r.Passed() {
		t.Errorf("the article's site: %v", r.Findings)
	}
	for _, want := range []string{"One who keeps the connection to CloudFront is lost until home is healed: 300 writes", "nothing moves behind it"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the article's site: no %q in\n%s", want, text.String())
		}
	}
}

// What AWS does not publish is said with what it would cost; beyond a target, it is
// noted.
func TestReportUnknowns(t *testing.T) {
	m := fixture.Site(t, "site")
	predictions := predicted(t, m, 300, rehearsal.Dark, rehearsal.Error503)
	var text, page, data bytes.Buffer
	r := New(m, rehearsal.DefaultParameters(), 1, defaultTargets, predictions, nil)
	if err := errors.Join(r.WriteText(&text), r.WriteHTML(&page), r.WriteJSON(&data)); err != nil {
		t.Fatal(err)
	}
	for _, assumption := range []string{
		"the edge goes on using the connections that it holds when a name moves", "the edge keeps a name for a minute, whatever its TTL",
		"the edge connects anew for every first read", "every first read takes a connection that the edge holds",
	} {
		if said := "Not published: if " + assumption + ", "; !strings.Contains(text.String(), said) || !strings.Contains(page.String(), said) || !strings.Contains(data.String(), assumption) {
			t.Errorf("nothing is said of %q", assumption)
		}
	}
	noted := func(r *Report) (notes []string) {
		for _, f := range r.Findings {
			if f.Kind == note {
				notes = append(notes, f.Message)
			}
		}
		return notes
	}
	if all := strings.Join(noted(r), "\n"); !strings.Contains(all, "503: if the edge goes on using") || !strings.Contains(all, "beyond the target 58s") || !r.Passed() {
		t.Errorf("noted:\n%s", all)
	}
	if patient := New(m, rehearsal.DefaultParameters(), 1, Targets{Reads: time.Hour, Writes: time.Hour, HomeAgain: time.Hour}, predictions, nil); len(noted(patient)) > 0 {
		t.Errorf("noted within the targets: %v", patient.Findings)
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
		{rehearsal.WritesKept, rehearsal.Sample{Detect: 30 * s, DNSMoved: 33 * s, WritesKept: 93 * s}, "resolvers and connections that keep the old answer took longest"},
		{rehearsal.HomeKept, rehearsal.Sample{DetectHome: rehearsal.Never, HomeKept: rehearsal.Never}, "never found home healthy"},
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
	patient := Targets{Reads: 2 * time.Minute, Writes: 2 * time.Minute, HomeAgain: 3 * time.Minute}
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
