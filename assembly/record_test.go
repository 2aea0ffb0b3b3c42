package assembly

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecords(t *testing.T) {
	a := site(t)
	group, www, direct, origin := find(t, a, "Failover.Records"), find(t, a, "Failover.Www"), find(t, a, "Failover.Direct"), find(t, a, "Primary.OriginRecord")
	balancer, edge, check := find(t, a, "Primary.Balancer"), find(t, a, "Primary.Edge"), find(t, a, "Failover.Check")
	standby := find(t, a, "Secondary.Balancer")
	primary := Record{
		Resource: group, Path: "RecordSets.0", Name: "ticketing.pw", Type: "A", SetIdentifier: "primary", Failover: "PRIMARY",
		Alias: edge, AliasName: "${Primary.Edge.DomainName}", HealthCheck: check,
	}
	secondary := Record{
		Resource: group, Path: "RecordSets.1", Name: "ticketing.pw", Type: "A", SetIdentifier: "secondary", Failover: "SECONDARY",
		Alias: standby, AliasName: "${Secondary.Balancer.DNSName}", EvaluateTargetHealth: true,
	}
	originRecord := Record{
		Resource: origin, Name: "origin-ap-northeast-2.ticketing.pw", Type: "A",
		Alias: balancer, AliasName: "dualstack.${Primary.Balancer.DNSName}",
	}
	wwwRecord := Record{Resource: www, Name: "www.ticketing.pw", Type: "CNAME", Values: []string{"origin-ap-northeast-2.ticketing.pw"}}
	directRecord := Record{Resource: direct, Name: "direct.ticketing.pw", Type: "CNAME", Values: []string{"${Secondary.Balancer.DNSName}"}}
	tests := []struct {
		name  string
		types []string
		want  []Record
	}{
		{"ticketing.pw", nil, []Record{primary, secondary}},
		{"TICKETING.PW.", []string{"A"}, []Record{primary, secondary}},
		{"ticketing.pw", []string{"AAAA", "MX"}, nil},
		{"origin-ap-northeast-2.ticketing.pw", nil, []Record{originRecord}},
		{"", []string{"CNAME"}, []Record{directRecord, wwwRecord}},
		{"", nil, []Record{originRecord, directRecord, primary, secondary, wwwRecord}},
		{"pw", nil, nil},
	}
	same := cmp.Comparer(func(a, b *Resource) bool { return a == b })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, must[[]Record](t)(a.Records(test.name, test.types...)), same); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
	if got := must[string](t)(primary.Resource.Text(primary.At("AliasTarget.HostedZoneId"))); got != "Z2FDTNDATAQYW2" {
		t.Errorf("the alias' zone is %q", got)
	}
}

func TestRecordErrors(t *testing.T) {
	lost := map[string]any{"Ref": "Nobody"}
	tests := []struct {
		name string
		edit func(a *Assembly, group *Resource)
		want string
	}{
		{"alias", func(_ *Assembly, r *Resource) { r.Set("RecordSets.1.AliasTarget.DNSName", lost) },
			`Failover.Records.RecordSets.0.AliasTarget.DNSName: Ref: no resource or parameter "Nobody"`},
		{"health check", func(_ *Assembly, r *Resource) { r.Set("RecordSets.1.HealthCheckId", lost) },
			`Failover.Records.RecordSets.0.HealthCheckId: Ref: no resource or parameter "Nobody"`},
		{"target health", func(_ *Assembly, r *Resource) { r.Set("RecordSets.1.AliasTarget.EvaluateTargetHealth", "yes") },
			`Failover.Records.RecordSets.0.AliasTarget.EvaluateTargetHealth: is "yes", not a boolean`},
		{"failover and set", func(_ *Assembly, r *Resource) {
			r.Set("RecordSets.1.Failover", lost)
			r.Set("RecordSets.1.SetIdentifier", []string{})
		}, `Failover.Records.RecordSets.0.SetIdentifier: is a list, not text
Failover.Records.RecordSets.0.Failover: Ref: no resource or parameter "Nobody"`},
		{"values", func(_ *Assembly, r *Resource) { r.Add("RecordSets.1.ResourceRecords", "x") },
			`Failover.Records.RecordSets.0.ResourceRecords: is text, not a list`},
		{"name", func(_ *Assembly, r *Resource) { r.Delete("RecordSets.1.Name") },
			`Failover.Records.RecordSets.0.Name: no such property`},
		{"type of another", func(_ *Assembly, r *Resource) { r.In(r.Stack.assembly).Stack.resources["Www"].Delete("Type") },
			`Failover.Www.Type: no such property`},
		{"no list", func(_ *Assembly, r *Resource) { r.Set("RecordSets", "x") },
			`Failover.Records.RecordSets: is text, not a list`},
		{"two targets", func(_ *Assembly, r *Resource) {
			r.Set("RecordSets.1.AliasTarget.DNSName", map[string]any{"Fn::Sub": "${Check}${Www}"})
		}, `Failover.Records.RecordSets.0.AliasTarget.DNSName: leads to 2 resources, not one: Failover.Check, Failover.Www`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := site(t).Clone()
			test.edit(a, find(t, a, "Failover.Records"))
			_, err := a.Records("ticketing.pw")
			wantError(t, err, test.want)
			if _, err := a.Records("origin-ap-northeast-2.ticketing.pw"); err != nil && test.name != "name" && test.name != "type of another" && test.name != "no list" {
				t.Errorf("another name's records are an error too: %v", err)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	record := func(name, typ, rest string) string {
		return `{"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "` + name + `", "Type": "` + typ + `", ` + rest + `}}`
	}
	alias := func(name string) string { return `"AliasTarget": {"DNSName": ` + name + `}` }
	a := assemble(t, stackFile{id: "A", template: `{"Resources": {
		"One": {"Type": "T"}, "Two": {"Type": "T"},
		"A4": ` + record("one.test.", "A", alias(`{"Fn::GetAtt": ["One", "DNSName"]}`)) + `,
		"A6": ` + record("one.test.", "AAAA", alias(`{"Fn::GetAtt": ["One", "DNSName"]}`)) + `,
		"A7": ` + record("one.test.", "TXT", `"ResourceRecords": ["x"]`) + `,
		"B": ` + record("alias.test.", "A", alias(`"One.test."`)) + `,
		"C": ` + record("pair.test.", "A", alias(`{"Fn::GetAtt": ["One", "DNSName"]}`)) + `,
		"D": ` + record("pair.test.", "AAAA", alias(`{"Fn::GetAtt": ["Two", "DNSName"]}`)) + `,
		"E": ` + record("address.test.", "A", `"ResourceRecords": ["192.0.2.1"]`) + `,
		"F": ` + record("ping.test.", "A", alias(`"pong.test"`)) + `,
		"G": ` + record("pong.test.", "CNAME", `"ResourceRecords": ["ping.test"]`) + `,
		"H": ` + record("away.test.", "CNAME", `"ResourceRecords": ["example.com"]`) + `
	}}`})
	tests := []struct{ name, want, err string }{
		{"one.test", "A.One", ""},
		{"ONE.test.", "A.One", ""},
		{"alias.test", "A.One", ""},
		{"pair.test", "", "lookup pair.test: leads to 2 resources: A.One and A.Two"},
		{"none.test", "", "lookup none.test: no record of type A, AAAA or CNAME for none.test"},
		{"address.test", "", "lookup address.test: A.E: leads to no resource"},
		{"ping.test", "", "lookup ping.test: records lead in a circle: ping.test -> pong.test -> ping.test"},
		{"away.test", "", "lookup away.test: no record of type A, AAAA or CNAME for example.com"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := a.Lookup(test.name)
			wantError(t, err, test.err)
			if err == nil && got.String() != test.want {
				t.Errorf("leads to %s, want %s", got, test.want)
			}
		})
	}
	s := site(t)
	for name, want := range map[string]string{"www.ticketing.pw": "Primary.Balancer", "direct.ticketing.pw": "Secondary.Balancer"} {
		if got := must[*Resource](t)(s.Lookup(name)); got.String() != want {
			t.Errorf("%s leads to %s, want %s", name, got, want)
		}
	}
}

// TestManyNames holds that a lookup ends where each name leads on to two others.
func TestManyNames(t *testing.T) {
	var records []string
	for i := range 40 {
		for _, side := range []string{"a", "b"} {
			for n, next := range []string{"a", "b"} {
				records = append(records, fmt.Sprintf(`"%s%dTo%d": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "%s%d.test", "Type": "%s", "AliasTarget": {"DNSName": "%s%d.test"}}}`,
					side, i, n, side, i, []string{"A", "AAAA"}[n], next, i+1))
			}
		}
	}
	a := assemble(t, stackFile{id: "A", template: `{"Resources": {` + strings.Join(records, ",") + `}}`})
	_, err := a.Lookup("a30.test") // whose ways end after ten steps, at no record
	wantError(t, err, "lookup a30.test: no record of type A, AAAA or CNAME for a40.test")
	end := `, "End": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "a40.test", "Type": "CNAME", "ResourceRecords": [{"Ref": "End"}]}}, "Other": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "b40.test", "Type": "CNAME", "ResourceRecords": [{"Ref": "End"}]}}`
	a = assemble(t, stackFile{id: "A", template: `{"Resources": {` + strings.Join(records, ",") + end + `}}`})
	_, err = a.Lookup("a0.test")
	wantError(t, err, "lookup a0.test: leads through more than 100 names")
}
