package security

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
)

// firewallPromises are about both entrances' web ACLs.
func firewallPromises() []read.Promise {
	return []read.Promise{{
		Name:  "both entrances refuse the same",
		When:  when.Firewall,
		Check: checkSameRules,
	}, {
		Name:  "rules that the site names only count",
		When:  when.RulesCount,
		Check: checkCounted,
	}, {
		Name:  "the rate limit spares the ranges that the site names, and nobody else",
		When:  when.SomeUnlimited,
		Check: checkUnlimited,
	}, {
		Name:  "web ACLs log what they block or count, and nothing else",
		When:  when.Firewall,
		Check: checkACLFilters,
	}, {
		Name:  "what web ACLs refuse is kept as long as what they let through",
		When:  when.FirewallBesideLogs,
		Check: checkACLRetention,
	}}
}

const forwardedLimit = "ForwardedRateLimit"

// checkSameRules demands of the standby's web ACL the rules of the distribution's, in their order: who is refused at home
// must not get through while the standby serves. Where CloudFront forwards requests to the standby, its limit is two: one of
// those who come themselves, and one of those who are forwarded.
func checkSameRules(in *read.Reader) {
	edge, standby := edgeACL(in), standbyACL(in)
	read.Expect(standby, "VisibilityConfig", read.Value(edge, "VisibilityConfig"))
	read.Expect(standby, "DefaultAction", read.Value(edge, "DefaultAction"))
	want := rulesInOrder(in, edge)
	if in.Site.Edge.ReadFailover || in.Site.Edge.WriteFailover {
		limit := slices.IndexFunc(want, func(r map[string]any) bool { return r["Name"] == "RateLimit" })
		if limit < 0 {
			read.Fail(edge, "Rules", "has no rule RateLimit")
		}
		want = slices.Replace(want, limit, limit+1, unforwarded(in, want[limit]), forwarded(in, want[limit]))
	}
	got := rulesInOrder(in, standby)
	for i := range min(len(want), len(got)) {
		checkSameRule(standby, fmt.Sprintf("Rules.%d", i), got[i], want[i])
	}
	if len(got) != len(want) {
		read.Fail(standby, "Rules", "are %d, want %d as the distribution's are", len(got), len(want))
	}
}

// checkUnlimited demands of both entrances that their limits leave out the ranges that the site names, by the address from
// which a request comes or, where CloudFront forwards it, by the one that CloudFront has added to the header, which is the last.
func checkUnlimited(in *read.Reader) {
	var want []string
	for _, prefix := range in.Site.WAFRules.Unlimited {
		want = append(want, prefix.String())
	}
	slices.Sort(want)
	for _, acl := range []*assembly.Resource{edgeACL(in), standbyACL(in)} {
		limits := 0
		for i := range read.Length(acl, "Rules") {
			limit := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement", i)
			if !acl.Has(limit) {
				continue
			}
			scope := limit + ".ScopeDownStatement"
			limits++
			var spared []string
			for j := range read.Length(acl, scope+".AndStatement.Statements") {
				set := fmt.Sprintf("%s.AndStatement.Statements.%d.NotStatement.Statement.IPSetReferenceStatement", scope, j)
				if !acl.Has(set) {
					continue
				}
				of := read.Target(acl, set+".Arn", "AWS::WAFv2::IPSet")
				read.Expect(of, "Scope", read.Value(acl, "Scope"))
				spared = append(spared, read.Texts(of, "Addresses")...)
				if forwarded := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement.ForwardedIPConfig", i); acl.Has(forwarded) {
					read.Expect(acl, set+".IPSetForwardedIPConfig.Position", "LAST")
				}
			}
			if slices.Sort(spared); !slices.Equal(spared, want) {
				read.Fail(acl, scope, "spares %q, want %q", spared, want)
			}
		}
		if limits == 0 {
			read.Fail(acl, "Rules", "limit nobody")
		}
	}
}

// checkSameRule demands that a rule is as it should be, and names the first point in which it is not.
func checkSameRule(acl *assembly.Resource, path string, got, want map[string]any) {
	if got["Name"] != want["Name"] {
		read.Fail(acl, path+".Name", "is %v, want %v", got["Name"], want["Name"])
	}
	is, should := map[string]string{}, map[string]string{}
	read.Flatten(is, "", got)
	read.Flatten(should, "", want)
	for _, at := range read.Sorted(should) {
		if value, ok := is[at]; !ok || value != should[at] {
			read.Fail(acl, path+"."+at, "is %q, want %q as the distribution's is", value, should[at])
		}
	}
	for _, at := range read.Sorted(is) {
		if _, ok := should[at]; !ok {
			read.Fail(acl, path+"."+at, "is %q, the distribution's has none", is[at])
		}
	}
}

// rulesInOrder are a web ACL's rules in the order in which WAF asks them, without the numbers that say so, and with the
// addresses of sets in place of the sets' ARNs, which are another in each region.
func rulesInOrder(in *read.Reader, acl *assembly.Resource) []map[string]any {
	rules := read.Objects(acl, "Rules")
	for _, rule := range rules {
		eachSet(rule, func(statement map[string]any) {
			for _, set := range in.Resources("AWS::WAFv2::IPSet") {
				if statement["Arn"] == read.Placeholder(set, "Arn") {
					statement["Arn"] = read.Show(set, "Addresses")
				}
			}
		})
	}
	for i := 1; i < len(rules); i++ {
		first, second := fmt.Sprintf("Rules.%d.Priority", i-1), fmt.Sprintf("Rules.%d.Priority", i)
		if read.Int(acl, first) >= read.Int(acl, second) {
			read.Fail(acl, second, "is not above that of the rule before, so that it is not asked in the order in which it is written")
		}
	}
	for _, rule := range rules {
		delete(rule, "Priority")
	}
	return rules
}

// eachSet calls f with every statement below a value that refers to a set of addresses.
func eachSet(value any, f func(statement map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			if statement, ok := below.(map[string]any); ok && key == "IPSetReferenceStatement" {
				f(statement)
			}
			eachSet(below, f)
		}
	case []any:
		for _, below := range value {
			eachSet(below, f)
		}
	}
}

// copied is a value of a template with copies of all that it holds.
func copied(value any) any {
	switch value := value.(type) {
	case map[string]any:
		all := map[string]any{}
		for key, below := range value {
			all[key] = copied(below)
		}
		return all
	case []any:
		all := make([]any, len(value))
		for i, below := range value {
			all[i] = copied(below)
		}
		return all
	}
	return value
}

// unforwarded is the rule that limits an address, for those alone who come themselves.
func unforwarded(in *read.Reader, rule map[string]any) map[string]any {
	return relimited(rule, func(limit map[string]any) {
		limit["ScopeDownStatement"] = scoped(limit["ScopeDownStatement"],
			map[string]any{"NotStatement": map[string]any{"Statement": isForwarded(in)}})
	})
}

// scoped is a scope with one statement more.
func scoped(scope any, statement map[string]any) map[string]any {
	statements := []any{scope}
	if of, ok := scope.(map[string]any); ok {
		if all, ok := of["AndStatement"].(map[string]any); ok {
			statements = slices.Clone(read.AsList(all["Statements"]))
		}
	}
	return map[string]any{"AndStatement": map[string]any{"Statements": append(statements, statement)}}
}

// isForwarded is the statement that CloudFront forwards a request: it shows a secret or, where the site has none, has the
// header X-Forwarded-For, however short that is.
func isForwarded(in *read.Reader) map[string]any {
	untransformed := []any{map[string]any{"Priority": float64(0), "Type": "NONE"}}
	if !when.Forwarded.Holds(in.Site) {
		return map[string]any{"SizeConstraintStatement": map[string]any{
			"FieldToMatch":       map[string]any{"SingleHeader": map[string]any{"Name": "x-forwarded-for"}},
			"ComparisonOperator": "GE", "Size": float64(0), "TextTransformations": untransformed,
		}}
	}
	var shows []any
	for _, secret := range forwardedSecrets(in) {
		shows = append(shows, map[string]any{"ByteMatchStatement": map[string]any{
			"FieldToMatch":         map[string]any{"SingleHeader": map[string]any{"Name": strings.ToLower(forwardedHeader)}},
			"PositionalConstraint": "EXACTLY", "SearchString": "{{resolve:secretsmanager:" + read.Placeholder(secret) + ":SecretString:::}}",
			"TextTransformations": untransformed,
		}})
	}
	if len(shows) == 1 {
		return shows[0].(map[string]any)
	}
	return map[string]any{"OrStatement": map[string]any{"Statements": shows}}
}

// forwarded is the rule that limits an address, for those whom CloudFront forwards. A visitor whose header has no
// address in it is served, as at home.
func forwarded(in *read.Reader, rule map[string]any) map[string]any {
	rule = relimited(rule, func(limit map[string]any) {
		limit["AggregateKeyType"] = "FORWARDED_IP"
		limit["ScopeDownStatement"] = copied(limit["ScopeDownStatement"]) // the other rule's
		eachSet(limit, func(statement map[string]any) {
			statement["IPSetForwardedIPConfig"] = map[string]any{"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH", "Position": "LAST"}
		})
		if when.Forwarded.Holds(in.Site) {
			limit["ScopeDownStatement"] = scoped(limit["ScopeDownStatement"], isForwarded(in))
		}
		limit["ForwardedIPConfig"] = map[string]any{"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"}
	})
	visibility, _ := rule["VisibilityConfig"].(map[string]any)
	if visibility = maps.Clone(visibility); visibility != nil {
		visibility["MetricName"] = forwardedLimit
	}
	rule["Name"], rule["VisibilityConfig"] = forwardedLimit, visibility
	return rule
}

// relimited is a rule with another limit by rate.
func relimited(rule map[string]any, change func(limit map[string]any)) map[string]any {
	statement, _ := rule["Statement"].(map[string]any)
	limit, _ := statement["RateBasedStatement"].(map[string]any)
	changed := maps.Clone(limit)
	if changed == nil {
		changed = map[string]any{}
	}
	change(changed)
	rule = maps.Clone(rule)
	rule["Statement"] = map[string]any{"RateBasedStatement": changed}
	return rule
}

// checkACLFilters demands that a request that is blocked or counted is logged, and one that is let through is not: the
// access logs have it.
func checkACLFilters(in *read.Reader) {
	for _, logging := range in.Resources("AWS::WAFv2::LoggingConfiguration") {
		const path = "LoggingFilter."
		read.Expect(logging, path+"DefaultBehavior", "DROP")
		var kept []string
		for i := range read.Length(logging, path+"Filters") {
			filter := fmt.Sprintf("%sFilters.%d.", path, i)
			read.Expect(logging, filter+"Behavior", "KEEP")
			read.Expect(logging, filter+"Requirement", "MEETS_ANY")
			for j := range read.Length(logging, filter+"Conditions") {
				kept = append(kept, read.Text(logging, fmt.Sprintf("%sConditions.%d.ActionCondition.Action", filter, j)))
			}
		}
		slices.Sort(kept)
		if !slices.Equal(kept, []string{"BLOCK", "COUNT"}) {
			read.Fail(logging, path+"Filters", "keep what is answered with %v, want BLOCK and COUNT", kept)
		}
	}
}

// checkACLRetention demands that the log of either web ACL goes back as far as the access logs beside it: who looks into
// an attack reads both.
func checkACLRetention(in *read.Reader) {
	keeps := func(acl *assembly.Resource, t *read.Tier) {
		logging := read.Only("logging configurations of "+acl.String(), in.Referrers(acl, "AWS::WAFv2::LoggingConfiguration")...)
		group := read.Target(logging, "LogDestinationConfigs.0", "AWS::Logs::LogGroup")
		read.Expect(group, "RetentionInDays", read.Int(logBucket(in, t), "LifecycleConfiguration.Rules.0.ExpirationInDays"))
	}
	keeps(edgeACL(in), in.Home())
	keeps(standbyACL(in), in.Standby())
}
