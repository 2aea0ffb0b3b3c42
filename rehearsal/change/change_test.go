package change

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
)

// defaultSite is the default site's assembly.
func defaultSite(t *testing.T) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Load("../../testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// find is the one resource of a stack and type whose logical id begins so.
func find(a *assembly.Assembly, stack, prefix string) *assembly.Resource {
	for _, r := range stackOf(a, stack).Resources() {
		if strings.HasPrefix(r.LogicalID, prefix) {
			return r
		}
	}
	panic("no " + prefix + " in " + stack)
}

// withoutSecrets takes the secrets away, as edge.originSecrets: [] does.
func withoutSecrets(a *assembly.Assembly) {
	rule := find(a, "Primary", "WebTierEntranceLoadBalancerHttpsFromDistributionfirst")
	listener := find(a, "Primary", "WebTierEntranceLoadBalancerHttps1")
	listener.Set("DefaultActions", rule.Template()["Properties"].(map[string]any)["Actions"])
	rule.Stack.Remove(rule.LogicalID)
	site := find(a, "Primary", "SiteDistribution")
	for _, origin := range []string{"0", "1", "2", "3"} {
		if path := "DistributionConfig.Origins." + origin + ".OriginCustomHeaders"; site.Has(path) {
			site.Delete(path)
		}
	}
}

// withoutPaging takes away of what notifications: false does: an alarm of the standby,
// and what names it in another stack.
func withoutPaging(a *assembly.Assembly) {
	for _, r := range []*assembly.Resource{
		find(a, "Failover", "Dashboard"), find(a, "Failover", "AlarmsVisitorsAffected"), find(a, "Failover", "AlarmsNobodyServed"), find(a, "Secondary", "WebTierAlarmsLoadBalancerErrors"),
	} {
		r.Stack.Remove(r.LogicalID)
	}
}

// judged is a test of a verdict.
type judged struct {
	name     string
	from, to func(*assembly.Assembly) // nil: as the site is
	kind     Kind                     // "": there is nothing to say
	want     string                   // in its message
	order    string                   // of the stacks that change
}

// withPaths has the load balancers and the health checkers ask for these paths, and
// servers that answer both, as web.healthPath and failover.path do.
func withPaths(balancers, checkers string) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		for _, stack := range []string{"Secondary", "Primary"} {
			find(a, stack, "WebTierEntranceTargetGroup").Set("HealthCheckPath", balancers)
			template := find(a, stack, "WebTierWebServersLaunchTemplate")
			script := textWith(template.Template(), pathsMarker)
			template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": strings.Replace(script, pathsMarker+"/healthz'", pathsMarker+balancers+" "+checkers+"'", 1)})
		}
		for _, check := range stackOf(a, "Failover").Resources("AWS::Route53::HealthCheck") {
			if path, err := check.Text("HealthCheckConfig.ResourcePath"); err == nil && path == "/healthz" {
				check.Set("HealthCheckConfig.ResourcePath", checkers)
			}
		}
		find(a, "Primary", "SiteDistribution").Set("DistributionConfig.CacheBehaviors.0.PathPattern", checkers)
	}
}

func TestJudge(t *testing.T) {
	tests := []judged{
		{name: "nothing", kind: ""},
		{name: "a first deployment", from: func(a *assembly.Assembly) {
			for _, r := range a.Resources() {
				r.Stack.Remove(r.LogicalID)
			}
		}, order: "Domain Global Secondary Primary Failover"},
		{name: "a longer limit of the web ACL", to: func(a *assembly.Assembly) {
			find(a, "Global", "WebAclC").Set("Description", "other")
		}, order: "Global"},
		{name: "the secrets are switched on", from: withoutSecrets, kind: Lost, want: "step", order: "Primary"},
		{name: "the load balancer's port is closed", to: func(a *assembly.Assembly) {
			rule := find(a, "Primary", "WebTierEntranceLoadBalancerSecurityGroupfrompl")
			rule.Stack.Remove(rule.LogicalID)
		}, kind: Lost, want: "lets nobody in on port 443", order: "Primary"},
		{name: "servers are asked for a path that they do not answer", to: withPaths("/alive", "/healthz"),
			kind: Lost, want: "are asked for /alive at once", order: "Secondary Primary"},
		{name: "servers are asked for a path that they answer", from: withPaths("/healthz", "/alive"), to: withPaths("/alive", "/healthz"),
			order: "Secondary Primary Failover"},
		{name: "the health check goes on before the servers do", from: withPaths("/healthz", "/ready"), order: "Secondary Failover Primary"},
		{name: "the standby's name goes", to: func(a *assembly.Assembly) {
			for _, records := range []*assembly.Resource{find(a, "Secondary", "OriginRecordsA"), find(a, "Secondary", "OriginRecordsAAAA")} {
				records.Stack.Remove(records.LogicalID)
			}
		}, kind: Open, want: "origin-us-east-1.ticketing.pw has no record, and it stays so", order: "Secondary"},
		{name: "a log group that is retained goes", from: func(a *assembly.Assembly) {
			stackOf(a, "Global").Put("Old", map[string]any{"Type": logGroupType, "DeletionPolicy": "Retain", "Properties": map[string]any{"LogGroupName": "old"}})
		}, kind: Left, want: "lets go of the LogGroup Old, which stays until you delete it; until then, AWS refuses a new one called old", order: "Global"},
		{name: "notifications are switched off", to: withoutPaging, order: "Failover Secondary"},
		{name: "a site that cannot be read", from: func(a *assembly.Assembly) {
			find(a, "Primary", "SiteDistribution").Delete("DistributionConfig.DefaultCacheBehavior")
		}, kind: Unread, want: "DefaultCacheBehavior", order: "Primary"},
		{name: "a table of your own with another name", from: table("seats", "PAY_PER_REQUEST"), to: table("tickets", "PAY_PER_REQUEST"),
			kind: Data, want: "because of TableName: the new one has none of its data", order: "Secondary"},
		{name: "a table of your own goes", from: table("seats", "PAY_PER_REQUEST"), kind: Data, want: "with its data", order: "Secondary"},
		{name: "a key goes", from: func(a *assembly.Assembly) {
			stackOf(a, "Global").Put("Key", map[string]any{"Type": "AWS::KMS::Key", "Properties": map[string]any{"EnableKeyRotation": true}})
		}, kind: Note, want: "what it has encrypted cannot be read then", order: "Global"},
		{name: "a table of your own is billed otherwise", from: table("seats", "PAY_PER_REQUEST"), to: table("seats", "PROVISIONED"), order: "Secondary"},
		{name: "an alarm goes that a dashboard names", to: func(a *assembly.Assembly) {
			alarm := find(a, "Failover", "AlarmsNobodyServed")
			alarm.Stack.Remove(alarm.LogicalID)
		}, kind: Stale, want: "Failover.Dashboard9E4231ED names Failover.AlarmsNobodyServedE4F2B101, which is gone", order: "Failover"},
		{name: "the writes' name comes with the distribution that asks for it", from: func(a *assembly.Assembly) {
			records := find(a, "Failover", "Failoverorigin")
			records.Stack.Remove(records.LogicalID)
			find(a, "Primary", "SiteDistribution").Set("DistributionConfig.Origins.0.DomainName", "origin-ap-northeast-2.ticketing.pw")
		}, order: "Failover Primary"},
		{name: "a host name goes", to: func(a *assembly.Assembly) {
			records := find(a, "Failover", "Failoverwww")
			records.Stack.Remove(records.LogicalID)
		}, kind: Lost, want: "lost are all of www.ticketing.pw, and it stays so", order: "Failover"},
		{name: "a bucket with another name", to: func(a *assembly.Assembly) {
			find(a, "Primary", "StaticSiteBucket").Add("BucketName", "other")
		}, kind: Data, want: "because of BucketName: the new one has none of its files", order: "Primary Failover"},
		{name: "an alarm goes that a composite alarm names", to: func(a *assembly.Assembly) {
			alarm := find(a, "Secondary", "WebTierAlarmsLoadBalancerErrors")
			alarm.Stack.Remove(alarm.LogicalID)
		}, kind: Refused, want: "while Failover.AlarmsVisitorsAffected17C0CD56 uses it", order: "Secondary"},
		{name: "a second alarm of one name", to: func(a *assembly.Assembly) {
			alarm := find(a, "Secondary", "WebTierAlarmsLoadBalancerErrors")
			alarm.Stack.Put("Other", alarm.Template())
		}, kind: Refused, want: "AWS refuses a second one called ticketing:", order: "Secondary"},
		{name: "a type that AWS's schemas lack", from: func(a *assembly.Assembly) {
			stackOf(a, "Global").Put("Strange", map[string]any{"Type": "AWS::Strange::Thing", "Properties": map[string]any{"A": 1.0}})
		}, to: func(a *assembly.Assembly) {
			stackOf(a, "Global").Put("Strange", map[string]any{"Type": "AWS::Strange::Thing", "Properties": map[string]any{"A": 2.0}})
		}, kind: Note, want: "AWS::Strange::Thing is not known: taken for a replacement", order: "Global"},
	}
	for _, kind := range []Kind{Lost, Unread, Data, Refused, Stale, Open, Left, Note} {
		if !slices.ContainsFunc(tests, func(test judged) bool { return test.kind == kind }) {
			t.Errorf("no broken copy of the kind %q", kind)
		}
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.judge(t)
			var text bytes.Buffer
			if err := v.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Kind == test.kind && strings.Contains(f.Message, test.want) })
			if v.Good() == test.kind.fails() || test.kind != "" && !found {
				t.Errorf("want %s with %q:\n%s", test.kind, test.want, &text)
			}
			first, _, _ := strings.Cut(test.order, " ")
			if strings.Contains(text.String(), "npx cdk deploy --app cdk.out --exclusively "+first) == v.Usual {
				t.Errorf("the usual order: %t, and the commands:\n%s", v.Usual, &text)
			}
			if got := strings.Join(changed(v), " "); got != test.order {
				t.Errorf("deploys %q, want %q:\n%s", got, test.order, &text)
			}
		})
	}
}

// judge rehearses the deployment of one edited copy of the default site over the other.
func (test judged) judge(t *testing.T) *Verdict {
	t.Helper()
	from, to := defaultSite(t), defaultSite(t)
	if test.from != nil {
		test.from(from)
	}
	if test.to != nil {
		test.to(to)
	}
	v, err := Judge(from, to)
	if err != nil {
		t.Fatal(err)
	}
	v.App = "cdk.out"
	return v
}

// table gives a site a table, as an extension does.
func table(name, billing string) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		stackOf(a, "Secondary").Put("Seats", map[string]any{"Type": "AWS::DynamoDB::GlobalTable", "Properties": map[string]any{"TableName": name, "BillingMode": billing}})
	}
}

// changed are the ids of the stacks with steps, in the verdict's order.
func changed(v *Verdict) []string {
	var ids []string
	for _, p := range v.Plans {
		if len(p.Steps) > 0 {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// TestJudgeSome holds that of some stacks only those are deployed, with those that they
// read from.
func TestJudgeSome(t *testing.T) {
	from, to := defaultSite(t), defaultSite(t)
	alarm := find(to, "Secondary", "WebTierAlarmsLoadBalancerErrors")
	alarm.Stack.Remove(alarm.LogicalID)
	for id, want := range map[string]struct {
		order string
		good  bool
	}{"Secondary": {"Domain Global Secondary", false}, "Global": {"Domain Global", true}} {
		v, err := Judge(from, to, id)
		if err != nil || strings.Join(v.Order, " ") != want.order || v.Good() != want.good || !v.Usual {
			t.Errorf("%s: got %v, good: %t, %v, want %v", id, v.Order, v.Good(), err, want)
		}
	}
}

// TestTwoSites holds that two sites are not compared.
func TestTwoSites(t *testing.T) {
	other, err := assembly.Load("../../testdata/article")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Judge(other, defaultSite(t)); err == nil || !strings.Contains(err.Error(), "two sites") {
		t.Errorf("got %v", err)
	}
}
