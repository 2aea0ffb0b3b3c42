package rehearsal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/rehearsal/play"
	"twinsite/rehearsal/predict"
	"twinsite/rehearsal/report"
)

// A breakage is templates that are broken on purpose. The rehearsal must fail,
// and its message name the resource.
type breakage struct {
	name     string
	edit     func(t *testing.T, a *assembly.Assembly) *assembly.Resource // returns the one to blame
	message  string
	lost     bool             // whether the edge never moves in a black hole: who keeps a connection to it cannot write
	swings   bool             // whether writes come and go in a black hole
	lostReal rehearsal.Outage // in which writes never come back either; "" for none
	note     bool             // the targets may be met nevertheless
}

func pairGroup(t *testing.T, a *assembly.Assembly) *assembly.Resource {
	t.Helper()
	records, err := a.Records("ticketing.pw", "A")
	if err != nil || len(records) != 2 {
		t.Fatal(records, err)
	}
	return records[0].Resource
}

func one(t *testing.T, a *assembly.Assembly, kind string, is func(*assembly.Resource) bool) *assembly.Resource {
	t.Helper()
	for _, r := range a.Resources(kind) {
		if is(r) {
			return r
		}
	}
	t.Fatalf("no such %s", kind)
	return nil
}

func siteDistribution(t *testing.T, a *assembly.Assembly) *assembly.Resource {
	return one(t, a, "AWS::CloudFront::Distribution", func(r *assembly.Resource) bool {
		return r.Has("DistributionConfig.DefaultCacheBehavior.FunctionAssociations")
	})
}

func servingGroup(t *testing.T, a *assembly.Assembly) *assembly.Resource {
	t.Helper()
	records, err := a.Records("origin.ticketing.pw", "CNAME")
	if err != nil || len(records) != 2 {
		t.Fatal(records, err)
	}
	return records[0].Resource
}

func homeEndpoint(t *testing.T, a *assembly.Assembly) *assembly.Resource {
	t.Helper()
	check, err := a.Find("Failover", "FailoverHomeEndpoint260E5D86")
	if err != nil {
		t.Fatal(err)
	}
	return check
}

// leadHealthPath leads the behaviour of the health path to another origin.
func leadHealthPath(origin string) func(*testing.T, *assembly.Assembly) *assembly.Resource {
	return func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
		siteDistribution(t, a).Set("DistributionConfig.CacheBehaviors.0.TargetOriginId", origin)
		return homeEndpoint(t, a)
	}
}

// wantSwing wants writes to be lost again after they had come back: a visitor loses
// more of them than in an outage whose end is the standby, and not all.
func wantSwing(t *testing.T, m *rehearsal.Model) {
	t.Helper()
	swung := predicted(t, m, 200, rehearsal.Dark)[0]
	steady := predicted(t, fixture.Site(t, "site"), 200, rehearsal.Dark)[0]
	if swung.Lost.WritesKept < steady.Lost.WritesKept+30 || swung.Of(rehearsal.WritesKept).Median < 2*steady.Of(rehearsal.WritesKept).Median {
		t.Errorf("the site does not swing: writes are back after %s, %.0f are lost; in a site that does not, after %s, and %.0f",
			swung.Of(rehearsal.WritesKept).Median, swung.Lost.WritesKept, steady.Of(rehearsal.WritesKept).Median, steady.Lost.WritesKept)
	}
	if swung.Lost.WritesKept > 280 {
		t.Errorf("%.0f writes are lost in 300 s: the site does not move at all", swung.Lost.WritesKept)
	}
}

func breakages() []breakage {
	return []breakage{
		{name: "no health check on a record", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			group.Delete("RecordSets.0.HealthCheckId")
			return group
		}, message: "has no health check"},
		{name: "no health check on the serving name", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := servingGroup(t, a)
			group.Delete("RecordSets.0.HealthCheckId")
			return group
		}, message: "the PRIMARY record origin.ticketing.pw CNAME has no health check", lost: true},
		{name: "half of the serving pair missing", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := servingGroup(t, a)
			group.Delete("RecordSets.1")
			return group
		}, message: "no SECONDARY", lost: true},
		{name: "serving name that leads home twice", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := servingGroup(t, a)
			group.Set("RecordSets.1.ResourceRecords.0", "origin-ap-northeast-2.ticketing.pw")
			return group
		}, message: "the SECONDARY record of origin.ticketing.pw, which the edge follows, leads home", lost: true},
		{name: "serving name the wrong way round", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			d := siteDistribution(t, a)
			d.Set("DistributionConfig.Origins.2.DomainName", "api.ticketing.pw")
			group := pairGroup(t, a)
			group.Set("RecordSets.0", map[string]any{
				"Name": "api.ticketing.pw", "Type": "CNAME", "TTL": 10, "Failover": "PRIMARY", "SetIdentifier": "home",
				"ResourceRecords": []string{"origin-us-east-1.ticketing.pw"}, "HealthCheckId": map[string]any{"Ref": "FailoverHomeServes36132404"},
			})
			group.Set("RecordSets.1", map[string]any{
				"Name": "api.ticketing.pw", "Type": "CNAME", "TTL": 10, "Failover": "SECONDARY", "SetIdentifier": "standby",
				"ResourceRecords": []string{"origin-ap-northeast-2.ticketing.pw"},
			})
			return group
		}, message: "the PRIMARY record of api.ticketing.pw, which the edge follows, leads to Secondary.WebTierEntranceLoadBalancer3D9F302E, not home"},
		{name: "serving name kept for a minute", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := servingGroup(t, a)
			group.Set("RecordSets.0.TTL", "60")
			return group
		}, message: "the edge keeps the name origin.ticketing.pw for 1m0s", note: true},
		{name: "standby of the serving name unchecked", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := servingGroup(t, a)
			group.Delete("RecordSets.1.HealthCheckId")
			return group
		}, message: "the SECONDARY record of origin.ticketing.pw has no health check", note: true},
		{name: "connections kept for an hour", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			standby, err := a.Find("Secondary", "WebTierEntranceLoadBalancer3D9F302E")
			if err != nil {
				t.Fatal(err)
			}
			standby.Delete("LoadBalancerAttributes")
			return standby
		}, message: "keeps a connection that is in use for 1h0m0s"},
		{name: "health path grouped at the edge", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			siteDistribution(t, a).Delete("DistributionConfig.CacheBehaviors")
			return one(t, a, "AWS::CloudFront::Function", func(*assembly.Resource) bool { return true })
		}, message: "fails over at the edge", lostReal: rehearsal.Refused},
		{name: "health path that follows the serving name", edit: leadHealthPath("serving"), message: "whose name origin.ticketing.pw moves: once that leads to the standby, home counts as healthy, and the site swings", swings: true},
		{name: "health path that follows it as reads do", edit: leadHealthPath("serving-reads"), message: "the site swings", swings: true},
		{name: "health path to the standby", edit: leadHealthPath("standby"), message: "never sees an outage of home", lostReal: rehearsal.Refused},
		{name: "health check of the serving name", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			check := homeEndpoint(t, a)
			check.Set("HealthCheckConfig.FullyQualifiedDomainName", "origin.ticketing.pw")
			return check
		}, message: "asks by the name origin.ticketing.pw, which moves", swings: true},
		{name: "health check of the site's own name", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			check := homeEndpoint(t, a)
			check.Set("HealthCheckConfig.FullyQualifiedDomainName", "ticketing.pw")
			return check
		}, message: "asks by the name ticketing.pw, which moves", swings: true},
		{name: "standby's endpoint at home", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			check, err := a.Find("Failover", "StandbyEndpoint02B3536C")
			if err != nil {
				t.Fatal(err)
			}
			check.Set("HealthCheckConfig.FullyQualifiedDomainName", "origin-ap-northeast-2.ticketing.pw")
			return check
		}, message: "the SECONDARY record of origin.ticketing.pw follows this check, which asks Primary.WebTierEntranceLoadBalancer3D9F302E"},
		{name: "secondary pointing home", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			for i := range 4 {
				if failover, err := group.Text(record(i, "Failover")); err == nil && failover == "SECONDARY" {
					group.Set(record(i, "AliasTarget.DNSName"), group2(t, a))
				}
			}
			return group
		}, message: "leads home"},
		{name: "AAAA missing", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			for i := 3; i >= 0; i-- {
				if kind, err := group.Text(record(i, "Type")); err == nil && kind == "AAAA" {
					group.Delete("RecordSets." + string(rune('0'+i)))
				}
			}
			return group
		}, message: "no AAAA pair"},
		{name: "half of the AAAA pair missing", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			group.Delete("RecordSets.3")
			return group
		}, message: "no SECONDARY"},
		{name: "error caching of 10 s", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			distribution := siteDistribution(t, a)
			distribution.Set("DistributionConfig.CustomErrorResponses.2.ErrorCachingMinTTL", 10)
			return distribution
		}, message: "repeats errors from its cache, up to 10s", note: true},
		{name: "switch not inverted", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			check := one(t, a, "AWS::Route53::HealthCheck", func(r *assembly.Resource) bool {
				inverted, err := r.Bool("HealthCheckConfig.Inverted")
				return err == nil && inverted
			})
			check.Set("HealthCheckConfig.Inverted", false)
			return check
		}, message: "is not inverted"},
		{name: "calculated check wants three of two", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			check := one(t, a, "AWS::Route53::HealthCheck", func(r *assembly.Resource) bool {
				threshold, err := r.Int("HealthCheckConfig.HealthThreshold")
				return err == nil && threshold == 2
			})
			check.Set("HealthCheckConfig.HealthThreshold", 3)
			return check
		}, message: "its status never changes"},
		{name: "home refuses the edge", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			distribution := siteDistribution(t, a)
			distribution.Delete("DistributionConfig.Origins.0.OriginCustomHeaders")
			return distribution
		}, message: "answers 403"},
		{name: "standby without a certificate for visitors", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			certificate := one(t, a, "AWS::CertificateManager::Certificate", func(r *assembly.Resource) bool { return r.Stack.ID == "Global" })
			certificate.Set("SubjectAlternativeNames", []string{"other.example"})
			return siteDistribution(t, a)
		}, message: "does not cover www.ticketing.pw"},
	}
}

func record(i int, property string) string {
	return "RecordSets." + string(rune('0'+i)) + "." + property
}

// group2 is the reference to the site's distribution, as the PRIMARY record
// has it.
func group2(t *testing.T, a *assembly.Assembly) any {
	t.Helper()
	d := siteDistribution(t, a)
	for _, output := range d.Stack.Outputs() {
		if text, err := output.Text(); err == nil && text == "${"+d.String()+".DomainName}" {
			return map[string]any{"Fn::GetStackOutput": map[string]any{"StackName": d.Stack.Name, "Region": d.Stack.Region, "OutputName": output.Name}}
		}
	}
	t.Fatal("no output holds the distribution's name")
	return nil
}

func TestBrokenTemplates(t *testing.T) {
	for _, b := range breakages() {
		t.Run(b.name, func(t *testing.T) {
			var blamed *assembly.Resource
			m := fixture.Site(t, "site", func(a *assembly.Assembly) { blamed = b.edit(t, a) })
			result := rehearse(t, m)
			if result.Passed() && !b.note {
				t.Fatal("the rehearsal passed")
			}
			if !slices.ContainsFunc(result.Findings, func(f report.Finding) bool {
				return strings.HasPrefix(f.Message, blamed.String()) && strings.Contains(f.Message, b.message)
			}) {
				t.Errorf("no finding names %s with %q: %v", blamed, b.message, result.Findings)
			}
			if b.lost {
				if back := predicted(t, m, 200, rehearsal.Dark)[0].Of(rehearsal.WritesKept); !back.Median.Never() {
					t.Errorf("writes are back after %s, though the templates describe no failover behind the edge", back.Median)
				}
			}
			if b.swings {
				wantSwing(t, m)
			}
			if b.lostReal != "" {
				if back := predicted(t, m, 200, b.lostReal)[0].Of(rehearsal.WritesBack); !back.Median.Never() {
					t.Errorf("%s: writes are back after %s, though Route 53 never sees the outage", b.lostReal, back.Median)
				}
			}
		})
	}
}

func TestSoundTemplates(t *testing.T) {
	m := fixture.Site(t, "site")
	if result := rehearse(t, m); !result.Passed() {
		t.Errorf("findings: %v", result.Findings)
	}
	if m.Switch == nil || m.Switch.Key == "" {
		t.Errorf("the default site has no failover switch: %+v", m.Switch)
	}
	if !m.Replication.HomeToStandby || !m.Replication.StandbyToHome {
		t.Errorf("replication: %+v", m.Replication)
	}
	if m.Home.Region != "ap-northeast-2" || m.Standby.Region != "us-east-1" {
		t.Errorf("home %s, standby %s", m.Home.Region, m.Standby.Region)
	}
}

// A site without the switch works as well; a play by switch is refused.
func TestWithoutSwitch(t *testing.T) {
	m := fixture.Site(t, "article")
	if m.Switch != nil {
		t.Fatal("the article's site has a switch")
	}
	if _, err := play.Run(t.Context(), m, play.Options{Outage: rehearsal.BySwitch, Speed: 20}); err == nil || !strings.Contains(err.Error(), "no failover switch") {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableTemplates(t *testing.T) {
	tests := []struct {
		name string
		edit func(a *assembly.Assembly)
		want string
	}{
		{"no failover records", func(a *assembly.Assembly) {
			for _, group := range a.Resources("AWS::Route53::RecordSetGroup") {
				group.Stack.Remove(group.LogicalID)
			}
		}, "no record of the assembly has Failover"},
		{"an origin that is nowhere", func(a *assembly.Assembly) {
			d := siteDistribution(t, a)
			d.Set("DistributionConfig.Origins.0.DomainName", "nowhere.ticketing.pw")
		}, "Primary.SiteDistribution"},
		{"code that does not run", func(a *assembly.Assembly) {
			a.Resources("AWS::CloudFront::Function")[0].Set("FunctionCode", "function (")
		}, "Primary.SiteServingReadFailover"},
		{"code that does not end", func(a *assembly.Assembly) {
			a.Resources("AWS::CloudFront::Function")[0].Set("FunctionCode", "function handler(event) { while (event.request.method === 'POST') {} return event.request; }")
		}, "the function does not end within 1s"},
		{"code that fills the memory", func(a *assembly.Assembly) {
			a.Resources("AWS::CloudFront::Function")[0].Set("FunctionCode", "function handler(event) { let text = 'x'; for (;;) { text += text; } }")
		}, "the function "},
		{"a check of another type", func(a *assembly.Assembly) {
			a.Resources("AWS::Route53::HealthCheck")[0].Set("HealthCheckConfig.Type", "TCP")
		}, "Failover."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := assembly.Load("../testdata/site")
			if err != nil {
				t.Fatal(err)
			}
			test.edit(a)
			if _, err := rehearsal.NewModel(a); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func rehearse(t *testing.T, m *rehearsal.Model) *report.Report {
	t.Helper()
	targets := report.Targets{Reads: 13 * time.Second, Writes: 58 * time.Second, HomeAgain: 3 * time.Minute}
	return report.New(m, rehearsal.DefaultParameters(), 1, targets, predicted(t, m, 100), nil)
}

func predicted(t testing.TB, m *rehearsal.Model, trials int, outages ...rehearsal.Outage) []rehearsal.Prediction {
	t.Helper()
	predictions, err := predict.Run(t.Context(), m, predict.Options{Outages: outages, Trials: trials, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}
