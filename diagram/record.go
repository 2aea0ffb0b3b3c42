package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// A record is one node in the hosted zone: the record sets of several names and
// types that lead to the same resource.
type record struct {
	failover     string // "PRIMARY", "SECONDARY" or ""
	alias, check *assembly.Resource
	names, types []string
	node         *node
	drawn        bool // what it leads to
}

// readRecords reads the failover records, and the others that lead to a
// distribution. Names that no visitor asks for, such as those of the origins,
// are left out: the lines to the load balancers stand for them.
func (r *reader) readRecords() {
	for _, pair := range must.Get(topology.VisitorPairs(r.Assembly)) {
		for _, record := range pair.Records() {
			checkRecord(pair, *record)
			r.addRecord(*record)
		}
	}
	r.first("PRIMARY")
	r.first("SECONDARY")
	for _, from := range must.Get(r.Records("", "A", "AAAA")) {
		if from.Failover == "" && from.Alias != nil && from.Alias.Type == topology.DistributionType {
			r.addRecord(from)
		}
	}
}

// checkRecord refuses a failover record that the picture would show as if it
// worked.
func checkRecord(pair topology.Pair, record assembly.Record) {
	var problem string
	switch {
	case record.Alias == nil && record.Type != "CNAME":
		problem = "is an alias of nothing in the assembly"
	case record.Failover == "PRIMARY" && record.HealthCheck == nil:
		problem = "has no health check: it would never fail over"
	case pair.Secondary == nil:
		problem = "has no SECONDARY record beside it"
	case pair.Primary == nil:
		problem = "has no PRIMARY record beside it"
	default:
		return
	}
	must.Fail("%s: the %s record of %s (%s) %s", topology.Place(record), record.Failover, record.Name, record.Type, problem)
}

func (r *reader) addRecord(from assembly.Record) {
	i := slices.IndexFunc(r.records, func(other *record) bool {
		return other.failover == from.Failover && other.alias == from.Alias && other.check == from.HealthCheck
	})
	if i < 0 {
		i = len(r.records)
		r.records = append(r.records, &record{failover: from.Failover, alias: from.Alias, check: from.HealthCheck})
	}
	record := r.records[i]
	if !slices.Contains(record.names, from.Name) {
		record.names = append(record.names, from.Name)
	}
	if !slices.Contains(record.types, from.Type) {
		record.types = append(record.types, from.Type)
	}
}

// first is the first of the failover records.
func (r *reader) first(failover string) *record {
	for _, record := range r.records {
		if record.failover == failover {
			return record
		}
	}
	must.Fail("the assembly has no %s record: there is no failover to draw", failover)
	return nil
}

// drawRecords draws the hosted zone with its records.
func (r *reader) drawRecords() {
	// What visitors reach by CloudFront's own names is beside the zone.
	for _, distribution := range r.Resources(topology.DistributionType) {
		if r.column(distribution) == homeColumn && !r.named(distribution) {
			r.drawDistribution(distribution)
		}
	}
	hosted := must.Get(topology.SiteZone(r.Assembly))
	zone := r.global.add("zone", zoneBox, "Route 53 hosted zone "+cmp.Or(hosted.Name, hosted.ID))
	r.connect(r.visitors, "->", zone, normalPath, "")
	slices.SortStableFunc(r.records, func(a, b *record) int { return r.recordColumn(a) - r.recordColumn(b) })
	for _, record := range r.records {
		kind := "static"
		var lines []string
		if record.failover != "" {
			kind = strings.ToLower(record.failover)
			lines = append(lines, record.failover)
		}
		for _, name := range record.names {
			lines = append(lines, breakName(name)...)
		}
		record.node = zone.add(kind, resourceNode, append(lines, strings.Join(record.types, ", "))...)
	}
}

// breakName breaks a name that would make the picture so wide that nobody could
// read it on a page.
func breakName(name string) []string {
	const longest = 20
	if label, rest, ok := strings.Cut(name, "."); ok && len(name) > longest {
		return []string{label, "." + rest}
	}
	return []string{name}
}

func (r *reader) recordColumn(of *record) int {
	switch of.failover {
	case "PRIMARY":
		return primaryColumn
	case "SECONDARY":
		return secondaryColumn
	}
	return r.column(of.alias)
}

// drawHealthChecks draws the health checks that the records follow.
func (r *reader) drawHealthChecks() {
	var all []followed
	for _, record := range r.records {
		if record.check != nil {
			all = append(all, followed{record.node, record.check})
		}
	}
	for _, f := range append(all, r.followers...) {
		r.connect(f.node, "<-", r.drawHealthCheck(must.Get(topology.ReadHealthCheck(f.check))), checkLine, "decides")
	}
}

// drawHealthCheck draws a health check with what it asks: an endpoint, or other
// health checks.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-healthcheck-healthcheckconfig.html
func (r *reader) drawHealthCheck(check *topology.HealthCheck) *node {
	if n := r.nodes[check.Resource]; n != nil {
		return n
	}
	n := r.global.add("check", checkNode, "Health check")
	r.nodes[check.Resource] = n
	switch {
	case check.Type == "CALCULATED":
		n.lines[0] = "Calculated health check"
		n.lines = append(n.lines, fmt.Sprintf("healthy when %d of %d are", check.HealthThreshold, len(check.Children)))
	case check.Interval > 0:
		n.lines = append(n.lines, strings.TrimSpace(check.Type+" "+check.Path))
		n.lines = append(n.lines, fmt.Sprintf("every %.0f s, threshold %d", check.Interval.Seconds(), check.Threshold))
	default: // of an alarm or a routing control
		n.lines = append(n.lines, check.Type)
	}
	if check.Inverted {
		n.lines[0] = "Inverted health check"
	}
	for _, child := range check.Children {
		r.connect(n, "<-", r.drawHealthCheck(child), checkLine, "")
	}
	if check.Resource.Has("HealthCheckConfig.FullyQualifiedDomainName") {
		asked := r.nodes[must.Get(check.Asks(r.Assembly))]
		switch {
		case asked == nil: // nothing that the picture shows
		case strings.HasPrefix(asked.id, r.global.id+"."):
			r.connect(asked, "<-", n, checkLine, "asks")
		default: // in a region, whose box is below
			r.connect(n, "->", asked, checkLine, "asks")
		}
	}
	return n
}
