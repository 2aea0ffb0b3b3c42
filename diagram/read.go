package diagram

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
)

const (
	distributionType = "AWS::CloudFront::Distribution"
	balancerType     = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	bucketType       = "AWS::S3::Bucket"
)

// A reader makes a picture. Its methods do not return errors: the first thing
// that cannot be read ends the reading, and is D2's error.
//
// The order in which it draws is the order from left to right: what belongs to
// the home region first.
type reader struct {
	*assembly.Assembly
	picture
	records      []*record
	homeBalancer *assembly.Resource // where PRIMARY leads, through the site's distribution
	site         *assembly.Resource // that distribution
	standbyStack *assembly.Stack    // of the load balancer where SECONDARY leads
	nodes        map[*assembly.Resource]*node
}

// unreadable is what a reader panics with.
type unreadable struct{ error }

func fail(format string, args ...any) { panic(unreadable{fmt.Errorf(format, args...)}) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(unreadable{err})
	}
	return value
}

func read(a *assembly.Assembly) (p *picture, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			u, ok := caught.(unreadable)
			if !ok {
				panic(caught)
			}
			p, err = nil, u.error
		}
	}()
	r := &reader{Assembly: a, nodes: map[*assembly.Resource]*node{}}
	r.readRecords()
	r.readRegions()
	r.drawBoxes()
	r.drawRecords()
	r.drawPaths()
	r.drawHealthChecks()
	r.drawReplication()
	return &r.picture, nil
}

// drawBoxes draws the visitors and the empty boxes.
func (r *reader) drawBoxes() {
	r.title = "Architecture of " + r.first("PRIMARY").names[0]
	r.visitors = &node{id: "visitors", class: "visitors", lines: []string{"Visitors"}}
	r.global = &node{id: "global", class: globalBox, lines: []string{"Global"}}
	r.home = &node{id: "home", class: regionBoxRight, lines: []string{"Home region: " + r.homeBalancer.Stack.Region}}
	r.standby = &node{id: "standby", class: regionBox, lines: []string{"Standby region: " + r.standbyStack.Region}}
}

// readRegions finds the load balancers that make one region the home and the
// other the standby.
func (r *reader) readRegions() {
	primary, secondary := r.first("PRIMARY"), r.first("SECONDARY")
	if r.site = primary.alias; r.site.Type != distributionType {
		fail("%s: the PRIMARY record leads to %s, a %s, want a distribution", primary.place, r.site, r.site.Type)
	}
	r.homeBalancer = r.leadsTo(r.site, r.defaultOrigin(r.site)+".DomainName")
	if secondary.alias.Type != balancerType {
		fail("%s: the SECONDARY record leads to %s, a %s, want a load balancer", secondary.place, secondary.alias, secondary.alias.Type)
	}
	r.standbyStack = secondary.alias.Stack
}

// path is the class of a line that leads to the resource, which may also be on
// the way to a region: the distribution of its static files.
func (r *reader) path(to *assembly.Resource) string {
	if to.Stack == r.standbyStack {
		return failoverPath
	}
	return normalPath
}

// region is the box of a resource's region.
func (r *reader) region(of *assembly.Resource) *node {
	if of.Stack == r.standbyStack {
		return r.standby
	}
	return r.home
}

// drawPaths draws the distributions, and what is behind them and behind
// SECONDARY.
func (r *reader) drawPaths() {
	distributions := r.Resources(distributionType)
	slices.SortStableFunc(distributions, func(a, b *assembly.Resource) int { return r.column(a) - r.column(b) })
	for _, distribution := range distributions {
		if r.column(distribution) == standbyColumn {
			r.drawSecondaries()
		}
		if r.nodes[distribution] == nil {
			r.drawDistribution(distribution)
		}
	}
	r.drawSecondaries()
}

// The columns of the picture.
const (
	homeColumn = iota
	primaryColumn
	secondaryColumn
	standbyColumn
)

func (r *reader) column(distribution *assembly.Resource) int {
	switch {
	case distribution == r.site:
		return primaryColumn
	case distribution.Stack == r.standbyStack:
		return standbyColumn
	}
	return homeColumn
}

func (r *reader) drawDistribution(d *assembly.Resource) {
	origin := r.defaultOrigin(d)
	what := "static files"
	kind := "static"
	if !d.Has(origin + ".S3OriginConfig") {
		what, kind = "the site", "site"
	}
	n := r.global.add(kind, resourceNode, "CloudFront", "distribution", what)
	if d.Has("DistributionConfig.WebACLId") {
		n.lines = append(n.lines, "AWS WAF web ACL")
	}
	r.nodes[d] = n
	for _, record := range r.records {
		if record.alias == d {
			r.connect(record.node, "->", n, r.path(d), "")
		}
	}
	if !r.named(d) {
		r.connect(r.visitors, "->", n, r.path(d), "")
	}
	to := r.leadsTo(d, origin+".DomainName")
	r.connect(n, "->", r.draw(to), r.path(to), "")
	r.drawRetry(d, n)
}

// named tells whether a record leads to the distribution. If none does, visitors
// reach it by the name that CloudFront gives it.
func (r *reader) named(d *assembly.Resource) bool {
	return slices.ContainsFunc(r.records, func(record *record) bool { return record.alias == d })
}

// drawSecondaries draws what SECONDARY leads to.
func (r *reader) drawSecondaries() {
	for _, record := range r.records {
		if record.failover == "SECONDARY" && !record.drawn {
			record.drawn = true
			r.connect(record.node, "->", r.draw(record.alias), failoverPath, "")
		}
	}
}

// originID finds the origins in the code of an edge function that groups them:
// cf.createRequestOriginGroup({originIds: [{originId: 'home'}, …], …}).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
var originID = regexp.MustCompile(`\boriginId['"]?\s*:\s*['"]([^'"]+)['"]`)

// drawRetry draws the edge function that groups the distribution's origins, if
// it has one, and where it retries.
func (r *reader) drawRetry(d *assembly.Resource, from *node) {
	const behavior = "DistributionConfig.DefaultCacheBehavior."
	for i := range length(d, behavior+"FunctionAssociations") {
		association := fmt.Sprintf("%sFunctionAssociations.%d.", behavior, i)
		function := must(d.Target(association + "FunctionARN"))
		code := must(function.Text("FunctionCode"))
		if !strings.Contains(code, "createRequestOriginGroup") {
			continue
		}
		n := r.global.add("function", resourceNode, "CloudFront", "function", "retries reads")
		r.connect(from, "->", n, failoverPath, "")
		for _, match := range originID.FindAllStringSubmatch(code, -1) {
			if match[1] != must(d.Text(behavior+"TargetOriginId")) {
				to := r.leadsTo(d, r.origin(d, match[1])+".DomainName")
				r.connect(n, "->", r.draw(to), r.path(to), "")
			}
		}
	}
}

// draw draws a load balancer or a bucket in its region, with what is behind it.
func (r *reader) draw(to *assembly.Resource) *node {
	if n := r.nodes[to]; n != nil {
		return n
	}
	var n *node
	switch to.Type {
	case bucketType:
		n = r.region(to).add("bucket", bucketNode, "S3 bucket")
	case balancerType:
		n = r.region(to).add("balancer", resourceNode, append([]string{"Application", "Load Balancer"}, r.listens(to)...)...)
	default:
		fail("%s is a %s, want a load balancer or a bucket", to, to.Type)
	}
	r.nodes[to] = n
	if to.Type == balancerType {
		r.drawServers(to, n)
	}
	return n
}

// listens is where a load balancer listens for what it forwards.
func (r *reader) listens(balancer *assembly.Resource) []string {
	var ports []string
	for _, listener := range r.Referrers(balancer, "AWS::ElasticLoadBalancingV2::Listener") {
		if len(r.targetGroups(listener)) > 0 {
			ports = append(ports, fmt.Sprintf("%s:%d", must(listener.Text("Protocol")), must(listener.Int("Port"))))
		}
	}
	slices.Sort(ports)
	return ports
}

// targetGroups are where a listener and its rules forward.
func (r *reader) targetGroups(listener *assembly.Resource) []*assembly.Resource {
	var groups []*assembly.Resource
	for _, forward := range append(r.Referrers(listener, "AWS::ElasticLoadBalancingV2::ListenerRule"), listener) {
		for _, target := range must(forward.Targets("")) {
			if target.Type == "AWS::ElasticLoadBalancingV2::TargetGroup" && !slices.Contains(groups, target) {
				groups = append(groups, target)
			}
		}
	}
	return groups
}

// drawServers draws the Auto Scaling groups behind a load balancer's listeners
// and their rules.
func (r *reader) drawServers(balancer *assembly.Resource, from *node) {
	var drawn []*assembly.Resource
	for _, listener := range r.Referrers(balancer, "AWS::ElasticLoadBalancingV2::Listener") {
		for _, target := range r.targetGroups(listener) {
			if !slices.Contains(drawn, target) {
				drawn = append(drawn, target)
				r.drawTargetGroup(target, from)
			}
		}
	}
}

func (r *reader) drawTargetGroup(target *assembly.Resource, from *node) {
	port := fmt.Sprintf("%s:%d", must(target.Text("Protocol")), must(target.Int("Port")))
	for _, group := range r.Referrers(target, "AWS::AutoScaling::AutoScalingGroup") {
		servers := fmt.Sprintf("%d–%d web servers", must(group.Int("MinSize")), must(group.Int("MaxSize")))
		n := r.region(group).add("servers", serversNode, "Auto Scaling group", servers)
		r.connect(from, "->", n, r.path(group), port)
	}
}

// defaultOrigin is the path of the origin that a distribution asks first.
func (r *reader) defaultOrigin(d *assembly.Resource) string {
	return r.origin(d, must(d.Text("DistributionConfig.DefaultCacheBehavior.TargetOriginId")))
}

// origin is the path of a distribution's origin with an id.
func (r *reader) origin(d *assembly.Resource, id string) string {
	for i := range length(d, "DistributionConfig.Origins") {
		path := fmt.Sprintf("DistributionConfig.Origins.%d", i)
		if must(d.Text(path+".Id")) == id {
			return path
		}
	}
	fail("%s: has no origin %q", d, id)
	return ""
}

// leadsTo follows a host name to its resource: through a reference, or through
// the record of the name.
func (r *reader) leadsTo(from *assembly.Resource, path string) *assembly.Resource {
	if targets := must(from.Targets(path)); len(targets) == 1 {
		return targets[0]
	}
	to, err := r.Lookup(must(from.Text(path)))
	if err != nil {
		fail("%s: %s: %w", from, path, err)
	}
	return to
}

// length is the number of elements of a list that may be absent.
func length(r *assembly.Resource, path string) int {
	if !r.Has(path) {
		return 0
	}
	list, ok := must(r.Value(path)).([]any)
	if !ok {
		fail("%s: %s is no list", r, path)
	}
	return len(list)
}
