package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

// A walk follows a site's references through its assembly, from the names that
// visitors type to the servers that answer them. Its methods do not return
// errors: the first thing that is not as it should be ends the walk, and is the
// error of the promise that took it.
type walk struct {
	*assembly.Assembly
	site *site.Site
}

// broken is what a walk panics with.
type broken struct{ error }

func fail(format string, args ...any) { panic(broken{fmt.Errorf(format, args...)}) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(broken{err})
	}
	return value
}

// take takes a walk and returns why it ended early, if it did.
func take(step func(w *walk), w *walk) (err error) {
	defer func() {
		if r := recover(); r != nil {
			switch r := r.(type) {
			case broken:
				err = r.error
			case string: // package assembly's, of an edit that misses
				err = errors.New(r)
			default:
				panic(r)
			}
		}
	}()
	step(w)
	return nil
}

// expect demands that the value at a path is want.
func expect(r *assembly.Resource, path string, want any) {
	if n, ok := want.(int); ok {
		if got := must(r.Int(path)); got != n {
			fail("%s: %s is %d, want %d", r, path, got, n)
		}
		return
	}
	if got := must(r.Value(path)); !reflect.DeepEqual(got, want) {
		fail("%s: %s is %v, want %v", r, path, got, want)
	}
}

// target follows the reference at a path to a resource of a type.
func target(r *assembly.Resource, path, resourceType string) *assembly.Resource {
	to := must(r.Target(path))
	if to.Type != resourceType {
		fail("%s: %s leads to %s, a %s, want a %s", r, path, to, to.Type, resourceType)
	}
	return to
}

// leads demands that the reference at a path leads to want.
func leads(r *assembly.Resource, path string, want *assembly.Resource) {
	if to := must(r.Target(path)); to != want {
		fail("%s: %s leads to %s, want %s", r, path, to, want)
	}
}

// only demands that there is just one of what.
func only(what string, resources ...*assembly.Resource) *assembly.Resource {
	if len(resources) != 1 {
		fail("%d of %s: %v, want one", len(resources), what, resources)
	}
	return resources[0]
}

func inRegion(r *assembly.Resource, region string) {
	if r.Stack.Region != region {
		fail("%s is in %s, want %s", r, r.Stack.Region, region)
	}
}

// pair returns the two failover records of a name and type.
func (w *walk) pair(name, recordType string) (primary, secondary assembly.Record) {
	records := must(w.Records(name, recordType))
	for _, record := range records {
		switch record.Failover {
		case "PRIMARY":
			primary = record
		case "SECONDARY":
			secondary = record
		}
	}
	if len(records) != 2 || primary.Resource == nil || secondary.Resource == nil {
		fail("%s %s has %d records, want a PRIMARY and a SECONDARY", name, recordType, len(records))
	}
	return primary, secondary
}

// types are the record types that visitors ask for.
func (w *walk) types() []string {
	if w.site.IPv6 {
		return []string{"A", "AAAA"}
	}
	return []string{"A"}
}

// siteDistribution is where the first host name's PRIMARY record leads.
func (w *walk) siteDistribution() *assembly.Resource {
	primary, _ := w.pair(w.site.HostNames()[0], "A")
	if primary.Alias == nil || primary.Alias.Type != "AWS::CloudFront::Distribution" {
		fail("the PRIMARY record of %s leads to %v, want a distribution", primary.Name, primary.Alias)
	}
	return primary.Alias
}

// origin returns the path of a distribution's origin with the id.
func origin(distribution *assembly.Resource, id string) string {
	for i := range must(distribution.Value("DistributionConfig.Origins")).([]any) {
		path := fmt.Sprintf("DistributionConfig.Origins.%d", i)
		if must(distribution.Text(path+".Id")) == id {
			return path
		}
	}
	fail("%s has no origin %q", distribution, id)
	return ""
}

// defaultOrigin returns the path of the origin of a distribution's default
// behaviour.
func defaultOrigin(distribution *assembly.Resource) string {
	return origin(distribution, must(distribution.Text("DistributionConfig.DefaultCacheBehavior.TargetOriginId")))
}

// balancerOf follows an origin's domain name: a load balancer's own name, or a
// name whose record leads to one.
func (w *walk) balancerOf(distribution *assembly.Resource, origin string) *assembly.Resource {
	path := origin + ".DomainName"
	to, err := distribution.Target(path)
	if err != nil {
		to = must(w.Lookup(must(distribution.Text(path))))
	}
	if to.Type != "AWS::ElasticLoadBalancingV2::LoadBalancer" {
		fail("%s: %s leads to %s, a %s, want a load balancer", distribution, path, to, to.Type)
	}
	return to
}

func (w *walk) homeBalancer() *assembly.Resource {
	distribution := w.siteDistribution()
	return w.balancerOf(distribution, defaultOrigin(distribution))
}

// standbyBalancer is where the first host name's SECONDARY record leads.
func (w *walk) standbyBalancer() *assembly.Resource {
	_, secondary := w.pair(w.site.HostNames()[0], "A")
	if secondary.Alias == nil || secondary.Alias.Type != "AWS::ElasticLoadBalancingV2::LoadBalancer" {
		fail("the SECONDARY record of %s leads to %v, want a load balancer", secondary.Name, secondary.Alias)
	}
	return secondary.Alias
}

// A tier is what stands behind a load balancer.
type tier struct {
	site.Region
	site.Web
	balancer, targetGroup, group, template *assembly.Resource
	balancerSecurity, webSecurity          *assembly.Resource
}

// tiers are both regions' tiers, home first.
func (w *walk) tiers() []*tier {
	return []*tier{
		w.tier(w.homeBalancer(), w.site.Home.Region, w.site.Web),
		w.tier(w.standbyBalancer(), w.site.Standby.Region, w.site.StandbyWeb()),
	}
}

func (w *walk) home() *tier    { return w.tiers()[0] }
func (w *walk) standby() *tier { return w.tiers()[1] }

func (w *walk) tier(balancer *assembly.Resource, region site.Region, web site.Web) *tier {
	t := &tier{Region: region, Web: web, balancer: balancer}
	inRegion(balancer, region.Name)
	t.balancerSecurity = target(balancer, "SecurityGroups", "AWS::EC2::SecurityGroup")
	t.targetGroup = w.forward(balancer)
	t.group = only("Auto Scaling groups behind "+t.targetGroup.String(),
		w.Referrers(t.targetGroup, "AWS::AutoScaling::AutoScalingGroup")...)
	t.template = target(t.group, "LaunchTemplate.LaunchTemplateId", "AWS::EC2::LaunchTemplate")
	t.webSecurity = target(t.template, "LaunchTemplateData.SecurityGroupIds", "AWS::EC2::SecurityGroup")
	return t
}

// forward is the one target group that a load balancer's listeners and their
// rules lead to.
func (w *walk) forward(balancer *assembly.Resource) *assembly.Resource {
	var groups []*assembly.Resource
	for _, listener := range w.listeners(balancer) {
		for _, from := range append(w.Referrers(listener, "AWS::ElasticLoadBalancingV2::ListenerRule"), listener) {
			for _, to := range append(must(from.Targets("")), nil) {
				if to != nil && to.Type == "AWS::ElasticLoadBalancingV2::TargetGroup" && !slices.Contains(groups, to) {
					groups = append(groups, to)
				}
			}
		}
	}
	return only("target groups behind "+balancer.String(), groups...)
}

func (w *walk) listeners(balancer *assembly.Resource) []*assembly.Resource {
	return w.Referrers(balancer, "AWS::ElasticLoadBalancingV2::Listener")
}

// listener is a load balancer's listener on a port.
func (w *walk) listener(balancer *assembly.Resource, port int) *assembly.Resource {
	var found []*assembly.Resource
	for _, listener := range w.listeners(balancer) {
		if must(listener.Int("Port")) == port {
			found = append(found, listener)
		}
	}
	return only(fmt.Sprintf("listeners on port %d of %s", port, balancer), found...)
}

// ports demands that a load balancer listens on these ports and no others.
func (w *walk) ports(balancer *assembly.Resource, want ...int) {
	var ports []int
	for _, listener := range w.listeners(balancer) {
		ports = append(ports, must(listener.Int("Port")))
	}
	slices.Sort(ports)
	if !slices.Equal(ports, want) {
		fail("%s listens on %v, want %v", balancer, ports, want)
	}
}

// ingress says who may reach a security group: one line a rule, as
// "tcp 80-80 from 0.0.0.0/0", sorted.
func (w *walk) ingress(group *assembly.Resource) []string {
	var rules []string
	rule := func(r *assembly.Resource, path string) {
		from := "nobody"
		for _, source := range []string{"CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"} {
			if r.Has(path + source) {
				from = strings.TrimSuffix(must(r.Text(path+source)), ".GroupId}")
				from = strings.TrimPrefix(from, "${")
			}
		}
		rules = append(rules, fmt.Sprintf("%s %d-%d from %s", must(r.Text(path+"IpProtocol")),
			must(r.Int(path+"FromPort")), must(r.Int(path+"ToPort")), from))
	}
	if group.Has("SecurityGroupIngress") {
		for i := range must(group.Value("SecurityGroupIngress")).([]any) {
			rule(group, fmt.Sprintf("SecurityGroupIngress.%d.", i))
		}
	}
	for _, r := range w.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
		if must(r.Target("GroupId")) == group {
			rule(r, "")
		}
	}
	slices.Sort(rules)
	return rules
}

// admits demands that these and no others may reach a security group.
func (w *walk) admits(group *assembly.Resource, want ...string) {
	slices.Sort(want)
	if got := w.ingress(group); !slices.Equal(got, want) {
		fail("%s admits %q, want %q", group, got, want)
	}
}

// everybody are the address ranges of all visitors.
func (w *walk) everybody() []string {
	if w.site.IPv6 {
		return []string{"0.0.0.0/0", "::/0"}
	}
	return []string{"0.0.0.0/0"}
}

// staticDistribution is the distribution of a region's static files.
func (w *walk) staticDistribution(region string) *assembly.Resource {
	stack := w.homeBalancer().Stack
	if region == w.site.Standby.Region.Name {
		stack = w.standbyBalancer().Stack
	}
	var found []*assembly.Resource
	for _, distribution := range stack.Resources("AWS::CloudFront::Distribution") {
		if distribution.Has(defaultOrigin(distribution) + ".S3OriginConfig") {
			found = append(found, distribution)
		}
	}
	return only("distributions of static files in "+region, found...)
}

func (w *walk) bucket(region string) *assembly.Resource {
	distribution := w.staticDistribution(region)
	return target(distribution, defaultOrigin(distribution)+".DomainName", "AWS::S3::Bucket")
}

// statements are a policy's statements with an effect, as plain values.
func statements(policy *assembly.Resource, effect string) []map[string]any {
	var found []map[string]any
	for _, statement := range must(policy.Value("PolicyDocument.Statement")).([]any) {
		if statement := statement.(map[string]any); statement["Effect"] == effect {
			found = append(found, statement)
		}
	}
	return found
}
