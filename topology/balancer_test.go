package topology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

func TestListeners(t *testing.T) {
	a := load(t, "site")
	var ports []string
	for _, l := range got[[]topology.Listener](t)(topology.Listeners(a, find(a, standbyBalancer))) {
		var kinds []string
		for _, action := range got[[]topology.Action](t)(l.AllActions(a)) {
			kinds = append(kinds, fmt.Sprint(action.Type, action.Status, len(action.Groups)))
		}
		ports = append(ports, fmt.Sprint(l.Protocol, l.Port, kinds))
	}
	same(t, "the standby's listeners", ports, "[HTTP80 [redirect301 0] HTTPS443 [forward0 1]]")

	l := got[[]topology.Listener](t)(topology.Listeners(a, find(a, homeBalancer)))[0]
	rules := got[[]topology.Rule](t)(l.Rules(a))
	same(t, "the rule of home", fmt.Sprint(rules[0].Resource, rules[0].Conditions[0].Field, rules[0].Actions[0].Groups), homeRule+"http-header["+homeGroup+"]")
	same(t, "the default of home", got[[]topology.Action](t)(l.Default())[0].Status, 403)
	names := got[[]string](t)(topology.CertificateNames(got[[]*assembly.Resource](t)(l.Certificates())[0]))
	same(t, "names of the certificate", names, "[ticketing.pw *.ticketing.pw]")

	weighted := load(t, "site", func(a *assembly.Assembly) {
		find(a, homeListener).Set("DefaultActions", []any{map[string]any{"Type": "authenticate-oidc"}, map[string]any{
			"Type":          "forward",
			"ForwardConfig": map[string]any{"TargetGroups": []any{map[string]any{"TargetGroupArn": map[string]any{"Ref": "WebTierEntranceTargetGroup1144A9D2"}}}},
		}})
		find(a, homeRule).Set("Actions", []any{map[string]any{"Type": "redirect", "RedirectConfig": map[string]any{"StatusCode": "HTTP_302"}}})
	})
	same(t, "a weighted forward", got[[]*assembly.Resource](t)(topology.TargetGroups(weighted, find(weighted, homeBalancer))), "["+homeGroup+"]")
	l = got[[]topology.Listener](t)(topology.Listeners(weighted, find(weighted, homeBalancer)))[0]
	same(t, "a redirect", got[[]topology.Rule](t)(l.Rules(weighted))[0].Actions[0].Status, 302)

	open := load(t, "site", func(a *assembly.Assembly) {
		find(a, homeRule).Set("Conditions", []any{map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{"/*"}}}})
	})
	l = got[[]topology.Listener](t)(topology.Listeners(open, find(open, homeBalancer)))[0]
	same(t, "a rule on paths", fmt.Sprint(got[[]topology.Rule](t)(l.Rules(open))[0].Conditions), "[{Conditions.0 path-pattern  [/*]}]")

	bad := load(t, "site", func(a *assembly.Assembly) { find(a, homeListener).Set("Port", "many") })
	refused[[]*assembly.Resource](t, `"many", not an integer`)(topology.TargetGroups(bad, find(bad, homeBalancer)))
}

func TestRulesByPriority(t *testing.T) {
	priority := func(of int) map[string]any {
		return map[string]any{"ListenerArn": map[string]any{"Ref": strings.TrimPrefix(homeListener, "Primary.")}, "Priority": of}
	}
	a := load(t, "site", func(a *assembly.Assembly) {
		for i, alarm := range find(a, homeListener).Stack.Resources(topology.AlarmType)[:3] { // to make rules of
			alarm.Set(".Type", topology.ListenerRuleType)
			alarm.Set(".Properties", priority([]int{30, 200, 20}[i]))
		}
		find(a, homeRule).Set("Priority", "100") // as a text is after 20 and before 30
	})
	var order []int
	for _, rule := range got[[]topology.Rule](t)(got[[]topology.Listener](t)(topology.Listeners(a, find(a, homeBalancer)))[0].Rules(a)) {
		order = append(order, rule.Priority)
	}
	same(t, "priorities", order, "[20 30 100 200]")
}

func TestTargetGroupHealthCheck(t *testing.T) {
	a := load(t, "site")
	group := find(a, homeGroup)
	want := topology.TargetHealthCheck{Path: "/healthz", Port: "traffic-port", Interval: 10 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 2, Matcher: "200"}
	read := got[topology.TargetHealthCheck](t)(topology.TargetGroupHealthCheck(group))
	same(t, "path", read.Path, want.Path)
	for _, property := range []string{"HealthCheckPath", "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher"} {
		if group.Has(property) {
			group.Delete(property)
		}
	}
	want = topology.TargetHealthCheck{Path: "/", Port: "traffic-port", Interval: 30 * time.Second, Timeout: 5 * time.Second, Healthy: 5, Unhealthy: 2, Matcher: "200"}
	same(t, "the defaults", got[topology.TargetHealthCheck](t)(topology.TargetGroupHealthCheck(group)), want)
}
