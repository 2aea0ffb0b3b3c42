package edge

import (
	"slices"

	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// Priorities of the two rules that let requests in. They stand side by side
// while a site's secrets come or go, and a listener refuses a priority twice.
const (
	secretPriority = 1
	openPriority   = 2
)

// checkOriginRules demands that secrets can come and go while visitors are
// served. What lets requests in is a rule, which is created before the
// distribution changes and deleted after; a listener's default action would
// change before, and shut CloudFront out until it sends what is asked for.
func checkOriginRules(in *read.Reader) {
	home := in.Home()
	listener := in.Listener(home.Balancer, 443)
	read.Expect(listener, "DefaultActions.0.Type", "fixed-response")
	read.Expect(listener, "DefaultActions.0.FixedResponseConfig.StatusCode", "403")
	rule := read.Only("rules of "+listener.String(), in.Referrers(listener, topology.ListenerRuleType)...)
	read.Leads(rule, "Actions.0.TargetGroupArn", home.TargetGroup)
	if len(in.Site.Edge.OriginSecrets) > 0 {
		read.Expect(rule, "Priority", secretPriority)
		read.Expect(rule, "Conditions.0.Field", "http-header")
	} else {
		read.Expect(rule, "Priority", openPriority)
		read.Expect(rule, "Conditions", []any{map[string]any{
			"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{"/*"}},
		}})
	}
	if d := in.SiteDistribution(); !slices.Contains(d.DependsOn(), rule.LogicalID) {
		read.Fail(d, ".DependsOn", "lacks %s: it may change before that does", rule)
	}
}
