package predict

import (
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// A rule is one of the model's, and what an outage would be like without it.
type rule struct {
	name     string
	site     string                        // "site" if empty
	template func(a *assembly.Assembly)    // breaks the templates
	change   func(p *rehearsal.Parameters) // or what is assumed
	outage   rehearsal.Outage              // Dark if empty
	quantity rehearsal.Quantity            // that changes
	of       func(f rehearsal.Forecast) time.Duration
	from, to [2]time.Duration // least and most, with the rule and without; Never is never
}

func median(f rehearsal.Forecast) time.Duration { return time.Duration(f.Median) }
func worst(f rehearsal.Forecast) time.Duration  { return time.Duration(f.Worst) }

const s = time.Second

var never = [2]time.Duration{rehearsal.Never, rehearsal.Never}

func site(place, property string, value any) func(a *assembly.Assembly) {
	return func(a *assembly.Assembly) {
		stack, id, _ := strings.Cut(place, ".")
		r, err := a.Find(stack, id)
		if err != nil {
			panic(err)
		}
		if value == nil {
			r.Delete(property)
			return
		}
		r.Set(property, value)
	}
}

const (
	distribution = "Primary.SiteDistribution390DED28"
	servingNames = "Failover.Failoveroriginticketingpw92CB0D1C"
	standby      = "Secondary.WebTierEntranceLoadBalancer3D9F302E"
)

func rules() []rule {
	return []rule{
		{name: "the edge keeps the serving name for the record's TTL", template: func(a *assembly.Assembly) {
			site(servingNames, "RecordSets.0.TTL", "60")(a)
			site(servingNames, "RecordSets.1.TTL", "60")(a)
		}, quantity: rehearsal.WritesKept, of: worst, from: [2]time.Duration{45 * s, 58 * s}, to: [2]time.Duration{90 * s, 108 * s}},
		{name: "and longer, if it does not honour it", change: func(p *rehearsal.Parameters) { p.EdgeTTL = 30 * s },
			quantity: rehearsal.WritesKept, of: worst, from: [2]time.Duration{45 * s, 58 * s}, to: [2]time.Duration{65 * s, 78 * s}},
		{name: "connections of the edge's pool follow a name that moves", outage: rehearsal.Error503, change: func(p *rehearsal.Parameters) { p.PooledStay = true },
			quantity: rehearsal.WritesKept, of: worst, from: [2]time.Duration{40 * s, 52 * s}, to: [2]time.Duration{90 * s, 125 * s}},
		{name: "a load balancer ends connections that are in use", template: site(standby, "LoadBalancerAttributes", []any{}),
			quantity: rehearsal.HomeKept, of: median, from: [2]time.Duration{60 * s, 120 * s}, to: never},
		{name: "CloudFront does not end those of visitors", site: "article", change: func(p *rehearsal.Parameters) { p.EdgeConnection = 2 * time.Minute },
			quantity: rehearsal.WritesKept, of: worst, from: never, to: [2]time.Duration{150 * s, 240 * s}},
		{name: "browsers end idle ones", site: "article", change: func(p *rehearsal.Parameters) { p.BrowserIdle = 500 * time.Millisecond },
			quantity: rehearsal.WritesKept, of: worst, from: never, to: [2]time.Duration{90 * s, 106 * s}},
		{name: "a silent read is asked elsewhere after the read time-out", outage: rehearsal.Hang, template: site(distribution, "DistributionConfig.Origins.2.CustomOriginConfig.OriginReadTimeout", 25),
			quantity: rehearsal.ReadsBack, of: worst, from: [2]time.Duration{10 * s, 13 * s}, to: [2]time.Duration{25 * s, 28 * s}},
		{name: "and is asked once", outage: rehearsal.Hang, template: site(distribution, "DistributionConfig.Origins.2.ConnectionAttempts", 2),
			quantity: rehearsal.ReadsBack, of: worst, from: [2]time.Duration{10 * s, 13 * s}, to: [2]time.Duration{20 * s, 23 * s}},
		{name: "a connection is tried once", template: site(distribution, "DistributionConfig.Origins.2.ConnectionAttempts", 3),
			quantity: rehearsal.ReadsBack, of: median, from: [2]time.Duration{2 * s, 3 * s}, to: [2]time.Duration{6 * s, 7 * s}},
		{name: "a read may take a connection that the edge has kept", change: func(p *rehearsal.Parameters) { p.StaleShare = 0 },
			quantity: rehearsal.ReadsBack, of: worst, from: [2]time.Duration{10 * s, 13 * s}, to: [2]time.Duration{2 * s, 5 * s}},
		{name: "visitors wait longer than the read time-out", outage: rehearsal.Hang, template: func(a *assembly.Assembly) {
			site(distribution, "DistributionConfig.Origins.2.CustomOriginConfig.OriginReadTimeout", 60)(a)
		}, quantity: rehearsal.ReadsBack, of: worst, from: [2]time.Duration{10 * s, 13 * s}, to: [2]time.Duration{60 * s, 63 * s}},
		{name: "a check takes what the edge takes", template: site(distribution, "DistributionConfig.Origins.1.ConnectionTimeout", 1),
			quantity: rehearsal.Detect, of: median, from: [2]time.Duration{35 * s, 37 * s}, to: [2]time.Duration{32 * s, 34 * s}},
		{name: "a health path by the serving name swings", template: site(distribution, "DistributionConfig.CacheBehaviors.0.TargetOriginId", "serving"),
			quantity: rehearsal.WritesKept, of: median, from: [2]time.Duration{35 * s, 50 * s}, to: [2]time.Duration{150 * s, rehearsal.Never}},
		{name: "without a name that moves, who keeps a connection stays", template: func(a *assembly.Assembly) {
			site(distribution, "DistributionConfig.Origins.0.DomainName", "origin-ap-northeast-2.ticketing.pw")(a)
		}, quantity: rehearsal.WritesKept, of: worst, from: [2]time.Duration{45 * s, 58 * s}, to: never},
	}
}

// Each rule of the model counts: without it, an outage is another.
func TestRules(t *testing.T) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			if r.site == "" {
				r.site = "site"
			}
			if r.outage == "" {
				r.outage = rehearsal.Dark
			}
			broken, changed := fixture.Site(t, r.site), func(*rehearsal.Parameters) {}
			if r.template != nil {
				broken = fixture.Site(t, r.site, r.template)
			}
			if r.change != nil {
				changed = r.change
			}
			for _, test := range []struct {
				name  string
				model *rehearsal.Model
				edit  func(*rehearsal.Parameters)
				want  [2]time.Duration
			}{{"with", fixture.Site(t, r.site), func(*rehearsal.Parameters) {}, r.from}, {"without", broken, changed, r.to}} {
				got := r.of(predictWith(t, test.model, test.edit, r.outage)[0].Of(r.quantity))
				if got < test.want[0] || got > test.want[1] {
					t.Errorf("%s the rule: %s %s, want %s to %s", test.name, r.quantity, rehearsal.Seconds(got), rehearsal.Seconds(test.want[0]), rehearsal.Seconds(test.want[1]))
				}
			}
		})
	}
}

// When both regions are dead, PRIMARY is answered, by the serving name as by
// visitors': unless nobody asks the standby.
func TestBothDead(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*assembly.Assembly)
		want string
	}{
		{"checked", func(*assembly.Assembly) {}, "PRIMARY"},
		{"unchecked", site(servingNames, "RecordSets.1.HealthCheckId", nil), "SECONDARY"},
	} {
		_, s := resolved(t, fixture.Site(t, "site", test.edit), rehearsal.BothDead, 5*time.Minute, 1)
		if got := s.serving[0].at(4 * time.Minute).Failover; got != test.want {
			t.Errorf("%s: the serving name is answered with %s, want %s", test.name, got, test.want)
		}
		if got := s.visitors.at(4 * time.Minute).Failover; got != "PRIMARY" {
			t.Errorf("%s: visitors' names are answered with %s", test.name, got)
		}
	}
}

// Both names move in an outage, or the edge's alone.
func TestFronts(t *testing.T) {
	for _, test := range []struct {
		site, want string
		edit       func(*assembly.Assembly)
	}{
		{"site", "SECONDARY", func(*assembly.Assembly) {}},
		{"everything", "PRIMARY", func(*assembly.Assembly) {}},
		{"everything", "SECONDARY", site("Failover.FailoverEdgeServesBE3F15E6", "HealthCheckConfig.HealthThreshold", 2)},
	} {
		_, s := resolved(t, fixture.Site(t, test.site, test.edit), rehearsal.Dark, 10*time.Minute, 1)
		if got := s.visitors.at(8 * time.Minute).Failover; got != test.want {
			t.Errorf("%s: visitors' names are answered with %s, want %s", test.site, got, test.want)
		}
		if got := s.serving[0].at(8 * time.Minute).Failover; got != "SECONDARY" {
			t.Errorf("%s: the edge's name is answered with %s", test.site, got)
		}
	}
}

// A resolver sees what DNS answers when it asks, and keeps it.
func TestCachedAnswers(t *testing.T) {
	home, away := &rehearsal.Record{Failover: "PRIMARY"}, &rehearsal.Record{Failover: "SECONDARY"}
	dns := answers{{longAgo, home}, {35 * s, away}, {63 * s, home}, {64 * s, away}}
	seen := dns.cached(nil, 7*s, 10*s)
	for at, want := range map[time.Duration]*rehearsal.Record{0: home, 36 * s: home, 37 * s: away, 66 * s: away, 67 * s: away} {
		if got := seen.at(at); got != want {
			t.Errorf("at %s: %s, want %s", at, got.Failover, want.Failover)
		}
	}
	if len(seen) != 3 {
		t.Errorf("saw %v, want nothing of what came and went between two questions", seen)
	}
	if at := dns.cached(nil, 7*s, 0).at(35 * s); at != away {
		t.Error("without a TTL, the answer is kept")
	}
	if at := dns.cached(nil, 70*s, 60*s).after(0); at != 70*s {
		t.Errorf("asked at 10 s, 70 s and so on, the answer changes at %s", at)
	}
}

// A front at the edge brings visitors home within 110 s, whatever the edge does with
// its connections; a front that moves needs longer.
func TestFrontAtTheEdge(t *testing.T) {
	soon := func(a *assembly.Assembly) {
		for _, check := range a.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.FailureThreshold") {
				check.Set("HealthCheckConfig.FailureThreshold", 3)
				check.Set("HealthCheckConfig.RequestInterval", 10)
			}
		}
		for _, machine := range a.Resources("AWS::StepFunctions::StateMachine") {
			machine.Stack.Remove(machine.LogicalID) // nobody has to bring it home
		}
	}
	moves := site("Failover.FailoverEdgeServesBE3F15E6", "HealthCheckConfig.HealthThreshold", 2)
	for _, test := range []struct {
		name        string
		stay        bool
		edit        func(*assembly.Assembly)
		least, most time.Duration
	}{
		{"pooled connections follow", false, func(*assembly.Assembly) {}, 30 * s, 58 * s},
		{"pooled connections stay", true, func(*assembly.Assembly) {}, 70 * s, 110 * s},
		{"the front moves too", false, moves, 111 * s, 165 * s},
	} {
		m := fixture.Site(t, "everything", soon, test.edit)
		for _, p := range predictWith(t, m, func(p *rehearsal.Parameters) { p.PooledStay = test.stay }, rehearsal.Dark, rehearsal.Hang, rehearsal.Error503) {
			if got := time.Duration(p.Of(rehearsal.HomeKept).Worst); got < test.least || got > test.most {
				t.Errorf("%s, %s: home again, connection kept, after %s at worst, want %s to %s", test.name, p.Outage, got, test.least, test.most)
			}
			if got := time.Duration(p.Of(rehearsal.HomeAgain).Worst); got > 110*s {
				t.Errorf("%s, %s: home again after %s at worst", test.name, p.Outage, got)
			}
		}
	}
}

// A site that swings is found out without ten thousand trials, each of which takes
// dozens of rounds.
func TestSwingsAreBounded(t *testing.T) {
	m := fixture.Site(t, "site", site(distribution, "DistributionConfig.CacheBehaviors.0.TargetOriginId", "serving"))
	if p := predicted(t, m, 10_000, rehearsal.Refused)[0]; p.Trials != mostSwings {
		t.Errorf("%d trials, want %d", p.Trials, mostSwings)
	}
}
