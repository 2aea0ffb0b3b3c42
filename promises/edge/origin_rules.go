package edge

import (
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// openPriority is that of the rule that lets everybody in, where a site has no
// secrets. A secret's rule has a greater one: they stand side by side while secrets
// come or go, and a listener refuses a priority twice.
const openPriority = 2

// checkOriginRules demands that secrets can come and go while visitors are
// served. What lets requests in are rules, one for each secret, which are created
// before the distribution changes and deleted after; a listener's default action, or
// a rule of several secrets, would change before, and shut CloudFront out until it
// sends what is asked for.
func checkOriginRules(in *read.Reader) {
	home := in.Home()
	listener := in.Listener(home.Balancer, 443)
	read.Expect(listener, "DefaultActions.0.Type", "fixed-response")
	read.Expect(listener, "DefaultActions.0.FixedResponseConfig.StatusCode", "403")
	rules := originRules(in, listener)
	taken := map[int]bool{}
	for _, rule := range rules {
		read.Leads(rule, "Actions.0.TargetGroupArn", home.TargetGroup)
		priority := read.Int(rule, "Priority")
		switch {
		case len(in.Site.Edge.OriginSecrets) == 0:
			read.Expect(rule, "Priority", openPriority)
			read.Expect(rule, "Conditions", []any{map[string]any{
				"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{"/*"}},
			}})
		case priority <= openPriority || taken[priority]:
			read.Fail(rule, "Priority", "is %d, which another rule has or may have", priority)
		default:
			read.Expect(rule, "Conditions.0.Field", "http-header")
			if n := read.Length(rule, "Conditions.0.HttpHeaderConfig.Values"); n != 1 {
				read.Fail(rule, "Conditions.0.HttpHeaderConfig.Values", "has %d secrets, want one: each comes and goes with a rule of its own", n)
			}
		}
		taken[priority] = true
		if d := in.SiteDistribution(); !slices.Contains(d.DependsOn(), rule.LogicalID) {
			read.Fail(d, ".DependsOn", "lacks %s: it may change before that does", rule)
		}
	}
	checkIngressApart(in)
	for _, kind := range []string{"A", "AAAA"} {
		for _, record := range must.Get(in.Records(in.Site.OriginHost(in.Site.Home.Region.Name), kind)) {
			if d := in.SiteDistribution(); !slices.Contains(d.DependsOn(), record.Resource.LogicalID) {
				read.Fail(d, ".DependsOn", "lacks %s: a name that is asked for too early is kept as missing", record.Resource)
			}
		}
	}
}

// originRules are the rules of the home load balancer's listener: one for each of
// the site's secrets, or one for everybody.
func originRules(in *read.Reader, listener *assembly.Resource) []*assembly.Resource {
	rules := in.Referrers(listener, topology.ListenerRuleType)
	if want := max(1, len(in.Site.Edge.OriginSecrets)); len(rules) != want {
		read.Fail(listener, "", "has %d rules, want %d", len(rules), want)
	}
	return rules
}

// checkIngressApart demands that what opens a port of the home load balancer is there
// before the distribution uses it, and goes after: it is no part of the security
// group, which changes at once.
func checkIngressApart(in *read.Reader) {
	group, d := in.Home().BalancerSecurity, in.SiteDistribution()
	if group.Has("SecurityGroupIngress") {
		read.Fail(group, "SecurityGroupIngress", "is there: its ports would change before the distribution does")
	}
	for _, r := range in.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
		if read.Follow(r, "GroupId") == group && !slices.Contains(d.DependsOn(), r.LogicalID) {
			read.Fail(d, ".DependsOn", "lacks %s: it may change before that does", r)
		}
	}
}
