package diagram

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A record is one node in the hosted zone: the record sets of several names and
// types that lead to the same resource.
type record struct {
	place        string // of the first record set: "Failover.Names.RecordSets.0"
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
	failover := map[string]string{} // by name, type and failover: the place
	for _, from := range must(r.Records("", "A", "AAAA")) {
		place := from.Resource.String()
		if from.Path != "" {
			place += "." + from.Path
		}
		if from.Failover == "" && (from.Alias == nil || from.Alias.Type != distributionType) {
			continue
		}
		if from.Alias == nil {
			fail("%s: the %s record of %s (%s) is an alias of nothing in the assembly", place, from.Failover, from.Name, from.Type)
		}
		if from.Failover == "PRIMARY" && from.HealthCheck == nil {
			fail("%s: the PRIMARY record of %s (%s) has no health check: it would never fail over", place, from.Name, from.Type)
		}
		failover[from.Name+" "+from.Type+" "+from.Failover] = place
		r.addRecord(place, from)
	}
	r.findPairs(failover)
	r.first("PRIMARY")
	r.first("SECONDARY")
}

func (r *reader) addRecord(place string, from assembly.Record) {
	i := slices.IndexFunc(r.records, func(other *record) bool {
		return other.failover == from.Failover && other.alias == from.Alias && other.check == from.HealthCheck
	})
	if i < 0 {
		i = len(r.records)
		r.records = append(r.records, &record{place: place, failover: from.Failover, alias: from.Alias, check: from.HealthCheck})
	}
	record := r.records[i]
	if !slices.Contains(record.names, from.Name) {
		record.names = append(record.names, from.Name)
	}
	if !slices.Contains(record.types, from.Type) {
		record.types = append(record.types, from.Type)
	}
}

// findPairs demands that of each pair both records are there.
func (r *reader) findPairs(places map[string]string) {
	other := map[string]string{"PRIMARY": "SECONDARY", "SECONDARY": "PRIMARY"}
	for _, record := range r.records {
		for _, name := range record.names {
			for _, recordType := range record.types {
				key := name + " " + recordType + " "
				place := places[key+record.failover]
				if twin := other[record.failover]; twin != "" && place != "" && places[key+twin] == "" {
					fail("%s: the %s record of %s (%s) has no %s record beside it", place, record.failover, name, recordType, twin)
				}
			}
		}
	}
}

// first is the first of the failover records.
func (r *reader) first(failover string) *record {
	for _, record := range r.records {
		if record.failover == failover {
			return record
		}
	}
	fail("the assembly has no %s record: there is no failover to draw", failover)
	return nil
}

// drawRecords draws the hosted zone with its records.
func (r *reader) drawRecords() {
	// What visitors reach by CloudFront's own names is beside the zone.
	for _, distribution := range r.Resources(distributionType) {
		if r.column(distribution) == homeColumn && !r.named(distribution) {
			r.drawDistribution(distribution)
		}
	}
	zone := r.global.add("zone", zoneBox, "Route 53 hosted zone "+r.zoneName())
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

// zoneName is the hosted zone's name, or the id of one that exists already.
func (r *reader) zoneName() string {
	for _, zone := range r.Resources("AWS::Route53::HostedZone") {
		return strings.TrimSuffix(must(zone.Text("Name")), ".")
	}
	for _, from := range r.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet") {
		if from.Has("HostedZoneId") {
			return must(from.Text("HostedZoneId"))
		}
	}
	return ""
}

// drawHealthChecks draws the health checks that the records follow.
func (r *reader) drawHealthChecks() {
	for _, record := range r.records {
		if record.check != nil {
			r.connect(record.node, "<-", r.drawHealthCheck(record.check), checkLine, "decides")
		}
	}
}

// drawHealthCheck draws a health check with what it asks: an endpoint, or other
// health checks.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-healthcheck-healthcheckconfig.html
func (r *reader) drawHealthCheck(check *assembly.Resource) *node {
	if n := r.nodes[check]; n != nil {
		return n
	}
	const config = "HealthCheckConfig."
	n := r.global.add("check", checkNode, "Health check")
	r.nodes[check] = n
	var children []*assembly.Resource
	if check.Has(config + "ChildHealthChecks") {
		children = must(check.Targets(config + "ChildHealthChecks"))
	}
	switch checkType := must(check.Text(config + "Type")); checkType {
	case "CALCULATED":
		n.lines[0] = "Calculated health check"
		healthy := len(children)
		if check.Has(config + "HealthThreshold") {
			healthy = must(check.Int(config + "HealthThreshold"))
		}
		n.lines = append(n.lines, fmt.Sprintf("healthy when %d of %d are", healthy, len(children)))
	default:
		n.lines = append(n.lines, strings.TrimSpace(checkType+" "+textOr(check, config+"ResourcePath", "")))
		n.lines = append(n.lines, fmt.Sprintf("every %s s, threshold %s",
			textOr(check, config+"RequestInterval", "30"), textOr(check, config+"FailureThreshold", "3")))
	}
	if check.Has(config+"Inverted") && must(check.Bool(config+"Inverted")) {
		n.lines[0] = "Inverted health check"
	}
	for _, child := range children {
		r.connect(n, "<-", r.drawHealthCheck(child), checkLine, "")
	}
	if check.Has(config + "FullyQualifiedDomainName") {
		asked := r.nodes[r.leadsTo(check, config+"FullyQualifiedDomainName")]
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

// textOr is a property that may be absent.
func textOr(r *assembly.Resource, path, otherwise string) string {
	if !r.Has(path) {
		return otherwise
	}
	return must(r.Text(path))
}
