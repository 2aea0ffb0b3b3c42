package release

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"twinsite/account/report"
	"twinsite/account/status"
	"twinsite/account/status/deployed"
	"twinsite/site"
)

// TestPatience holds that patience is how long a gate is wrong without a break, and that one
// that is good and wrong by turns ends all the same. Its clock is the bubble's.
func TestPatience(t *testing.T) {
	const minute = time.Minute
	d := deployed.New(t, "../..")
	for name, test := range map[string]struct {
		bake, patience time.Duration
		wrong          func(since time.Duration) bool
		ends           time.Duration
		want           string // in the error; "" passes
	}{
		"good": {5 * minute, 10 * minute, func(time.Duration) bool { return false }, 5 * minute, ""},
		"a late relapse": {5 * minute, 10 * minute, func(since time.Duration) bool { return since < 8*minute || since >= 12*minute && since < 13*minute },
			18 * minute, ""},
		"two relapses of less than the patience": {5 * minute, 10 * minute, func(since time.Duration) bool { return since < 9*minute || since >= 13*minute && since < 22*minute },
			27 * minute, ""},
		"wrong":                      {5 * minute, 10 * minute, func(time.Duration) bool { return true }, 10 * minute, "answers 503: mend it"},
		"wrong after it was good":    {5 * minute, 10 * minute, func(since time.Duration) bool { return since >= 3*minute }, 13 * minute, "answers 503: mend it"},
		"wrong by turns":             {5 * minute, 10 * minute, func(since time.Duration) bool { return since%(5*minute) < minute }, 30 * minute, "answers 503; it was good and wrong by turns for 30m0s: mend it"},
		"wrong, without patience":    {5 * minute, 0, func(time.Duration) bool { return true }, 0, "answers 503: mend it"},
		"a relapse without patience": {5 * minute, 0, func(since time.Duration) bool { return since == minute }, minute, "answers 503: mend it"},
		"without a bake":             {0, 10 * minute, func(since time.Duration) bool { return since < 9*minute }, 9 * minute, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				r := &Release{Site: d.Description, Cloud: d, Names: d.Names(), Resolver: d.Resolver(), Out: io.Discard}
				err := r.pass(t.Context(), gate{
					name: "a gate", stack: site.SecondaryStack, bake: test.bake, patience: test.patience,
					questions: func(*status.Watch) []report.Question {
						return []report.Question{{Name: "the standby", Ask: func(context.Context) (report.Finding, error) {
							if test.wrong(time.Since(start)) {
								return report.Finding{Colour: report.Warning, Said: "answers 503"}, nil
							}
							return report.Good("answers 200"), nil
						}}}
					},
					back: func(context.Context, *status.Watch) string { return "mend it" },
				})
				if took := time.Since(start); took != test.ends {
					t.Errorf("ended after %s, want %s", took, test.ends)
				}
				if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), test.want)) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			})
		})
	}
}

// TestWarns holds that every item that is not green holds a gate: what warns, too, and what
// cannot be asked. Records may lead to the standby where they did before.
func TestWarns(t *testing.T) {
	d := deployed.New(t, "../..")
	r := &Release{Site: d.Description, Cloud: d, Names: d.Names(), Resolver: d.Resolver(), Out: io.Discard}
	stops := func(g gate, moved bool) bool {
		t.Helper()
		r.moved = moved
		err := r.pass(t.Context(), g)
		if err != nil && !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
		return err != nil
	}
	gates := map[string]gate{"standby": r.standby([]string{site.SecondaryStack}), "standby, before it is changed": r.standby(nil), "home": r.home(), "records": r.records()}
	for name, g := range gates {
		if stops(g, true) {
			t.Errorf("%s: a site that is well is stopped", name)
		}
	}
	for name, test := range map[string]struct {
		gate   string
		change func(*deployed.Site)
		moved  bool
		want   bool
	}{
		"fewer servers than the minimum":         {"standby", func(d *deployed.Site) { d.Servers["us-east-1"] = d.Servers["us-east-1"][:1] }, true, true},
		"fewer servers than the minimum will be": {"standby, before it is changed", func(d *deployed.Site) { d.Servers["us-east-1"] = d.Servers["us-east-1"][:1] }, true, false},
		"a server that is new":                   {"standby", func(d *deployed.Site) { d.Servers["us-east-1"][0].State = "initial" }, true, true},
		"a redirect":                             {"standby", func(d *deployed.Site) { d.Serve(deployed.StandbyAddress, 302) }, true, true},
		"alarms that may not be asked":           {"standby", func(d *deployed.Site) { d.Refused = "cloudwatch:" }, true, true},
		"one server at home":                     {"home", func(d *deployed.Site) { d.Servers["ap-northeast-2"] = d.Servers["ap-northeast-2"][:1] }, true, true},
		"moved":                                  {"records", func(d *deployed.Site) { d.Lead("www.ticketing.pw", deployed.StandbyAddress) }, true, false},
		"moved, and that is new":                 {"records", func(d *deployed.Site) { d.Lead("www.ticketing.pw", deployed.StandbyAddress) }, false, true},
		"moved, and one name is gone": {"records", func(d *deployed.Site) {
			d.Lead("www.ticketing.pw", deployed.StandbyAddress)
			d.Lead("ticketing.pw", "")
		}, true, true},
		"records that may not be asked": {"records", func(d *deployed.Site) { d.Refused = "cloudfront:" }, true, true},
	} {
		broken := deployed.New(t, "../..")
		test.change(broken)
		r.Cloud, r.Names, r.Resolver = broken, broken.Names(), broken.Resolver()
		if got := stops(gates[test.gate], test.moved); got != test.want {
			t.Errorf("%s: stopped %t, want %t", name, got, test.want)
		}
	}
}
