package edge

import (
	"slices"

	"twinsite/internal/edgefunction"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
	"twinsite/web"
)

// redirectsOf are the site's redirects as its edge function has them.
func redirectsOf(s *site.Site) web.Redirects {
	return web.Redirects{Domain: s.Domain, HealthPath: s.Failover.Path, Hosts: s.Edge.Redirects}
}

// checkRedirects demands that whoever asks for a host that only redirects is sent to the same path and query of the host that
// serves, wherever DNS leads him, but for health checkers.
func checkRedirects(in *read.Reader) {
	function := edgeFunction(in)
	rest := ""
	if in.Site.Edge.ReadFailover {
		rest = web.EdgeFunction(firstOrigin(in))
	}
	if read.Text(function, "FunctionCode") != web.RedirectFunction(rest, redirectsOf(in.Site)) {
		read.Fail(function, "FunctionCode", "is not the function that package web tests")
	}
	redirected := in.Site.RedirectedHosts()
	for _, from := range read.Sorted(redirected) {
		for method, want := range map[string]int{"GET": 301, "HEAD": 301, "POST": 308} {
			answer := run(function, edgefunction.Request{Method: method, URI: "/a", Query: "?b=1", Headers: map[string]string{"host": from}})
			if to := "https://" + redirected[from] + "/a?b=1"; answer.Status != want || answer.Headers["location"] != to {
				read.Fail(function, "FunctionCode", "answers %s of %s with %d to %q, want %d to %q", method, from, answer.Status, answer.Headers["location"], want, to)
			}
		}
		answer := run(function, edgefunction.Request{Method: "GET", URI: in.Site.Failover.Path, Headers: map[string]string{"host": from}})
		if answer.Status != 0 {
			read.Fail(function, "FunctionCode", "redirects health checkers, who take that for health")
		}
	}
	checkStandbyRedirects(in, redirected)
}

// checkStandbyRedirects demands rules of the standby's listener for visitors whom DNS has moved. A load balancer knows 301 and
// 302 only, which make a GET of a write: writes are left to the servers.
func checkStandbyRedirects(in *read.Reader, redirected map[string]string) {
	const config = "Actions.0.RedirectConfig."
	listener := in.Listener(in.StandbyBalancer(), 443)
	read.Expect(listener, "DefaultActions.0.Type", "forward")
	rules := must.Get(topology.Listener{Resource: listener}.Rules(in.Assembly))
	if len(rules) != len(redirected)+1 {
		read.Fail(listener, "", "has %d rules, want one for each of %d hosts that redirect, and one for the health path", len(rules), len(redirected))
	}
	first := rules[0].Resource
	read.Leads(first, "Actions.0.TargetGroupArn", in.Standby().TargetGroup)
	read.Expect(first, "Conditions", []any{map[string]any{
		"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{in.Site.Failover.Path}},
	}})
	for _, rule := range rules[1:] {
		var hosts, methods []string
		for _, condition := range rule.Conditions {
			switch condition.Field {
			case "host-header":
				hosts = condition.Values
			case "http-request-method":
				methods = condition.Values
			default:
				read.Fail(rule.Resource, condition.Path, "is on %s, so that some requests are not redirected", condition.Field)
			}
		}
		if slices.Sort(methods); !slices.Equal(methods, []string{"GET", "HEAD"}) {
			read.Fail(rule.Resource, "Conditions", "are for %v, want GET and HEAD: others would lose what they write", methods)
		}
		if len(hosts) != 1 || redirected[hosts[0]] == "" {
			read.Fail(rule.Resource, "Conditions", "are for %v, want a host that redirects", hosts)
		}
		read.ExpectAll(rule.Resource, config, map[string]any{"Host": redirected[hosts[0]], "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"})
		for _, kept := range []string{"Path", "Query"} {
			if rule.Resource.Has(config + kept) {
				read.Fail(rule.Resource, config+kept, "is there: it would not stay what the visitor asked for")
			}
		}
	}
}
