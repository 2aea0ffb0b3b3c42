package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

// A Balancer is a load balancer with the web tier behind it.
type Balancer struct {
	Resource  string // "Secondary.WebTierEntranceLoadBalancer3D9F302E"
	Region    string
	IPv6      bool // dual-stack
	Listeners []*Listener
	Targets   TargetGroup
}

// A Listener is one port of a load balancer.
type Listener struct {
	Resource     string
	Port         int
	HTTPS        bool
	Certificates [][]string // the names that each certificate covers
	Rules        []Rule     // by priority
	Default      Action
}

// A Rule of a listener acts when a header has one of the values; without a
// header, always.
type Rule struct {
	priority int
	Header   string
	Values   []string
	Action   Action
}

// An Action is what a listener does with a request: forward it to the target
// group, or answer Status itself.
type Action struct {
	Forward bool
	Status  int
}

// A TargetGroup is the health check that a load balancer makes on its web
// servers.
type TargetGroup struct {
	Resource           string
	Path               string
	Interval, Timeout  time.Duration
	Healthy, Unhealthy int // consecutive answers that change its mind
	Servers            int // least number of instances of the Auto Scaling group, default 2
}

// listener returns the listener on a port, nil if there is none.
func (b *Balancer) listener(port int) *Listener {
	for _, listener := range b.Listeners {
		if listener.Port == port {
			return listener
		}
	}
	return nil
}

// covers reports whether a certificate of the listener is good for a name.
func (l *Listener) covers(name string) bool {
	return slices.ContainsFunc(l.Certificates, func(names []string) bool { return covered(names, name) })
}

// covered reports whether one of a certificate's names is name, or the wildcard
// one level above it.
func covered(names []string, name string) bool {
	_, parent, _ := strings.Cut(name, ".")
	return slices.Contains(names, name) || slices.Contains(names, "*."+parent)
}

// Action is what the listener does with a request that has these headers.
func (l *Listener) Action(header func(string) string) Action {
	for _, rule := range l.Rules {
		if rule.Header == "" || slices.Contains(rule.Values, header(rule.Header)) {
			return rule.Action
		}
	}
	return l.Default
}

// Problem says why a visitor who asks for https://host is not served; "" if
// the request is forwarded.
func (b *Balancer) Problem(port int, https bool, hosts []string, header func(string) string) string {
	listener := b.listener(port)
	switch {
	case listener == nil:
		return fmt.Sprintf("%s has no listener on port %d", b.Resource, port)
	case listener.HTTPS != https:
		return fmt.Sprintf("%s speaks another protocol", listener.Resource)
	case https && !slices.ContainsFunc(hosts, listener.covers):
		return fmt.Sprintf("%s has no certificate for %s", listener.Resource, strings.Join(hosts, " or "))
	}
	if action := listener.Action(header); !action.Forward {
		return fmt.Sprintf("%s answers %d", listener.Resource, action.Status)
	}
	return ""
}

func (r *reader) balancer(from *assembly.Resource) *Balancer {
	if b := r.balancers[from]; b != nil {
		return b
	}
	if from.Type != balancerType {
		fail("%s: is a %s, not a load balancer", from, from.Type)
	}
	b := &Balancer{
		Resource: from.String(), Region: from.Stack.Region,
		IPv6: strings.HasPrefix(orDefault(from, "IpAddressType", from.Text, "ipv4"), "dualstack"),
	}
	r.balancers[from] = b
	for _, listener := range r.Referrers(from, "AWS::ElasticLoadBalancingV2::Listener") {
		b.Listeners = append(b.Listeners, r.listener(listener, b))
	}
	if b.Targets.Resource == "" {
		fail("%s: no listener forwards to a target group", from)
	}
	return b
}

func (r *reader) listener(from *assembly.Resource, b *Balancer) *Listener {
	l := &Listener{
		Resource: from.String(), Port: must(from.Int("Port")),
		HTTPS:   must(from.Text("Protocol")) == "HTTPS",
		Default: r.action(from, "DefaultActions.0.", b),
	}
	for i := range length(from, "Certificates") {
		certificate := must(from.Target(fmt.Sprintf("Certificates.%d.CertificateArn", i)))
		l.Certificates = append(l.Certificates, certificateNames(certificate))
	}
	for _, rule := range r.Referrers(from, "AWS::ElasticLoadBalancingV2::ListenerRule") {
		l.Rules = append(l.Rules, r.rule(rule, b))
	}
	slices.SortFunc(l.Rules, func(a, b Rule) int { return a.priority - b.priority })
	return l
}

func (r *reader) rule(from *assembly.Resource, b *Balancer) Rule {
	rule := Rule{priority: must(from.Int("Priority")), Action: r.action(from, "Actions.0.", b)}
	for i := range length(from, "Conditions") {
		condition := fmt.Sprintf("Conditions.%d.", i)
		if field := must(from.Text(condition + "Field")); field != "http-header" || rule.Header != "" {
			fail("%s: the rehearsal plays rules with one condition, on a header; this has one on %s", from, field)
		}
		rule.Header = must(from.Text(condition + "HttpHeaderConfig.HttpHeaderName"))
		rule.Values = must(from.Texts(condition + "HttpHeaderConfig.Values"))
	}
	return rule
}

// action reads one action; a target group found on the way is the balancer's.
func (r *reader) action(from *assembly.Resource, path string, b *Balancer) Action {
	switch kind := must(from.Text(path + "Type")); kind {
	case "forward":
		group := path + "TargetGroupArn"
		if !from.Has(group) {
			group = path + "ForwardConfig.TargetGroups.0.TargetGroupArn"
		}
		b.Targets = r.targetGroup(must(from.Target(group)))
		return Action{Forward: true, Status: 200}
	case "fixed-response":
		return Action{Status: must(from.Int(path + "FixedResponseConfig.StatusCode"))}
	case "redirect":
		code := strings.TrimPrefix(must(from.Text(path+"RedirectConfig.StatusCode")), "HTTP_")
		if code == "302" {
			return Action{Status: 302}
		}
		return Action{Status: 301}
	default:
		fail("%s: the rehearsal plays no action of type %s", from, kind)
		return Action{}
	}
}

// targetGroup reads a target group; the defaults are Elastic Load Balancing's.
func (r *reader) targetGroup(from *assembly.Resource) TargetGroup {
	seconds := func(path string, otherwise int) time.Duration {
		return time.Duration(orDefault(from, path, from.Int, otherwise)) * time.Second
	}
	group := TargetGroup{
		Resource:  from.String(),
		Path:      orDefault(from, "HealthCheckPath", from.Text, "/"),
		Interval:  seconds("HealthCheckIntervalSeconds", 30),
		Timeout:   seconds("HealthCheckTimeoutSeconds", 5),
		Healthy:   orDefault(from, "HealthyThresholdCount", from.Int, 5),
		Unhealthy: orDefault(from, "UnhealthyThresholdCount", from.Int, 2),
		Servers:   2,
	}
	for _, asg := range r.Referrers(from, "AWS::AutoScaling::AutoScalingGroup") {
		group.Servers = orDefault(asg, "MinSize", asg.Int, 2)
	}
	return group
}

// certificateNames are the names that a certificate covers.
func certificateNames(from *assembly.Resource) []string {
	names := []string{must(from.Text("DomainName"))}
	return append(names, orDefault(from, "SubjectAlternativeNames", from.Texts, nil)...)
}
