package diagram

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
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
	followers    []followed // what follows a health check
	later        []func()   // draws what must not come before the standby's own
}

func read(a *assembly.Assembly) (*picture, error) {
	r := &reader{Assembly: a, nodes: map[*assembly.Resource]*node{}}
	err := must.Catch(func() {
		r.readRecords()
		r.readRegions()
		r.drawBoxes()
		r.drawRecords()
		r.drawPaths()
		r.drawHealthChecks()
		r.drawReplication()
	})
	if err != nil {
		return nil, err
	}
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
	r.site = must.Get(topology.SiteDistribution(r.Assembly))
	r.homeBalancer = must.Get(topology.HomeBalancer(r.Assembly))
	r.standbyStack = must.Get(topology.StandbyBalancer(r.Assembly)).Stack
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
	distributions := r.Resources(topology.DistributionType)
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
	for _, draw := range r.later {
		draw()
	}
	for _, distribution := range distributions {
		r.drawOthers(distribution, r.nodes[distribution])
	}
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
	origin := must.Get(topology.DefaultOrigin(d))
	what := "static files"
	kind := "static"
	if !origin.Static() {
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
	r.drawWay(n, origin)
	r.drawRetry(d, n)
}

// drawOthers draws the buckets that a distribution asks beside its default origin: the others of the origin's group, and
// those of other paths.
func (r *reader) drawOthers(d *assembly.Resource, from *node) {
	behaviors := must.Get(topology.Behaviors(d))
	if group := must.Get(behaviors[len(behaviors)-1].Group()); group != nil {
		for _, origin := range group.Members[1:] {
			to := must.Get(origin.LeadsTo(r.Assembly))
			r.connect(from, "->", r.draw(to), r.path(to), "")
		}
	}
	for _, behavior := range behaviors[:len(behaviors)-1] {
		origin := must.Get(behavior.Origin())
		if !origin.Static() {
			continue
		}
		to := must.Get(origin.LeadsTo(r.Assembly))
		if r.nodes[to] == nil {
			r.draw(to).lines = []string{"S3 bucket", behavior.Pattern}
			r.connect(from, "->", r.nodes[to], r.purpose(behavior, to), "")
		}
	}
}

// purpose is the class of the line by which a behavior leads to a resource: whether health checks ask for it.
func (r *reader) purpose(behavior topology.Behavior, to *assembly.Resource) string {
	for _, resource := range r.Resources(topology.HealthCheckType) {
		check := must.Get(topology.ReadHealthCheck(resource))
		if asked, err := check.Asks(r.Assembly); err == nil && asked == behavior.Distribution && behavior.Takes(check.Path) {
			return checkLine
		}
	}
	return r.path(to)
}

// named reports whether a record leads to the distribution. If none does, visitors
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
	behavior := must.Get(topology.DefaultBehavior(d))
	function := must.Get(behavior.Function("viewer-request"))
	if function == nil {
		return
	}
	code := must.Get(function.Text("FunctionCode"))
	if !strings.Contains(code, "createRequestOriginGroup") {
		return
	}
	n := r.global.add("function", resourceNode, "CloudFront", "function", "retries reads")
	r.connect(from, "->", n, failoverPath, "")
	for _, match := range originID.FindAllStringSubmatch(code, -1) {
		// One that has the default origin's name is that one, with other time-outs.
		if origin := must.Get(topology.OriginByID(d, match[1])); origin.Domain != must.Get(behavior.Origin()).Domain {
			to := must.Get(origin.LeadsTo(r.Assembly))
			r.connect(n, "->", r.draw(to), r.path(to), "")
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
	case topology.BucketType:
		n = r.region(to).add("bucket", bucketNode, "S3 bucket")
	case topology.BalancerType:
		n = r.region(to).add("balancer", resourceNode, append([]string{"Application", "Load Balancer"}, r.listens(to)...)...)
	default:
		must.Fail("%s is a %s, want a load balancer or a bucket", to, to.Type)
	}
	r.nodes[to] = n
	if to.Type == topology.BalancerType {
		r.drawServers(to, n)
	}
	return n
}

// listens is where a load balancer listens for what it forwards.
func (r *reader) listens(balancer *assembly.Resource) []string {
	var ports []string
	for _, listener := range must.Get(topology.Listeners(r.Assembly, balancer)) {
		if len(must.Get(listener.TargetGroups(r.Assembly))) > 0 {
			ports = append(ports, fmt.Sprintf("%s:%d", listener.Protocol, listener.Port))
		}
	}
	slices.Sort(ports)
	return ports
}

// drawServers draws the Auto Scaling groups behind a load balancer's listeners
// and their rules.
func (r *reader) drawServers(balancer *assembly.Resource, from *node) {
	for _, target := range must.Get(topology.TargetGroups(r.Assembly, balancer)) {
		r.drawTargetGroup(target, from)
	}
}

func (r *reader) drawTargetGroup(target *assembly.Resource, from *node) {
	port := fmt.Sprintf("%s:%d", must.Get(target.Text("Protocol")), must.Get(target.Int("Port")))
	for _, group := range topology.AutoScalingGroups(r.Assembly, target) {
		servers := fmt.Sprintf("%d–%d web servers", must.Get(group.Int("MinSize")), must.Get(group.Int("MaxSize")))
		n := r.region(group).add("servers", serversNode, "Auto Scaling group", servers)
		r.connect(from, "->", n, r.path(group), port)
	}
}
