package rehearsal

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func recorded() *Drill {
	second := func(n float64) *Seconds { s := Seconds(n * float64(time.Second)); return &s }
	checkers, stay := 14, true
	return &Drill{
		Version: DrillVersion, Site: "ticketing", Zone: "ticketing.pw", At: time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC), Outage: BySwitch, Write: "/tickets",
		Measured: map[Quantity]Seconds{DNSMoved: *second(38.25), HomeAgain: Seconds(Never)}, Unmeasured: map[Quantity]string{Detect: "not allowed"},
		Lost: map[string]int{"reads": 2}, Unknowns: []Unknown{{Name: "TTL at the edge", Settled: true}},
		Parameters: MeasuredParameters{Checkers: &checkers, PropagationMin: second(2), PropagationMax: second(7.5), AliasTTL: second(60), EdgeTTL: second(58),
			PooledStay: &stay, HomeRTT: second(0.03), StandbyRTT: second(0.2), AlarmMax: second(5)},
	}
}

// What is recorded is read again, and the next prediction is made of it.
func TestDrillRecord(t *testing.T) {
	var file bytes.Buffer
	if err := WriteDrill(&file, recorded()); err != nil {
		t.Fatal(err)
	}
	text := file.String()
	read, err := ReadDrill(&file)
	if err != nil || !reflect.DeepEqual(read, recorded()) {
		t.Fatalf("got %+v, %v, want %+v", read, err, recorded())
	}
	p := DefaultParameters()
	said := read.Predict(&p)
	want := DefaultParameters()
	want.Checkers, want.PropagationMin, want.PropagationMax, want.EdgeTTL = 14, 2*time.Second, 7500*time.Millisecond, 58*time.Second
	want.PooledStay, want.HomeRTT, want.StandbyRTT, want.AlarmMin, want.AlarmMax = true, 30*time.Millisecond, 200*time.Millisecond, 5*time.Second, 5*time.Second
	if p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	if len(said) != 9 || said[0] != "health checkers: 14 instead of 16 [M] by a drill on 2026-11-28" {
		t.Errorf("said %q", said)
	}
	if left := (&Drill{}).Predict(&want); len(left) > 0 || p != want {
		t.Errorf("a drill that measured nothing changed %q", left)
	}
	for _, broken := range []struct{ old, now, want string }{
		{`"version": 1`, `"version": 2`, "of version 2, want 1"},
		{text, "[]", "no recorded drill"},
		{text, "", "no recorded drill"},
		{`"checkers": 14`, `"checkers": 0`, "checkers is 0"},
		{`"edgeTTL": 58`, `"edgeTTL": -1`, "edgeTTL is -1s"},
		{`"edgeTTL": 58`, `"edgeTTL": 1e300`, "is no time"},
		{`"edgeTTL": 58`, `"edgeTTL": null`, ""},
		{`"aliasTTL": 60`, `"aliasTTL": 7200`, "aliasTTL is 2h0m0s"},
		{`38.25`, `"soon"`, "no recorded drill"},
	} {
		_, err := ReadDrill(strings.NewReader(strings.Replace(text, broken.old, broken.now, 1)))
		if (err == nil) != (broken.want == "") || err != nil && (!strings.Contains(err.Error(), broken.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: got %v, want one line with %q", broken.now, err, broken.want)
		}
	}
}
