package site

import (
	"fmt"
	"maps"
	"slices"
)

// mostRedirects is as many as CloudFront's function holds, whatever their names.
const mostRedirects = 30

// mostRulePath is as long a path as a load balancer's rule takes.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_PathPatternConditionConfig.html
const mostRulePath = 128

// checkRedirects wants both ends of a redirect among the hosts, and the second one to
// serve.
func checkRedirects(report *report, site *Site) {
	const field = "edge.redirects"
	redirects := site.Edge.Redirects
	if len(redirects) == 0 || !report.valid(field, "hosts") {
		return
	}
	if len(redirects) > mostRedirects {
		report.broken(field, "are too many", fmt.Sprint(len(redirects)), fmt.Sprintf("give %d or less", mostRedirects))
		return
	}
	targets := slices.Collect(maps.Values(redirects))
	for _, from := range slices.Sorted(maps.Keys(redirects)) {
		to, at := redirects[from], child(field, from)
		_, chained := redirects[to]
		// other names another host at one end, if there is one that only serves.
		other := func(end string, taken []string) string {
			for _, host := range site.Hosts {
				if _, redirected := redirects[host]; !redirected && host != end && !slices.Contains(taken, host) {
					return "add it there, or give one of them, as " + quote(host)
				}
			}
			return "add it there, or remove this redirect"
		}
		switch {
		case !report.valid(at):
		case !slices.Contains(site.Hosts, from):
			report.broken(at, "is of a name that is none of hosts", quote(from), other(to, targets))
		case !slices.Contains(site.Hosts, to):
			report.broken(at, "leads to a name that is none of hosts", quote(to), other(from, nil))
		case from == to:
			report.broken(at, "leads to itself", quote(to), "give another of hosts, or remove it")
		case redirects[to] == from:
			report.broken(at, "leads to a host that leads back", quote(to), "remove one of the two")
		case chained:
			report.broken(at, "leads to a host that redirects, too", quote(to), wayEnd(redirects, to))
		}
	}
	if len(site.Failover.Path) > mostRulePath && report.valid("failover.path") {
		report.broken("failover.path", fmt.Sprintf("is longer than %d characters, all that a load balancer's rule takes, as edge.redirects is given", mostRulePath), quote(site.Failover.Path), "give a shorter one")
	}
	if site.Failover.Path == "/" && report.valid("failover.path") {
		report.broken("failover.path", "is the path of the site itself, which is never redirected then, as edge.redirects is given", quote("/"), "give a path of its own, as \"/healthz\"")
	}
}

// wayEnd says where a way over several redirects ends, if it does.
func wayEnd(redirects map[string]string, host string) string {
	for range redirects {
		next, redirected := redirects[host]
		if !redirected {
			return "give the one where the way ends, " + quote(host)
		}
		host = next
	}
	return "remove one of those that lead round"
}

// RedirectedHosts returns the full names of the hosts that only redirect, and of those
// to which they lead: "example.com" and "www.example.com".
func (s *Site) RedirectedHosts() map[string]string {
	full := map[string]string{}
	for from, to := range s.Edge.Redirects {
		full[s.hostName(from)] = s.hostName(to)
	}
	return full
}
