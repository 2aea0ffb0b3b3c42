package rehearsal

import (
	"context"
	"testing"
)

func TestPlayOutages(t *testing.T) {
	m := load(t, "site")
	kinds := Outages()
	if m.Switch != nil {
		kinds = append(kinds, BySwitch)
	}
	for _, outage := range kinds {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			play, err := RunPlay(context.Background(), m, PlayOptions{Outage: outage, Speed: 20, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(play.Events)
			for _, q := range Quantities() {
				t.Log(q, q.Of(play.Sample))
			}
			t.Log(play.Sample.LostReads, play.Sample.LostWrites, play.Sample.LostComingHome, len(play.Requests), play.Ended)
		})
	}
}
