package emulated

import (
	"strings"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
)

// checkRecords compares the zone with the templates' records.
func (d *deployment) checkRecords() {
	d.t.Helper()
	d.step("records and aliases in Route 53 are the templates'", func() {
		records := d.zoneRecords()
		if diff := cmp.Diff(d.wantedRecords(d.assembly), records); diff != "" {
			d.t.Errorf("records (-templates +Route 53):\n%s", diff)
		}
		broken := d.assembly.Clone()
		for _, record := range d.records(d.assembly) {
			if record.AliasName != "" {
				record.Resource.In(broken).Set(record.At("AliasTarget.DNSName"), "elsewhere."+d.site.Domain)
				break
			}
		}
		if cmp.Equal(d.wantedRecords(broken), records) {
			d.t.Error("nobody noticed an alias that leads elsewhere")
		}
	})
}

func (d *deployment) records(a *assembly.Assembly) []assembly.Record {
	d.t.Helper()
	records, err := a.Records("")
	if err != nil {
		d.t.Fatal(err)
	}
	return records
}

// wantedRecords are the templates' records in the form of plainRecord.
func (d *deployment) wantedRecords(a *assembly.Assembly) map[string]any {
	d.t.Helper()
	wanted := map[string]any{}
	for _, record := range d.records(a) {
		value, err := record.Resource.Value(record.Path)
		if err != nil {
			d.t.Fatal(err)
		}
		key, plain := plainRecord(object(d.actual(value)))
		wanted[key] = plain
	}
	return wanted
}

// zoneRecords are the zone's records, but for its own (SOA, NS) and those by
// which ACM validates certificates.
func (d *deployment) zoneRecords() map[string]any {
	d.t.Helper()
	records := map[string]any{}
	answer := d.account.ask("us-east-1", "route53", "list_resource_record_sets", map[string]any{"HostedZoneId": d.zone()})
	for _, record := range list(answer["ResourceRecordSets"]) {
		if kind := text(record["Type"]); kind == "SOA" || kind == "NS" || strings.HasPrefix(text(record["Name"]), "_") {
			continue
		}
		key, plain := plainRecord(record)
		records[key] = plain
	}
	return records
}

// zone is the id of the zone that holds the site's records.
func (d *deployment) zone() string {
	d.t.Helper()
	zones := d.assembly.Resources("AWS::Route53::HostedZone")
	if len(zones) == 0 {
		return d.site.Zone.ID
	}
	return d.ids[zones[0].String()]
}

// plainRecord is a record and what identifies it in its zone, without the
// differences between CloudFormation's form and the API's: case and dot at the
// end of names, values as text or as objects, and the zone's name.
func plainRecord(record map[string]any) (key string, plain map[string]any) {
	plain = map[string]any{}
	for name, value := range record {
		switch name {
		case "HostedZoneId", "HostedZoneName", "Comment":
		case "Name":
			plain[name] = plainName(value)
		case "AliasTarget":
			alias := object(value)
			plain["Alias"] = plainName(alias["DNSName"])
			plain["AliasZone"] = text(alias["HostedZoneId"])
			plain["EvaluateTargetHealth"] = text(alias["EvaluateTargetHealth"]) == "true"
		case "ResourceRecords":
			plain[name] = plainValues(value)
		default:
			plain[name] = text(value)
		}
	}
	return strings.Join([]string{text(plain["Name"]), text(plain["Type"]), text(plain["SetIdentifier"])}, " "), plain
}

func plainName(value any) string {
	return strings.ToLower(strings.TrimSuffix(text(value), "."))
}

func plainValues(value any) []string {
	var values []string
	elements, _ := value.([]any)
	for _, element := range elements {
		if record, ok := element.(map[string]any); ok {
			element = record["Value"]
		}
		values = append(values, text(element))
	}
	return values
}

// checkHealthChecks compares each health check with its template. Route 53 adds
// what a template leaves out.
func (d *deployment) checkHealthChecks() {
	d.t.Helper()
	checks := d.assembly.Resources("AWS::Route53::HealthCheck")
	d.step("health checks in Route 53 are the templates'", func() {
		for _, check := range checks {
			answer := d.account.ask("us-east-1", "route53", "get_health_check", map[string]any{"HealthCheckId": d.ids[check.String()]})
			config := object(object(answer["HealthCheck"])["HealthCheckConfig"])
			if diff := d.differences(check, config); diff != "" {
				d.t.Errorf("%s (-template +Route 53):\n%s", check, diff)
			}
			broken := check.In(d.assembly.Clone())
			broken.Set("HealthCheckConfig.Type", "TCP")
			if d.differences(broken, config) == "" {
				d.t.Errorf("%s: nobody noticed another type", check)
			}
		}
	})
}

// differences are those between a check's template and what Route 53 has of it.
func (d *deployment) differences(check *assembly.Resource, config map[string]any) string {
	d.t.Helper()
	value, err := check.Value("HealthCheckConfig")
	if err != nil {
		d.t.Fatal(err)
	}
	wanted, got := map[string]string{}, map[string]string{}
	for name, property := range object(d.actual(value)) {
		wanted[name], got[name] = text(property), text(config[name])
	}
	return cmp.Diff(wanted, got)
}
