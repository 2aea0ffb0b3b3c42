package site

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// samePrefix compares address ranges, whose fields are hidden.
func samePrefix(a, b netip.Prefix) bool { return a == b }

// load returns a site of the repository.
func load(t *testing.T, file string) *Site {
	t.Helper()
	site, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// TestNames promises the names under which a site is known.
func TestNames(t *testing.T) {
	site := load(t, "../site.yaml")
	if diff := cmp.Diff([]string{"ticketing.pw", "www.ticketing.pw"}, site.HostNames()); diff != "" {
		t.Error(diff)
	}
	for got, want := range map[string]string{
		site.StaticHost():                  "static.ticketing.pw",
		site.StandbyStaticHost():           "static-standby.ticketing.pw",
		site.OriginHost("ap-northeast-2"):  "origin-ap-northeast-2.ticketing.pw",
		site.Home.PrefixList():             "pl-22a6434b",
		site.StackName(SecondaryStack):     "ticketing-Secondary",
		site.AlarmName(StandbyServesAlarm): "ticketing: The standby serves",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	prefixed := load(t, "testdata/good/zone-prefix.yaml")
	for got, want := range map[string]string{
		prefixed.StaticHost():            "0bcdefghijklmnopqrs-static.example.com",
		prefixed.StandbyStaticHost():     "0bcdefghijklmnopqrs-static-standby.example.com",
		prefixed.ServingHost():           "0bcdefghijklmnopqrs-origin.example.com",
		prefixed.OriginHost("us-west-2"): "0bcdefghijklmnopqrs-origin-us-west-2.example.com",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := load(t, "testdata/good/prefix-list.yaml").Home.PrefixList(); got != "pl-0123456789abcdef0" {
		t.Errorf("got %s, want the given prefix list", got)
	}
}

// TestStandbyWeb promises that the standby differs in what the site says, and
// that its schedules stay within its own capacity.
func TestStandbyWeb(t *testing.T) {
	site := load(t, "testdata/good/standby-web.yaml")
	want := site.Web
	want.InstanceType, want.Minimum, want.Maximum = "m7i-flex.8xlarge", 1, 3
	want.Schedules = []Schedule{{Name: "Opening", Cron: "30 9 * * *", TimeZone: "UTC", Minimum: 3, Maximum: 3}}
	if diff := cmp.Diff(want, site.StandbyWeb(), cmp.Comparer(samePrefix)); diff != "" {
		t.Error(diff)
	}
	if site.Web.Schedules[0].Minimum != 4 {
		t.Error("the home region's schedules have changed, too")
	}
	site.Standby.Web = StandbyWeb{Minimum: 7, Maximum: 9}
	if got := site.StandbyWeb().Schedules[0]; got.Minimum != 7 || got.Maximum != 7 {
		t.Errorf("got %d to %d, want the schedule raised to the standby's minimum", got.Minimum, got.Maximum)
	}
	least := load(t, "testdata/good/least.yaml")
	least.Web.Schedules = []Schedule{}
	if diff := cmp.Diff(least.Web, least.StandbyWeb(), cmp.Comparer(samePrefix)); diff != "" {
		t.Error(diff)
	}
}

// TestStartTime promises the instant of a single time, in UTC.
func TestStartTime(t *testing.T) {
	tests := map[string]struct {
		schedule Schedule
		want     string
		once     bool
	}{
		"Seoul":        {Schedule{Start: "2027-01-09T09:30", TimeZone: "Asia/Seoul"}, "2027-01-09T00:30:00Z", true},
		"UTC":          {Schedule{Start: "2027-01-09T09:30", TimeZone: "UTC"}, "2027-01-09T09:30:00Z", true},
		"recurring":    {Schedule{Cron: "30 9 * * *", TimeZone: "UTC"}, "0001-01-01T00:00:00Z", false},
		"unknown zone": {Schedule{Start: "2027-01-09T09:30", TimeZone: "Asia/Soul"}, "0001-01-01T00:00:00Z", false},
		"no time":      {Schedule{Start: "soon", TimeZone: "UTC"}, "0001-01-01T00:00:00Z", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			start, once := test.schedule.StartTime()
			if got := start.Format(time.RFC3339); got != test.want || once != test.once {
				t.Errorf("got %s, %v, want %s, %v", got, once, test.want, test.once)
			}
		})
	}
}

// TestCheckStacks promises that a stack that is not there is named.
func TestCheckStacks(t *testing.T) {
	site, err := Load("../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := site.CheckStacks([]string{SecondaryStack, FailoverStack}); err != nil {
		t.Error(err)
	}
	const want = `the site has no stack "Third": its stacks are Domain, Global, Secondary, Primary, Failover`
	if err := site.CheckStacks([]string{SecondaryStack, "Third"}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
