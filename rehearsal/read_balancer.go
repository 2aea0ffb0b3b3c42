package rehearsal

import (
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// balancer reads a load balancer, once.
func (r *reader) balancer(from *assembly.Resource) *Balancer {
	if b := r.balancers[from]; b != nil {
		return b
	}
	b := &Balancer{Resource: from.String(), Region: from.Stack.Region, IPv6: must.Get(topology.DualStack(from))}
	times := must.Get(topology.Times(from))
	within(from, "idle_timeout.timeout_seconds", times.Idle, time.Second, 4000*time.Second)
	within(from, "client_keep_alive.seconds", times.KeepAlive, time.Minute, 604800*time.Second)
	b.IdleTimeout, b.ClientKeepAlive = times.Idle, times.KeepAlive
	r.balancers[from] = b
	for _, listener := range must.Get(topology.Listeners(r.Assembly, from)) {
		b.Listeners = append(b.Listeners, r.listener(listener))
	}
	groups := must.Get(topology.TargetGroups(r.Assembly, from))
	if len(groups) == 0 {
		must.Fail("%s: no listener forwards to a target group", from)
	}
	b.Targets = r.targetGroup(groups[len(groups)-1])
	b.Group = r.group(groups[len(groups)-1])
	return b
}

// group reads the Auto Scaling group behind a target group.
func (r *reader) group(behind *assembly.Resource) *topology.Group {
	found := topology.AutoScalingGroups(r.Assembly, behind)
	if len(found) != 1 {
		return nil
	}
	group := must.Get(topology.ReadGroup(r.Assembly, found[0]))
	within(found[0], "MaxSize", group.Maximum, 0, mostServers)
	for _, schedule := range group.Schedules {
		within(schedule.Resource, "MinSize", schedule.Minimum, 0, mostServers)
		within(schedule.Resource, "MaxSize", schedule.Maximum, 0, mostServers)
	}
	return group
}

func (r *reader) listener(from topology.Listener) *Listener {
	within(from.Resource, "Port", from.Port, 1, mostPort)
	l := &Listener{
		Resource: from.Resource.String(), Port: from.Port, HTTPS: from.Protocol == "HTTPS",
		Default: action(from.Resource, must.Get(from.Default())),
	}
	for _, certificate := range must.Get(from.Certificates()) {
		l.Certificates = append(l.Certificates, must.Get(topology.CertificateNames(certificate)))
	}
	for _, rule := range must.Get(from.Rules(r.Assembly)) {
		l.Rules = append(l.Rules, listenerRule(rule))
	}
	return l
}

func listenerRule(from topology.Rule) Rule {
	rule := Rule{Action: action(from.Resource, from.Actions)}
	for _, condition := range from.Conditions {
		switch {
		case condition.Field == "path-pattern" && slices.Contains(condition.Values, "/*"): // every path
		case condition.Field == "http-header" && rule.Header == "":
			rule.Header, rule.Values = condition.Header, condition.Values
		case condition.Field == "host-header" && rule.Hosts == nil && plainValues(condition.Values):
			rule.Hosts = condition.Values
		case condition.Field == "http-request-method" && rule.Methods == nil:
			rule.Methods = condition.Values
		case condition.Field == "path-pattern" && rule.Paths == nil && plainValues(condition.Values):
			rule.Paths = condition.Values
		default:
			must.Fail("%s: the rehearsal plays rules on one header, host, method and path, without wildcards, or on every path; this has a condition on %s", from.Resource, condition.Field)
		}
	}
	return rule
}

// plainValues reports whether the values stand for themselves only.
func plainValues(values []string) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return strings.ContainsAny(value, "*?") })
}

// action reads what is done with a request first.
func action(of *assembly.Resource, actions []topology.Action) Action {
	if len(actions) == 0 {
		must.Fail("%s: has no action", of)
	}
	switch first := actions[0]; first.Type {
	case "forward":
		return Action{Forward: true, Status: 200}
	case "fixed-response":
		return Action{Status: first.Status}
	case "redirect":
		return Action{Status: first.Status, Host: strings.TrimPrefix(first.Host, "#{host}")}
	default:
		must.Fail("%s: the rehearsal plays no action of type %s", of, first.Type)
		return Action{}
	}
}

func (r *reader) targetGroup(from *assembly.Resource) TargetGroup {
	check := must.Get(topology.TargetGroupHealthCheck(from))
	group := TargetGroup{
		Resource: from.String(), Path: check.Path, Interval: check.Interval, Timeout: check.Timeout,
		Healthy: check.Healthy, Unhealthy: check.Unhealthy, Servers: 2,
	}
	within(from, "HealthCheckIntervalSeconds", group.Interval, 5*time.Second, 300*time.Second)
	within(from, "HealthCheckTimeoutSeconds", group.Timeout, 2*time.Second, 120*time.Second)
	within(from, "HealthyThresholdCount", group.Healthy, 2, 10)
	within(from, "UnhealthyThresholdCount", group.Unhealthy, 2, 10)
	for _, servers := range topology.AutoScalingGroups(r.Assembly, from) {
		group.Servers = must.Get(topology.OrDefault(servers, "MinSize", (*assembly.Resource).Int, 2))
		within(servers, "MinSize", group.Servers, 0, mostServers)
	}
	return group
}

// mostServers is as many as a target group takes.
const mostServers = 1000
