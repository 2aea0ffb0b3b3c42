package topology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

// TestFollow promises that a name leads to both ends of a failover pair, directly and by another name, and that what
// leads nowhere, in a circle or through two pairs is an error.
func TestFollow(t *testing.T) {
	set := func(path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { find(a, servingRecords).Set(path, value) }
	}
	both := "[" + homeBalancer + " " + standbyBalancer + "] origin.ticketing.pw"
	tests := []struct {
		name, asked, want, error string
		edit                     func(*assembly.Assembly)
	}{
		{name: "a pair", asked: "Origin.ticketing.pw.", want: both},
		{name: "a name that never moves", asked: "origin-us-east-1.ticketing.pw", want: "[" + standbyBalancer + "]"},
		{name: "visitors' pair", asked: "ticketing.pw", want: "[" + siteEdge + " " + standbyBalancer + "] ticketing.pw"},
		{name: "half a pair", asked: "origin.ticketing.pw", want: "[" + standbyBalancer + "] origin.ticketing.pw", edit: func(a *assembly.Assembly) {
			find(a, servingRecords).Delete("RecordSets.0")
		}},
		{name: "both lead home", asked: "origin.ticketing.pw", want: "[" + homeBalancer + "] origin.ticketing.pw", edit: set("RecordSets.1.ResourceRecords.0", "origin-ap-northeast-2.ticketing.pw")},
		{name: "the attribute of a resource", asked: "origin.ticketing.pw", want: "[" + siteEdge + " " + standbyBalancer + "] origin.ticketing.pw", edit: func(a *assembly.Assembly) {
			find(a, servingRecords).Set("RecordSets.0.ResourceRecords.0", nameOf(a, siteEdge))
		}},
		{name: "a CNAME to a pair", asked: "api.ticketing.pw", want: both, edit: func(a *assembly.Assembly) {
			group := find(a, servingRecords)
			group.Set("RecordSets.1.Name", "api.ticketing.pw")
			group.Set("RecordSets.1.ResourceRecords.0", "origin.ticketing.pw")
			group.Delete("RecordSets.1.Failover")
			www := find(a, wwwRecords)
			www.Set("RecordSets.0", map[string]any{"Name": "origin.ticketing.pw", "Type": "CNAME", "TTL": 10, "Failover": "SECONDARY", "ResourceRecords": []string{"origin-us-east-1.ticketing.pw"}})
		}},
		{name: "nowhere", asked: "origin.ticketing.pw", error: "RecordSets.1: lookup gone.ticketing.pw: no record", edit: set("RecordSets.1.ResourceRecords.0", "gone.ticketing.pw")},
		{name: "two values", asked: "origin.ticketing.pw", error: "RecordSets.1: leads to no resource", edit: set("RecordSets.1.ResourceRecords", []string{"a.example", "b.example"})},
		{name: "a circle", asked: "origin.ticketing.pw", error: "records lead in a circle: origin.ticketing.pw -> origin.ticketing.pw", edit: set("RecordSets.0.ResourceRecords.0", "origin.ticketing.pw")},
		{name: "two pairs", asked: "origin.ticketing.pw", error: "leads through two failover pairs, origin.ticketing.pw and www.ticketing.pw", edit: set("RecordSets.0.ResourceRecords.0", "www.ticketing.pw")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.edit == nil {
				test.edit = func(*assembly.Assembly) {}
			}
			way, err := topology.FollowName(load(t, "site", test.edit), test.asked)
			if test.error != "" {
				refused[topology.Way](t, test.error)(way, err)
				return
			}
			pair := ""
			if got[topology.Way](t)(way, err).Pair != nil {
				pair = way.Pair.Name
			}
			same(t, test.asked, strings.TrimSpace(fmt.Sprint(way.Resources(), " ", pair)), test.want)
		})
	}
}

// TestCheckOrigins promises that what a health check reaches through a distribution follows from its path.
func TestCheckOrigins(t *testing.T) {
	ids := func(edits ...func(*assembly.Assembly)) string {
		a := load(t, "site", edits...)
		var all []string
		for _, origin := range got[[]topology.Origin](t)(got[*topology.HealthCheck](t)(topology.ReadHealthCheck(find(a, homeEndpoint))).Origins(a)) {
			all = append(all, origin.ID)
		}
		return strings.Join(all, " ")
	}
	path := func(to string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { find(a, homeEndpoint).Set("HealthCheckConfig.ResourcePath", to) }
	}
	same(t, "the health path", ids(), "home")
	same(t, "another path", ids(path("/healthz/more")), "serving")
	same(t, "a path of a group", ids(func(a *assembly.Assembly) {
		edge := find(a, siteEdge)
		edge.Add("DistributionConfig.OriginGroups", map[string]any{"Quantity": 1, "Items": []any{map[string]any{
			"Id": "both", "FailoverCriteria": map[string]any{"StatusCodes": map[string]any{"Quantity": 1, "Items": []int{503}}},
			"Members": map[string]any{"Quantity": 2, "Items": []any{map[string]any{"OriginId": "home"}, map[string]any{"OriginId": "standby"}}},
		}}})
		edge.Set("DistributionConfig.CacheBehaviors.0.TargetOriginId", "both")
	}), "home standby")
	same(t, "no distribution", ids(func(a *assembly.Assembly) {
		find(a, homeEndpoint).Set("HealthCheckConfig.FullyQualifiedDomainName", "origin-ap-northeast-2.ticketing.pw")
	}), "")
	moving := load(t, "site", func(a *assembly.Assembly) {
		find(a, homeEndpoint).Set("HealthCheckConfig.FullyQualifiedDomainName", "origin.ticketing.pw")
	})
	way := got[topology.Way](t)(got[*topology.HealthCheck](t)(topology.ReadHealthCheck(find(moving, homeEndpoint))).Follow(moving))
	same(t, "a name that moves", way.Pair.Name, "origin.ticketing.pw")
}

// TestMethods promises that a behavior that says nothing takes GET and HEAD.
func TestMethods(t *testing.T) {
	a := load(t, "site", func(a *assembly.Assembly) {
		find(a, siteEdge).Delete("DistributionConfig.CacheBehaviors.0.AllowedMethods")
	})
	behaviors := got[[]topology.Behavior](t)(topology.Behaviors(find(a, siteEdge)))
	same(t, "the default's", len(got[[]string](t)(behaviors[1].Methods())), 7)
	same(t, "by default", got[[]string](t)(behaviors[0].Methods()), "[GET HEAD]")
}

// TestTimes promises what keeps a client's connection, and Elastic Load Balancing's defaults.
func TestTimes(t *testing.T) {
	a := load(t, "site")
	times := got[topology.BalancerTimes](t)
	same(t, "home", times(topology.Times(find(a, homeBalancer))), topology.BalancerTimes{Idle: 65 * time.Second, KeepAlive: time.Minute})
	bare := load(t, "site", func(a *assembly.Assembly) { find(a, homeBalancer).Delete("LoadBalancerAttributes") })
	same(t, "by default", times(topology.Times(find(bare, homeBalancer))), topology.BalancerTimes{Idle: time.Minute, KeepAlive: time.Hour})
	ttl := got[time.Duration](t)
	for name, want := range map[string]time.Duration{"origin.ticketing.pw": 10 * time.Second, "ticketing.pw": 0} {
		records, err := a.Records(name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, ttl(topology.TTL(records[0])), want)
	}
}
