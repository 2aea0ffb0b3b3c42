package edge

import (
	"slices"
	"strings"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// originRuleCopies break the promise of origin_rules.go.
var originRuleCopies = map[string][]brokencopy.Copy{
	"secrets come and go while visitors are served": {
		{"the listener forwards", func(in *read.Reader) {
			in.Listener(in.HomeBalancer(), 443).Set("DefaultActions.0", map[string]any{"Type": "forward", "TargetGroupArn": brokencopy.Ref(in.Home().TargetGroup)})
		}, "Type is forward"},
		{"the listener answers", func(in *read.Reader) {
			in.Listener(in.HomeBalancer(), 443).Set("DefaultActions.0.FixedResponseConfig.StatusCode", "200")
		}, "StatusCode is 200"},
		{"the other rule's priority", func(in *read.Reader) {
			if len(in.Site.Edge.OriginSecrets) > 0 {
				listenerRule(in).Set("Priority", openPriority)
			} else {
				listenerRule(in).Set("Priority", 3)
			}
		}, "Priority is "},
		{"one rule for two secrets", func(in *read.Reader) {
			listenerRule(in).Set("Conditions", []any{map[string]any{
				"Field": "http-header", "HttpHeaderConfig": map[string]any{"HttpHeaderName": "X-Twinsite-Origin", "Values": []any{"one", "two"}},
			}})
			listenerRule(in).Set("Priority", 100)
			in.Site.Edge.OriginSecrets = []string{"first"}
		}, "has 2 secrets, want one"},
		{"a rule is missing", func(in *read.Reader) { in.Site.Edge.OriginSecrets = []string{"second", "first"} }, "has 1 rules, want 2"},
		{"the port is the group's", func(in *read.Reader) { brokencopy.Open(in.Home().BalancerSecurity, 443) }, "would change before"},
		{"the distribution does not wait for the port", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(".DependsOn", []any{listenerRule(in).LogicalID})
		}, "may change before"},
		{"the distribution does not wait for the name", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(".DependsOn", slices.DeleteFunc(d.DependsOn(), func(id string) bool { return strings.HasPrefix(id, "OriginRecords") }))
		}, "asked for too early"},
		{"open in spite of secrets", func(in *read.Reader) {
			openRule(in)
			listenerRule(in).Set("Priority", 100)
			in.Site.Edge.OriginSecrets = []string{"first"}
		}, "Field is path-pattern"},
		{"leads elsewhere", func(in *read.Reader) {
			listenerRule(in).Set("Actions.0.TargetGroupArn", brokencopy.Ref(in.HomeBalancer()))
		}, "0 of Auto Scaling groups"},
		{"the distribution is first", func(in *read.Reader) { in.SiteDistribution().Delete(".DependsOn") }, "may change before"},
		{"the other kind of site's", func(in *read.Reader) {
			if len(in.Site.Edge.OriginSecrets) > 0 {
				in.Site.Edge.OriginSecrets = nil
			} else {
				in.Site.Edge.OriginSecrets = []string{"first"}
			}
		}, "Priority is "},
		{"open at the secret's priority", func(in *read.Reader) {
			openRule(in)
			listenerRule(in).Set("Priority", 100)
			in.Site.Edge.OriginSecrets = nil
		}, "Priority is 100"},
		{"open to one path", func(in *read.Reader) {
			openRule(in)
			listenerRule(in).Set("Conditions.0.PathPatternConfig.Values.0", "/healthz")
			in.Site.Edge.OriginSecrets = nil
		}, "Conditions is"},
	},
}

// openRule lets every request in, as a site without secrets does.
func openRule(in *read.Reader) {
	rule := listenerRule(in)
	rule.Set("Priority", openPriority)
	rule.Set("Conditions", []any{map[string]any{
		"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{"/*"}},
	}})
}
