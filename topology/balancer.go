package topology

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

// A Listener is one port of a load balancer.
type Listener struct {
	Resource *assembly.Resource
	Port     int
	Protocol string // "HTTP", "HTTPS"
}

// Listeners returns the load balancer's listeners, sorted by port.
func Listeners(a *assembly.Assembly, balancer *assembly.Resource) ([]Listener, error) {
	var listeners []Listener
	for _, r := range a.Referrers(balancer, ListenerType) {
		p := &properties{of: r}
		listeners = append(listeners, Listener{Resource: r, Port: p.number("Port"), Protocol: p.text("Protocol")})
		if p.err != nil {
			return nil, p.err
		}
	}
	slices.SortStableFunc(listeners, func(a, b Listener) int { return cmp.Compare(a.Port, b.Port) })
	return listeners, nil
}

// Certificates returns the certificates of the listener; one that is not of the assembly is an error.
func (l Listener) Certificates() ([]*assembly.Resource, error) {
	p := &properties{of: l.Resource}
	var certificates []*assembly.Resource
	for i := range p.length("Certificates") {
		certificates = append(certificates, p.target(fmt.Sprintf("Certificates.%d.CertificateArn", i)))
	}
	return certificates, p.err
}

// Default returns the actions of the listener on requests that no rule takes.
func (l Listener) Default() ([]Action, error) { return actions(l.Resource, "DefaultActions") }

// CertificateNames returns the names that a certificate covers, wildcards as they are.
func CertificateNames(certificate *assembly.Resource) ([]string, error) {
	p := &properties{of: certificate}
	names := []string{p.text("DomainName")}
	names = append(names, readOr(p, "SubjectAlternativeNames", (*assembly.Resource).Texts, nil)...)
	return names, p.err
}

// A Rule is one rule of a listener.
type Rule struct {
	Resource   *assembly.Resource
	Priority   int // the lowest is asked first
	Conditions []Condition
	Actions    []Action
}

// A Condition is one of those that a request has to meet, all of them, for a rule to take it.
type Condition struct {
	Path   string   // in the rule: "Conditions.0"
	Field  string   // "http-header", "path-pattern", "host-header", "http-request-method" or another
	Header string   // whose value is compared, of the field "http-header"
	Values []string // of which one is enough, of these fields
}

// An Action is one of those of a listener or rule, which are done in turn.
type Action struct {
	Of     *assembly.Resource
	Path   string // in Of: "Actions.0"
	Type   string // "forward", "fixed-response", "redirect" or another of Elastic Load Balancing
	Groups []*assembly.Resource
	Status int    // of a fixed response or redirect, else 0
	Host   string // to which a redirect leads: "#{host}" by default, which is the one that was asked for
}

// Rules returns the listener's rules, sorted by priority.
func (l Listener) Rules(a *assembly.Assembly) ([]Rule, error) {
	var rules []Rule
	for _, r := range a.Referrers(l.Resource, ListenerRuleType) {
		rule, err := readRule(r)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	return rules, nil
}

func readRule(r *assembly.Resource) (Rule, error) {
	p := &properties{of: r}
	rule := Rule{Resource: r, Priority: p.number("Priority")}
	for i := range p.length("Conditions") {
		c := Condition{Path: fmt.Sprintf("Conditions.%d", i)}
		c.Field = p.text(c.Path + ".Field")
		switch c.Field {
		case "http-header":
			c.Header = p.text(c.Path + ".HttpHeaderConfig.HttpHeaderName")
			c.Values = read(p, c.Path+".HttpHeaderConfig.Values", (*assembly.Resource).Texts)
		case "path-pattern":
			c.Values = read(p, c.Path+".PathPatternConfig.Values", (*assembly.Resource).Texts)
		case "host-header":
			c.Values = read(p, c.Path+".HostHeaderConfig.Values", (*assembly.Resource).Texts)
		case "http-request-method":
			c.Values = read(p, c.Path+".HttpRequestMethodConfig.Values", (*assembly.Resource).Texts)
		}
		rule.Conditions = append(rule.Conditions, c)
	}
	if p.err != nil {
		return rule, p.err
	}
	var err error
	rule.Actions, err = actions(r, "Actions")
	return rule, err
}

// actions reads the actions of a listener or rule. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-elasticloadbalancingv2-listener-action.html.
func actions(of *assembly.Resource, path string) ([]Action, error) {
	p := &properties{of: of}
	var all []Action
	for i := range p.length(path) {
		action := Action{Of: of, Path: fmt.Sprintf("%s.%d", path, i)}
		switch action.Type = p.text(action.Path + ".Type"); action.Type {
		case "forward":
			action.Groups = forwards(p, action.Path)
		case "fixed-response":
			action.Status = p.number(action.Path + ".FixedResponseConfig.StatusCode")
		case "redirect":
			if action.Status = 301; p.text(action.Path+".RedirectConfig.StatusCode") == "HTTP_302" {
				action.Status = 302
			}
			action.Host = p.textOr(action.Path+".RedirectConfig.Host", "#{host}")
		}
		all = append(all, action)
	}
	return all, p.err
}

// forwards returns the target groups of a forward action, which has one of two forms.
func forwards(p *properties, path string) []*assembly.Resource {
	if one := path + ".TargetGroupArn"; p.of.Has(one) {
		return []*assembly.Resource{p.target(one)}
	}
	var groups []*assembly.Resource
	for i := range p.length(path + ".ForwardConfig.TargetGroups") {
		groups = append(groups, p.target(fmt.Sprintf("%s.ForwardConfig.TargetGroups.%d.TargetGroupArn", path, i)))
	}
	return groups
}

// AllActions returns the actions of the listener's rules by priority, and then its default actions.
func (l Listener) AllActions(a *assembly.Assembly) ([]Action, error) {
	rules, err := l.Rules(a)
	if err != nil {
		return nil, err
	}
	var all []Action
	for _, rule := range rules {
		all = append(all, rule.Actions...)
	}
	last, err := l.Default()
	return append(all, last...), err
}

// TargetGroups returns the target groups that the listener and its rules forward to, each once.
func (l Listener) TargetGroups(a *assembly.Assembly) ([]*assembly.Resource, error) {
	all, err := l.AllActions(a)
	var groups []*assembly.Resource
	for _, action := range all {
		groups = appendNew(groups, action.Groups)
	}
	return groups, err
}

// TargetGroups returns the target groups that the load balancer's listeners and their rules forward to, each once, in the
// order of the listeners.
func TargetGroups(a *assembly.Assembly, balancer *assembly.Resource) ([]*assembly.Resource, error) {
	listeners, err := Listeners(a, balancer)
	if err != nil {
		return nil, err
	}
	var groups []*assembly.Resource
	for _, listener := range listeners {
		found, err := listener.TargetGroups(a)
		if err != nil {
			return nil, err
		}
		groups = appendNew(groups, found)
	}
	return groups, nil
}

// AutoScalingGroups returns the Auto Scaling groups whose servers are the target group's.
func AutoScalingGroups(a *assembly.Assembly, targetGroup *assembly.Resource) []*assembly.Resource {
	return a.Referrers(targetGroup, GroupType)
}

// DualStack reports whether the load balancer answers by IPv6 too.
func DualStack(balancer *assembly.Resource) (bool, error) {
	kind, err := OrDefault(balancer, "IpAddressType", (*assembly.Resource).Text, "ipv4")
	return strings.HasPrefix(kind, "dualstack"), err
}

// BalancerTimes are how long a load balancer keeps its clients' connections.
type BalancerTimes struct {
	Idle      time.Duration // of an idle connection, 60 s by default
	KeepAlive time.Duration // of any connection: the first answer after it ends one that is in use. 3600 s by default
}

// Times returns how long an Application Load Balancer keeps its clients' connections, with Elastic Load Balancing's
// defaults. See
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html.
func Times(balancer *assembly.Resource) (BalancerTimes, error) {
	const attributes = "LoadBalancerAttributes"
	times := BalancerTimes{Idle: time.Minute, KeepAlive: time.Hour}
	p := &properties{of: balancer}
	for i := range p.length(attributes) {
		attribute := fmt.Sprintf("%s.%d.", attributes, i)
		switch p.text(attribute + "Key") {
		case "idle_timeout.timeout_seconds":
			times.Idle = time.Duration(p.number(attribute+"Value")) * time.Second
		case "client_keep_alive.seconds":
			times.KeepAlive = time.Duration(p.number(attribute+"Value")) * time.Second
		}
	}
	return times, p.err
}

// A TargetHealthCheck is how a load balancer finds out which servers of a target group are healthy.
type TargetHealthCheck struct {
	Path               string        // "/" by default
	Port               string        // "traffic-port" by default, which is the target's own
	Interval, Timeout  time.Duration // 30 s and 5 s by default
	Healthy, Unhealthy int           // answers in a row that change its mind, 5 and 2 by default
	Matcher            string        // statuses of a healthy answer, "200" by default
}

// TargetGroupHealthCheck returns the health check of a target group of an Application Load Balancer, with Elastic Load
// Balancing's defaults for targets that are instances. See
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html.
func TargetGroupHealthCheck(group *assembly.Resource) (TargetHealthCheck, error) {
	p := &properties{of: group}
	check := TargetHealthCheck{
		Path:      p.textOr("HealthCheckPath", "/"),
		Port:      p.textOr("HealthCheckPort", "traffic-port"),
		Interval:  p.secondsOr("HealthCheckIntervalSeconds", 30),
		Timeout:   p.secondsOr("HealthCheckTimeoutSeconds", 5),
		Healthy:   p.numberOr("HealthyThresholdCount", 5),
		Unhealthy: p.numberOr("UnhealthyThresholdCount", 2),
		Matcher:   p.textOr("Matcher.HttpCode", "200"),
	}
	return check, p.err
}

func appendNew(to, more []*assembly.Resource) []*assembly.Resource {
	for _, r := range more {
		if !slices.Contains(to, r) {
			to = append(to, r)
		}
	}
	return to
}
