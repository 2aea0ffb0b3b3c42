package assembly

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Record is one Route 53 record set: an AWS::Route53::RecordSet, or one entry of an AWS::Route53::RecordSetGroup. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html.
type Record struct {
	Resource *Resource
	Path     string // of the record set in Resource: "" or "RecordSets.1"

	Name          string // lower case, without the dot at the end
	Type          string // "A", "AAAA", …
	SetIdentifier string // "" of a simple record
	Failover      string // "PRIMARY", "SECONDARY" or ""

	Alias                *Resource // what it is an alias of; nil if nothing in the assembly
	AliasName            string    // the alias target's DNS name; "" if it is no alias
	EvaluateTargetHealth bool      // of the alias target
	HealthCheck          *Resource // nil if none in the assembly
	Values               []string  // of a record that is no alias
}

// At returns the path in Resource of a property of the record set, such as "AliasTarget.HostedZoneId".
func (r Record) At(property string) string { return join(r.Path, property) }

// Records returns the records with the name and of these types, or of all types if none is given, in the order of
// [Assembly.Resources]. The name is fully qualified, with or without the dot at the end, in any case; "" stands for all
// names. A record that cannot be resolved is an error if its name is asked for, or cannot be resolved itself.
func (a *Assembly) Records(name string, types ...string) ([]Record, error) {
	var records []Record
	for _, r := range a.Resources("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup") {
		paths, err := recordPaths(r)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			record := Record{Resource: r, Path: path}
			if err := record.readName(); err != nil {
				return nil, err
			}
			if name != "" && record.Name != normal(name) || len(types) > 0 && !slices.Contains(types, record.Type) {
				continue
			}
			if err := record.read(); err != nil {
				return nil, err
			}
			records = append(records, record)
		}
	}
	return records, nil
}

// normal writes a DNS name as Record.Name has it.
func normal(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// mostRecords is how many records a change of Route 53 takes.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
const mostRecords = 1000

// recordPaths returns the paths of the record sets in a resource.
func recordPaths(r *Resource) ([]string, error) {
	if r.Type == "AWS::Route53::RecordSet" {
		return []string{""}, nil
	}
	node, at, err := r.find("RecordSets", &run{})
	if err != nil {
		return nil, err
	}
	if node, err = at.open(node); err != nil {
		return nil, err
	}
	items, ok := node.([]any)
	if !ok {
		return nil, at.errorf("is %s, not a list", kind(node))
	}
	items = present(items)
	if len(items) > mostRecords {
		return nil, at.errorf("has %d records, more than the %d that Route 53 takes at once", len(items), mostRecords)
	}
	paths := make([]string, len(items))
	for i := range items {
		paths[i] = "RecordSets." + strconv.Itoa(i)
	}
	return paths, nil
}

func (r *Record) readName() error {
	name, err := r.Resource.Text(r.At("Name"))
	if err != nil {
		return err
	}
	r.Name = normal(name)
	r.Type, err = r.Resource.Text(r.At("Type"))
	return err
}

// read fills in everything but the name and type.
func (r *Record) read() error {
	var errs [7]error
	r.AliasName, errs[0] = optional(r, "AliasTarget.DNSName", (*Resource).Text)
	if errs[0] == nil {
		r.Alias, errs[1] = optional(r, "AliasTarget.DNSName", oneOrNone)
	}
	r.EvaluateTargetHealth, errs[2] = optional(r, "AliasTarget.EvaluateTargetHealth", (*Resource).Bool)
	r.HealthCheck, errs[3] = optional(r, "HealthCheckId", oneOrNone)
	r.Values, errs[4] = optional(r, "ResourceRecords", (*Resource).Texts)
	r.SetIdentifier, errs[5] = optional(r, "SetIdentifier", (*Resource).Text)
	r.Failover, errs[6] = optional(r, "Failover", (*Resource).Text)
	return errors.Join(errs[:]...)
}

// optional gets a property of the record set, the zero value if it is not there.
func optional[T any](r *Record, property string, get func(*Resource, string) (T, error)) (T, error) {
	v, err := get(r.Resource, r.At(property))
	var m missing
	if errors.As(err, &m) {
		var zero T
		return zero, nil
	}
	return v, err
}

// oneOrNone returns the resource that the value at the path leads to, nil if none.
func oneOrNone(r *Resource, path string) (*Resource, error) {
	found, err := r.Targets(path)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return r.Target(path)
}

// Lookup returns the one resource that a host name leads to through the assembly's records: aliases, and CNAMEs whose
// value is an attribute of a resource or another name. Records of several types that lead to the same resource are one
// answer. A name with several answers, such as a failover pair, is an error: ask for its Records.
func (a *Assembly) Lookup(name string) (*Resource, error) {
	left := mostNames
	found, err := a.lookup(name, nil, &left)
	if err != nil {
		return nil, fmt.Errorf("lookup %s: %w", normal(name), err)
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("lookup %s: leads to %d resources: %s and %s", normal(name), len(found), found[0], found[1])
	}
	return found[0], nil
}

// A NoRecordError is the error about a name that no record of the assembly has.
type NoRecordError struct{ Name string }

// Error names the types that are looked for.
func (e *NoRecordError) Error() string { return "no record of type A, AAAA or CNAME for " + e.Name }

// mostNames is how many names a lookup goes through. Resolvers follow a dozen; where each name leads on to two, thirty
// steps would never end.
const mostNames = 100

// lookup returns the resources that a name leads to, at least one. It has come there by the names of way.
func (a *Assembly) lookup(name string, way []string, left *int) ([]*Resource, error) {
	name = normal(name)
	if slices.Contains(way, name) {
		return nil, fmt.Errorf("records lead in a circle: %s -> %s", strings.Join(way, " -> "), name)
	}
	if *left--; *left < 0 {
		return nil, fmt.Errorf("leads through more than %d names", mostNames)
	}
	way = append(way, name)
	records, err := a.Records(name, "A", "AAAA", "CNAME")
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, &NoRecordError{name}
	}
	var found []*Resource
	for _, record := range records {
		to, err := a.answers(record, way, left)
		if err != nil {
			return nil, err
		}
		found = appendNew(found, to...)
	}
	return found, nil
}

func (a *Assembly) answers(record Record, way []string, left *int) ([]*Resource, error) {
	switch {
	case record.Alias != nil:
		return []*Resource{record.Alias}, nil
	case record.AliasName != "":
		return a.lookup(record.AliasName, way, left)
	case record.Type == "CNAME" && len(record.Values) == 1:
		to, err := oneOrNone(record.Resource, record.At("ResourceRecords.0"))
		if to != nil || err != nil {
			return []*Resource{to}, err
		}
		return a.lookup(record.Values[0], way, left)
	}
	return nil, fmt.Errorf("%s: leads to no resource", record.Resource.at(record.Path))
}
