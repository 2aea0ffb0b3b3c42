package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// drilled is a drill that measured what was predicted.
func drilled(t *testing.T, mutate ...func(*rehearsal.Drill)) *Report {
	t.Helper()
	m := fixture.Site(t, "site")
	prediction := predicted(t, m, 300, rehearsal.BySwitch)[0]
	play := shortPlay(prediction)
	play.Speed, play.Effective = 1, 1
	d := &rehearsal.Drill{
		Version: rehearsal.DrillVersion, Site: "ticketing", Zone: "ticketing.pw", At: time.Date(2026, 11, 28, 18, 0, 0, 0, time.UTC),
		Outage: rehearsal.BySwitch, Write: "/tickets", Measured: map[rehearsal.Quantity]rehearsal.Seconds{}, Unmeasured: map[rehearsal.Quantity]string{},
		Unknowns: []rehearsal.Unknown{
			{Name: "TTL at the edge", Assumed: "10s", Measured: "8s", Settled: true, Why: "of 40 requests"},
			{Name: "first reads", Assumed: "10 %", Why: "a drill does not show it"},
		},
		Play: play,
	}
	for _, q := range rehearsal.Quantities() {
		d.Measured[q] = prediction.Of(q).Median
	}
	for _, change := range mutate {
		change(d)
	}
	return NewDrill(m, rehearsal.DefaultParameters(), 1, defaultTargets, prediction, d)
}

// columns says by its error which of the three columns a report forgets.
func columns(text string) error {
	header := regexp.MustCompile(`(?m)^.*predicted.*measured.*target.*$|"predicted"[^}]*"measured"[^}]*"target"`)
	if !header.MatchString(text) {
		return fmt.Errorf("no line has the columns predicted, measured and target")
	}
	for _, q := range rehearsal.Quantities() {
		if !strings.Contains(text, string(q)) {
			return fmt.Errorf("%s is missing", q)
		}
	}
	return nil
}

// All three reports have the three columns, the unknowns, and what was found.
func TestDrillReport(t *testing.T) {
	r := drilled(t)
	if !r.Passed() {
		t.Fatalf("a drill as predicted failed: %v", r.Findings)
	}
	var text, page, record bytes.Buffer
	for _, err := range []error{r.WriteText(&text), r.WriteHTML(&page), r.WriteJSON(&record)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, report := range map[string]string{"text": text.String(), "page": page.String(), "JSON": record.String()} {
		if err := columns(report); err != nil {
			t.Errorf("%s: %v, in\n%.3000s", name, err, report)
		}
		if name != "text" { // its copy comes below
			copiesLackColumns(t, name, report)
		}
		for _, want := range []string{"Drill of ticketing.pw", "not settled", "TTL at the edge", "POST /tickets", "2026-11-28"} {
			if name != "JSON" && !strings.Contains(report, want) {
				t.Errorf("%s: %q is missing, in\n%.3000s", name, want, report)
			}
		}
	}
	if columns(regexp.MustCompile(`(?m)^.*predicted +measured +target.*$`).ReplaceAllString(text.String(), "predicted  target")) == nil {
		t.Error("text: nobody noticed that a column is missing")
	}
	if strings.Contains(text.String(), "Rehearsal of") || strings.Contains(page.String(), "at speed") {
		t.Error("a drill is called a rehearsal")
	}
	var decoded struct{ Figures []Row }
	if err := json.Unmarshal(record.Bytes(), &decoded); err != nil || len(decoded.Figures) != len(rehearsal.Quantities()) {
		t.Errorf("got %v, %v", decoded, err)
	}
}

// copiesLackColumns holds that each column is missed in a copy that lacks it.
func copiesLackColumns(t *testing.T, name, report string) {
	t.Helper()
	for _, column := range []string{"predicted", "measured", "target"} {
		tried := 0
		for _, broken := range []string{`<th>` + column + `</th>`, `"` + column + `"`} {
			copied := strings.ReplaceAll(report, broken, "")
			if copied == report {
				continue
			}
			tried++
			if columns(copied) == nil {
				t.Errorf("%s: nobody noticed that the column %s is missing", name, column)
			}
		}
		if tried == 0 {
			t.Errorf("%s: no copy lacks the column %s", name, column)
		}
	}
}

// What is outside of the prediction, misses its target or is otherwise than assumed, is
// named, and fails the drill.
func TestDrillFindings(t *testing.T) {
	tests := []struct {
		name   string
		mutate func(*rehearsal.Drill)
		want   []string
	}{
		{"slower than predicted", func(d *rehearsal.Drill) { d.Measured[rehearsal.DNSMoved] = rehearsal.Seconds(90 * time.Second) },
			[]string{`disagreement: switch: DNS moved, measured 1m30s, predicted `}},
		{"faster than predicted", func(d *rehearsal.Drill) { d.Measured[rehearsal.DNSMoved] = rehearsal.Seconds(time.Second) },
			[]string{`disagreement: switch: DNS moved, measured 1s`}},
		{"never", func(d *rehearsal.Drill) { d.Measured[rehearsal.HomeAgain] = rehearsal.Seconds(rehearsal.Never) },
			[]string{`target: switch: home again, measured never, target 3m0s`, `disagreement: switch: home again, measured never`}},
		{"a name kept for a minute", func(d *rehearsal.Drill) { d.Unknowns[0].Differs, d.Unknowns[0].Measured = true, "58s" },
			[]string{`disagreement: TTL at the edge: assumed 10s, measured 58s (of 40 requests)`}},
		{"requests lost on the way home", func(d *rehearsal.Drill) { d.Lost = map[string]int{"comingHome": 3} },
			[]string{`target: switch: on the way home, visitors lost 3 requests`}},
		{"not measured", func(d *rehearsal.Drill) {
			delete(d.Measured, rehearsal.WritesBack)
			d.Unmeasured[rehearsal.WritesBack] = "nobody wrote"
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := drilled(t, test.mutate)
			found := serious(r)
			if len(found) != len(test.want) || r.Passed() != (len(test.want) == 0) {
				t.Fatalf("findings: %v, want %q", found, test.want)
			}
			for _, want := range test.want {
				if !slices.ContainsFunc(found, func(f Finding) bool { return strings.HasPrefix(f.Kind+": "+f.Message, want) }) {
					t.Errorf("findings: %v, want %q", found, want)
				}
			}
			var text bytes.Buffer
			if err := r.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			if why := r.Drill.Unmeasured[rehearsal.WritesBack]; why != "" && !strings.Contains(text.String(), "writes back was not measured: "+why) {
				t.Errorf("why something was not measured is missing:\n%s", text.String())
			}
		})
	}
}
