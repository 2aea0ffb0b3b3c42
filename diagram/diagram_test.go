package diagram_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/diagram"
)

var update = flag.Bool("update", false, "rewrite "+article)

const (
	architecture = "../docs/architecture.svg"
	article      = "testdata/article.d2"
)

func load(t *testing.T, name string) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Load("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func d2(t *testing.T, a *assembly.Assembly) string {
	t.Helper()
	text, err := diagram.D2(a)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// That the picture is the text's, to the byte, is tested in d2svg.
func TestArchitectureIsFresh(t *testing.T) {
	want := d2(t, load(t, "site"))
	svg, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	got, err := drawnFrom(svg)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s does not show what the templates say; make diagram (-picture +templates):\n%s", architecture, diff)
	}
}

func TestArticle(t *testing.T) {
	got := d2(t, load(t, "article"))
	if *update {
		if err := os.WriteFile(article, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(article)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale; go test ./diagram -update (-file +templates):\n%s", article, diff)
	}
	for _, absent := range []string{"function", "<->", "static.ticketing.pw", "AAAA", "Calculated", "Replication Time Control"} {
		if strings.Contains(got, absent) {
			t.Errorf("the article's site has no %s, but its picture has", absent)
		}
	}
}

func TestSameAssemblySameText(t *testing.T) {
	first := d2(t, load(t, "site"))
	for range 5 {
		if diff := cmp.Diff(first, d2(t, load(t, "site"))); diff != "" {
			t.Fatal(diff)
		}
	}
}

// drawnFrom returns the D2 text that a picture was drawn from: d2svg leaves it there.
func drawnFrom(svg []byte) (string, error) {
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return "", errors.New("the picture has no metadata: draw it anew")
		}
		if err != nil {
			return "", err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "metadata" {
			var text string
			err := decoder.DecodeElement(&text, &start)
			return text, err
		}
	}
}

func TestSourceOfNoPicture(t *testing.T) {
	for _, svg := range []string{"", "<svg></svg>", "<svg", "<svg><metadata>"} {
		if text, err := drawnFrom([]byte(svg)); err == nil {
			t.Errorf("%q has the source %q, want an error", svg, text)
		}
	}
}

// A change of the assembly, and what the picture loses and gains by it.
var edits = []struct {
	name        string
	edit        func(t *testing.T, a *assembly.Assembly)
	lost, found []string
}{
	{
		name: "no function association",
		edit: func(t *testing.T, a *assembly.Assembly) {
			site(t, a).Delete("DistributionConfig.DefaultCacheBehavior.FunctionAssociations")
		},
		lost: []string{"retries reads", "global.site -> global.function: ", "global.function -> standby.balancer: "},
	},
	{
		name: "a function that groups no origins",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			only(a, "AWS::CloudFront::Function").Set("FunctionCode", "function handler(event) { return event.request; }")
		},
		lost: []string{"retries reads", "global.function -> standby.balancer: "},
	},
	{
		name: "an origin by a name that never moves",
		edit: func(t *testing.T, a *assembly.Assembly) {
			site(t, a).Set("DistributionConfig.Origins.0.DomainName", "origin-ap-northeast-2.ticketing.pw")
		},
		lost:  []string{"kept 10 s", "global.serving -> home.balancer: ", "global.serving -> standby.balancer: "},
		found: []string{`global.site -> home.balancer: "" {class: normal}`},
	},
	{
		name: "no second bucket behind the static files",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, d := range a.Resources("AWS::CloudFront::Distribution") {
				if d.Has("DistributionConfig.OriginGroups") {
					d.Delete("DistributionConfig.OriginGroups.Items.0.Members.Items.1")
				}
			}
		},
		lost: []string{"global.static -> standby.bucket: \"\" {class: failover}"},
	},
	{
		name: "the failover switch in the bucket of the static files",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, d := range a.Resources("AWS::CloudFront::Distribution") {
				if path := "DistributionConfig.CacheBehaviors.0.TargetOriginId"; d.Stack.ID == "Secondary" {
					id, err := d.Text("DistributionConfig.DefaultCacheBehavior.TargetOriginId")
					if err != nil {
						panic(err)
					}
					d.Set(path, id)
				}
			}
		},
		lost: []string{"S3 bucket\\n/failover-switch", "global.static2 -> standby.bucket2: \"\" {class: check}"},
	},
	{
		name: "nobody asks for the switch",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, check := range a.Resources("AWS::Route53::HealthCheck") {
				if path := "HealthCheckConfig.ResourcePath"; check.Has(path) {
					check.Set(path, "/other")
				}
			}
		},
		lost:  []string{"global.static2 -> standby.bucket2: \"\" {class: check}"},
		found: []string{"global.static2 -> standby.bucket2: \"\" {class: failover}"},
	},
	{
		name: "no reverse replication",
		edit: func(_ *testing.T, a *assembly.Assembly) { remove(a, "Custom::BucketReplication") },
		lost: []string{"home.bucket <-> replication: ", "standby.bucket <-> replication: "},
		found: []string{
			"home.bucket -> replication: ", "standby.bucket <- replication: ",
		},
	},
	{
		name: "a rule is switched off",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			source(a).Set("ReplicationConfiguration.Rules.0.Status", "Disabled")
		},
		lost:  []string{"home.bucket <-> replication: ", "standby.bucket <-> replication: "},
		found: []string{"home.bucket <- replication: ", "standby.bucket -> replication: "},
	},
	{
		name: "no replication",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			remove(a, "Custom::BucketReplication")
			source(a).Delete("ReplicationConfiguration")
		},
		lost: []string{"S3 replication", "home.bucket <-> replication: ", "replication-from -> replication-to: "},
	},
	{
		name: "no web servers at the standby",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, group := range a.Resources("AWS::AutoScaling::AutoScalingGroup") {
				if group.Stack.ID == "Secondary" {
					group.Delete("TargetGroupARNs")
				}
			}
		},
		lost: []string{"standby.balancer -> standby.servers: "},
	},
	{
		name: "more web servers at home",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, group := range a.Resources("AWS::AutoScaling::AutoScalingGroup") {
				if group.Stack.ID == "Primary" {
					group.Set("MaxSize", "12")
				}
			}
		},
		found: []string{`servers: "Auto Scaling group\n2–12 web servers"`},
	},
	{
		name: "another health check path",
		edit: func(t *testing.T, a *assembly.Assembly) {
			for _, check := range a.Resources("AWS::Route53::HealthCheck") {
				if check.Has("HealthCheckConfig.ResourcePath") {
					check.Set("HealthCheckConfig.ResourcePath", "/${x}\"")
				}
			}
		},
		found: []string{`HTTPS /\${x}\"\nevery 10 s`},
	},
	{
		name: "no web ACL",
		edit: func(t *testing.T, a *assembly.Assembly) {
			site(t, a).Delete("DistributionConfig.WebACLId")
		},
		lost: []string{`the site\nAWS WAF web ACL`},
	},
	{
		name: "no name for the static files at home",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, record := range a.Resources("AWS::Route53::RecordSet") {
				if to, err := record.Target("AliasTarget.DNSName"); err == nil && to.Type == "AWS::CloudFront::Distribution" && to.Stack.ID == "Primary" {
					record.Stack.Remove(record.LogicalID)
				}
			}
		},
		lost:  []string{"static.ticketing.pw", "global.zone.static -> global.static: "},
		found: []string{"visitors -> global.static: ", "global.zone.static -> global.static2: "},
	},
	{
		name: "a zone that exists already",
		edit: func(_ *testing.T, a *assembly.Assembly) {
			for _, record := range a.Resources("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup") {
				record.Set("HostedZoneId", "Z0123456789ABCDEFGHIJ")
			}
			remove(a, "AWS::Route53::HostedZone")
		},
		lost:  []string{`zone: "Route 53 hosted zone ticketing.pw"`},
		found: []string{`zone: "Route 53 hosted zone Z0123456789ABCDEFGHIJ"`},
	},
}

func TestEdits(t *testing.T) {
	original := load(t, "site")
	before := d2(t, original)
	for _, test := range edits {
		t.Run(test.name, func(t *testing.T) {
			a := original.Clone()
			test.edit(t, a)
			after := d2(t, a)
			for _, part := range test.lost {
				if !strings.Contains(before, part) || strings.Contains(after, part) {
					t.Errorf("%q should be lost: before %t, after %t", part, strings.Contains(before, part), strings.Contains(after, part))
				}
			}
			for _, part := range test.found {
				if strings.Contains(before, part) || !strings.Contains(after, part) {
					t.Errorf("%q should be found: before %t, after %t", part, strings.Contains(before, part), strings.Contains(after, part))
				}
			}
			if after == before {
				t.Error("the picture stays the same")
			}
		})
	}
}

// What cannot be drawn, and what the error must name.
var mistakes = []struct {
	name string
	edit func(t *testing.T, a *assembly.Assembly)
	want []string
}{
	{"no health check", func(t *testing.T, a *assembly.Assembly) {
		record := failover(t, a, "PRIMARY")
		record.Resource.Delete(record.At("HealthCheckId"))
	}, []string{"Failover.Failoverticketingpw", ".RecordSets.0: the PRIMARY record of ticketing.pw (A) has no health check"}},
	{"no SECONDARY", func(t *testing.T, a *assembly.Assembly) {
		record := failover(t, a, "SECONDARY")
		record.Resource.Set(record.At("Type"), "TXT")
	}, []string{"Failover.Failoverticketingpw", "the PRIMARY record of ticketing.pw (A) has no SECONDARY record beside it"}},
	{"SECONDARY leads to another account's load balancer", func(t *testing.T, a *assembly.Assembly) {
		record := failover(t, a, "SECONDARY")
		record.Resource.Set(record.At("AliasTarget.DNSName"), "elsewhere.us-east-1.elb.amazonaws.com")
	}, []string{"Failover.Failoverticketingpw", "the SECONDARY record of ticketing.pw (A) is an alias of nothing"}},
	{"no failover", func(_ *testing.T, a *assembly.Assembly) { remove(a, "AWS::Route53::RecordSetGroup") },
		[]string{"the assembly has no PRIMARY record"}},
	{"the function retries nowhere", func(_ *testing.T, a *assembly.Assembly) {
		only(a, "AWS::CloudFront::Function").Set("FunctionCode", "cf.createRequestOriginGroup({originIds: [{originId: 'home'}, {originId: 'moon'}]})")
	}, []string{"Primary.SiteDistribution", `has no origin "moon"`}},
	{"the origin's name leads nowhere", func(t *testing.T, a *assembly.Assembly) {
		site(t, a).Set("DistributionConfig.Origins.0.DomainName", "origin.example.com")
	}, []string{"Primary.SiteDistribution", "DistributionConfig.Origins.0.DomainName", "origin.example.com"}},
	{"the rule put by the custom resource is broken", func(_ *testing.T, a *assembly.Assembly) {
		only(a, "Custom::BucketReplication").Set("Create", "{")
	}, []string{"Primary.ReverseReplication", "Create: "}},
	{"the rule put by the custom resource copies to elsewhere", func(_ *testing.T, a *assembly.Assembly) {
		only(a, "Custom::BucketReplication").Set("Create", `{"parameters": {"Bucket": "elsewhere", "ReplicationConfiguration": {"Rules": [{"Status": "Enabled"}]}}}`)
	}, []string{"Primary.ReverseReplication", "copies from elsewhere, which is no bucket"}},
	{"a bucket is copied to elsewhere", func(_ *testing.T, a *assembly.Assembly) {
		source(a).Set("ReplicationConfiguration.Rules.0.Destination.Bucket", "arn:aws:s3:::elsewhere")
	}, []string{"Primary.StaticSiteBucket", "copies to arn:aws:s3:::elsewhere, which is no bucket"}},
}

func TestMistakes(t *testing.T) {
	original := load(t, "site")
	for _, test := range mistakes {
		t.Run(test.name, func(t *testing.T) {
			a := original.Clone()
			test.edit(t, a)
			text, err := diagram.D2(a)
			if err == nil {
				t.Fatalf("no error, but\n%s", text)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want it to say %q", err, part)
				}
			}
		})
	}
}

func failover(t *testing.T, a *assembly.Assembly, which string) assembly.Record {
	t.Helper()
	records, err := a.Records("ticketing.pw", "A")
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		if record.Failover == which {
			return record
		}
	}
	t.Fatalf("ticketing.pw has no %s record", which)
	return assembly.Record{}
}

// site is the distribution that PRIMARY leads to.
func site(t *testing.T, a *assembly.Assembly) *assembly.Resource {
	t.Helper()
	return failover(t, a, "PRIMARY").Alias
}

// source is the bucket that is copied to the standby.
func source(a *assembly.Assembly) *assembly.Resource {
	for _, bucket := range a.Resources("AWS::S3::Bucket") {
		if bucket.Has("ReplicationConfiguration") {
			return bucket
		}
	}
	panic("no bucket is copied")
}

func only(a *assembly.Assembly, resourceType string) *assembly.Resource {
	return a.Resources(resourceType)[0]
}

func remove(a *assembly.Assembly, resourceType string) {
	for _, r := range a.Resources(resourceType) {
		r.Stack.Remove(r.LogicalID)
	}
}
