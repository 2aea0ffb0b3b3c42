package report

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func said(finding Finding) func(context.Context) (Finding, error) {
	return func(context.Context) (Finding, error) { return finding, nil }
}

func TestReport(t *testing.T) {
	r := &Report{Site: "ticketing", Account: "123456789012"}
	r.Items = Asking{}.Ask(t.Context(), []Question{
		{"regions", said(Good("%d opted in", 2))},
		{"vCPUs", func(context.Context) (Finding, error) {
			return Finding{}, errors.New("not allowed to ask: needs servicequotas:GetServiceQuota")
		}},
		{"zones", said(Finding{Colour: Red, Said: "us-east-1z does\nnot exist", Remedy: "name another", Fact: "zones"})},
	})
	var text, object strings.Builder
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&object)); err != nil {
		t.Fatal(err)
	}
	want := `green    regions: 2 opted in
warning  vCPUs: not allowed to ask: needs servicequotas:GetServiceQuota
red      zones: us-east-1z does not exist
         to do: name another
1 green, 1 warning, 1 red
`
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var back struct {
		Site, Account string
		Items         []struct{ Item, Colour, Said, Remedy string }
	}
	if err := json.Unmarshal([]byte(object.String()), &back); err != nil || back.Account != "123456789012" ||
		len(back.Items) != 3 || back.Items[2].Item != "zones" || back.Items[2].Colour != "red" || back.Items[2].Remedy != "name another" || strings.Contains(strings.ToLower(object.String()), "fact") {
		t.Errorf("got %+v, %v", back, err)
	}
}

// TestSideBySide holds that questions are asked side by side, but not all at once.
func TestSideBySide(t *testing.T) {
	for _, atOnce := range []int{1, 3} {
		var now, most atomic.Int32
		ask := func(ctx context.Context) (Finding, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(20 * time.Millisecond)
			return Good("well"), nil
		}
		questions := make([]Question, 9)
		for i := range questions {
			questions[i] = Question{"question", ask}
		}
		Asking{AtOnce: atOnce}.Ask(t.Context(), questions)
		if got := int(most.Load()); got != atOnce {
			t.Errorf("%d questions at once, want %d", got, atOnce)
		}
	}
}

func TestProgress(t *testing.T) {
	silent := func(ctx context.Context) (Finding, error) {
		<-ctx.Done()
		return Finding{}, ctx.Err()
	}
	var progress strings.Builder
	asking := Asking{Progress: &progress, Every: 20 * time.Millisecond, Patience: 100 * time.Millisecond}
	items := asking.Ask(t.Context(), []Question{{"fast", said(Good("well"))}, {"slow", silent}})
	if !strings.HasPrefix(progress.String(), "1 of 2 answered; still asking: slow\n") {
		t.Errorf("it says %q", progress.String())
	}
	if items[1].Colour != Warning || !strings.HasPrefix(items[1].Said, "no answer within") || items[0].Colour != Green {
		t.Errorf("got %+v", items)
	}
	progress.Reset()
	if asking.Ask(t.Context(), []Question{{"fast", said(Good("well"))}}); progress.Len() > 0 {
		t.Errorf("it says %q of what is fast", progress.String())
	}
	if got := shorten([]string{"a", "b", "c", "d", "e"}); got != "a, b, c and 2 more" {
		t.Errorf("got %q", got)
	}
}
