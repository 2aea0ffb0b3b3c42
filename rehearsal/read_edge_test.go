package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// describe says what moves behind a site's distribution, a line each.
func describe(m *rehearsal.Model) []string {
	region := func(b *rehearsal.Balancer) string {
		if b == m.Home {
			return "home"
		}
		return "standby"
	}
	lines := []string{"leading: " + m.Leading().Name}
	for _, pair := range m.Serving {
		lines = append(lines, fmt.Sprintf("serving %s: %s %s, then %s %s", pair.Name, pair.Primary.CNAME, pair.Primary.TTL, pair.Secondary.CNAME, pair.Secondary.TTL))
	}
	for _, o := range m.Edge.Origins {
		lines = append(lines, fmt.Sprintf("origin %s: %s, then %s; %d × %s, %s", o.ID, region(o.Balancer), region(o.Secondary), o.Attempts, o.ConnectTimeout, o.ResponseTimeout))
	}
	route := func(method, path string, header map[string]string) {
		if header == nil {
			header = map[string]string{}
		}
		header["host"] = m.ServingHosts()[0]
		to, err := m.Edge.Route(method, path, header)
		if err != nil {
			lines = append(lines, err.Error())
			return
		}
		var ids []string
		for _, o := range to.Origins {
			ids = append(ids, o.ID)
		}
		said := fmt.Sprintf("%s %s: %s", method, path, strings.Join(ids, ", "))
		if to.Path != path {
			said += " as " + to.Path
		}
		if to.Refused != 0 {
			said += fmt.Sprint(to.Refused)
		}
		lines = append(lines, said)
	}
	route("GET", "/", nil)
	route("OPTIONS", "/", nil)
	route("POST", "/orders", nil)
	route("GET", "/socket", map[string]string{"sec-websocket-key": "x"})
	for _, check := range m.Checks() {
		if check.Target == m.Edge.Resource {
			route("GET", check.Path, nil)
			route("POST", check.Path, nil)
		}
	}
	for _, b := range []*rehearsal.Balancer{m.Home, m.Standby} {
		lines = append(lines, fmt.Sprintf("%s: idle %s, in use %s", region(b), b.IdleTimeout, b.ClientKeepAlive))
	}
	return append(lines, fmt.Sprint("patience ", m.Patience(rehearsal.DefaultParameters())))
}

// What moves behind the distribution is read from the templates alone.
func TestEdgeIsRead(t *testing.T) {
	want := map[string][]string{
		"site": {
			"leading: origin.ticketing.pw",
			"serving origin.ticketing.pw: origin-ap-northeast-2.ticketing.pw 10s, then origin-us-east-1.ticketing.pw 10s",
			"origin serving: home, then standby; 2 × 2s, 30s",
			"origin home: home, then home; 1 × 2s, 3s",
			"origin serving-reads: home, then standby; 1 × 2s, 10s",
			"origin standby: standby, then standby; 1 × 2s, 30s",
			"GET /: serving-reads, standby", "OPTIONS /: serving-reads, standby", "POST /orders: serving", "GET /socket: serving",
			"GET /healthz: home", "POST /healthz: 403",
			"home: idle 1m5s, in use 1m0s", "standby: idle 1m5s, in use 1m0s",
			"patience 30s",
		},
		"article": {
			"leading: ticketing.pw",
			"origin home: home, then home; 3 × 10s, 30s",
			"GET /: home", "OPTIONS /: home", "POST /orders: home", "GET /socket: home",
			"GET /healthz: home", "POST /healthz: home",
			"home: idle 1m0s, in use 1m0s", "standby: idle 1m0s, in use 1m0s",
			"patience 30s",
		},
		"everything": {
			"leading: stage-2-origin.example.com",
			"serving stage-2-origin.example.com: stage-2-origin-us-east-1.example.com 10s, then stage-2-origin-us-west-2.example.com 10s",
			"origin serving: home, then standby; 2 × 2s, 1m0s",
			"origin home: home, then home; 1 × 2s, 3s",
			"origin standby: standby, then standby; 1 × 2s, 1m0s",
			"origin serving-reads: home, then standby; 1 × 2s, 20s",
			"GET /: serving-reads, standby", "OPTIONS /: serving-reads, standby", "POST /orders: serving", "GET /socket: serving",
			"GET /ready: home", "POST /ready: 403",
			"GET /.well-known/twinsite-standby: standby as /ready", "POST /.well-known/twinsite-standby: 403",
			"home: idle 1m35s, in use 1m0s", "standby: idle 1m35s, in use 1m0s",
			"patience 30s",
		},
	}
	for name, lines := range want {
		if diff := cmp.Diff(lines, describe(fixture.Site(t, name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Each of these templates differs from the default site's by what is read of it.
func TestEdgeIsReadByTemplate(t *testing.T) {
	set := func(place, property string, value any) func(*testing.T, *assembly.Assembly) {
		return func(t *testing.T, a *assembly.Assembly) { fixture.Find(t, a, place).Set(property, value) }
	}
	const (
		edge    = "Primary.SiteDistribution390DED28"
		serving = "Failover.Failoveroriginticketingpw92CB0D1C"
	)
	group := map[string]any{"Quantity": 1, "Items": []any{map[string]any{
		"Id": "both", "FailoverCriteria": map[string]any{"StatusCodes": map[string]any{"Quantity": 1, "Items": []int{503}}},
		"Members": map[string]any{"Quantity": 2, "Items": []any{map[string]any{"OriginId": "home"}, map[string]any{"OriginId": "standby"}}},
	}}}
	tests := []struct {
		name, want, gone string
		edit             func(*testing.T, *assembly.Assembly)
	}{
		{"TTL", "serving origin.ticketing.pw: origin-ap-northeast-2.ticketing.pw 1m0s, then origin-us-east-1.ticketing.pw 10s", "", set(serving, "RecordSets.0.TTL", "60")},
		{"a name that never moves", "origin serving: home, then home; 2 × 2s, 30s", "leading: origin.ticketing.pw", func(t *testing.T, a *assembly.Assembly) {
			for _, origin := range []string{"0", "2"} {
				set(edge, "DistributionConfig.Origins."+origin+".DomainName", "origin-ap-northeast-2.ticketing.pw")(t, a)
			}
		}},
		{"attempts", "origin serving-reads: home, then standby; 3 × 2s, 10s", "", set(edge, "DistributionConfig.Origins.2.ConnectionAttempts", 3)},
		{"another pattern", "GET /healthz: serving-reads, standby", "POST /healthz: 403", set(edge, "DistributionConfig.CacheBehaviors.0.PathPattern", "/health")},
		{"a pattern with a wildcard", "GET /healthz: home", "GET /socket: serving, standby", set(edge, "DistributionConfig.CacheBehaviors.0.PathPattern", "heal*h?")},
		{"methods", "POST /healthz: home", "POST /healthz: 403", set(edge, "DistributionConfig.CacheBehaviors.0.AllowedMethods", []string{"GET", "HEAD", "POST"})},
		{"a group in the template", "GET /healthz: home, standby", "", func(t *testing.T, a *assembly.Assembly) {
			fixture.Find(t, a, edge).Add("DistributionConfig.OriginGroups", group)
			set(edge, "DistributionConfig.CacheBehaviors.0.TargetOriginId", "both")(t, a)
		}},
		{"no client keep-alive", "standby: idle 1m0s, in use 1h0m0s", "standby: idle 1m5s, in use 1m0s", func(t *testing.T, a *assembly.Assembly) {
			fixture.Find(t, a, "Secondary.WebTierEntranceLoadBalancer3D9F302E").Delete("LoadBalancerAttributes")
		}},
		{"a read time-out beyond visitors' patience", "patience 48s", "patience 30s", set(edge, "DistributionConfig.Origins.2.CustomOriginConfig.OriginReadTimeout", 45)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := strings.Join(describe(fixture.Site(t, "site", func(a *assembly.Assembly) { test.edit(t, a) })), "\n") + "\n"
			if !strings.Contains(all, test.want+"\n") || test.gone != "" && strings.Contains(all, test.gone+"\n") {
				t.Errorf("want %q and not %q in\n%s", test.want, test.gone, all)
			}
		})
	}
}

// A health check that asks by a name that moves has both ends of it.
func TestChecksThatMove(t *testing.T) {
	find := func(m *rehearsal.Model) *rehearsal.HealthCheck {
		for _, check := range m.Checks() {
			if check.Resource == "Failover.FailoverHomeEndpoint260E5D86" {
				return check
			}
		}
		t.Fatal("no such check")
		return nil
	}
	for name, want := range map[string]string{"origin.ticketing.pw": "origin.ticketing.pw CNAME", "ticketing.pw": "ticketing.pw A", "origin-us-east-1.ticketing.pw": ""} {
		m := fixture.Site(t, "site", func(a *assembly.Assembly) {
			fixture.Find(t, a, "Failover.FailoverHomeEndpoint260E5D86").Set("HealthCheckConfig.FullyQualifiedDomainName", name)
		})
		check, got := find(m), ""
		if check.Pair != nil {
			got = check.Pair.Name + " " + check.Pair.Type
		}
		if got != want || check.Secondary != m.Standby.Resource {
			t.Errorf("%s: moved by %q, and then asks %s; want %q and %s", name, got, check.Secondary, want, m.Standby.Resource)
		}
	}
	if check := find(fixture.Site(t, "site")); check.Pair != nil || check.Secondary != check.Target {
		t.Errorf("the default site's check asks %s, then %s", check.Target, check.Secondary)
	}
}

// A name's TTL is the record's; an alias has Route 53's, and the edge may keep it
// longer.
func TestTTL(t *testing.T) {
	p := rehearsal.DefaultParameters()
	alias, short := &rehearsal.Record{}, &rehearsal.Record{TTL: 10 * time.Second}
	if p.TTL(alias) != time.Minute || p.TTL(short) != 10*time.Second || p.OriginTTL(short) != 10*time.Second {
		t.Errorf("kept for %s, %s and %s", p.TTL(alias), p.TTL(short), p.OriginTTL(short))
	}
	if p.EdgeTTL = 30 * time.Second; p.OriginTTL(short) != 30*time.Second || p.TTL(short) != 10*time.Second {
		t.Errorf("an edge that keeps names for 30 s keeps one for %s", p.OriginTTL(short))
	}
}
