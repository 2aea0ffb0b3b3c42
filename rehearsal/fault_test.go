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
	lost     bool             // whether visitors' writes never come back in a black hole
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

func breakages() []breakage {
	return []breakage{
		{name: "no health check on a record", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			group.Delete("RecordSets.0.HealthCheckId")
			return group
		}, message: "has no health check", lost: true},
		{name: "health path grouped at the edge", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			function := one(t, a, "AWS::CloudFront::Function", func(*assembly.Resource) bool { return true })
			code, err := function.Text("FunctionCode")
			if err != nil {
				t.Fatal(err)
			}
			function.Set("FunctionCode", strings.Replace(code, "request.uri === HEALTH_PATH", "false", 1))
			return function
		}, message: "fails over at the edge", lostReal: rehearsal.Refused},
		{name: "secondary pointing home", edit: func(t *testing.T, a *assembly.Assembly) *assembly.Resource {
			group := pairGroup(t, a)
			for i := range 4 {
				if failover, err := group.Text(record(i, "Failover")); err == nil && failover == "SECONDARY" {
					group.Set(record(i, "AliasTarget.DNSName"), group2(t, a))
				}
			}
			return group
		}, message: "leads home", lost: true},
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
				if back := predicted(t, m, 200, rehearsal.Dark)[0].Of(rehearsal.WritesBack); !back.Median.Never() {
					t.Errorf("writes are back after %s, though the templates describe no failover", back.Median)
				}
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
		}, "Primary.SiteReadFailover"},
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
	targets := report.Targets{Reads: 10 * time.Second, Writes: 108 * time.Second, HomeAgain: 2 * time.Minute}
	return report.New(m, rehearsal.DefaultParameters(), 1, targets, predicted(t, m, 300), nil)
}

func predicted(t testing.TB, m *rehearsal.Model, trials int, outages ...rehearsal.Outage) []rehearsal.Prediction {
	t.Helper()
	predictions, err := predict.Run(t.Context(), m, predict.Options{Outages: outages, Trials: trials, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}
