package rehearsal

import (
	"context"
	"testing"
	"time"
)

func TestShow(t *testing.T) {
	for _, name := range []string{"site", "article"} {
		m := load(t, name)
		for _, f := range m.Faults {
			t.Log(f)
		}
		start := time.Now()
		ps, err := Predict(context.Background(), m, PredictOptions{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start))
		for _, p := range ps {
			t.Log(p.Outage, p.Lost)
			for _, q := range p.Quantities {
				t.Log("   ", q)
			}
		}
	}
}
