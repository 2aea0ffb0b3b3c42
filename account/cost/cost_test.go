package cost

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

func load(t *testing.T, folder string) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func golden(t *testing.T, name string) *assembly.Assembly {
	t.Helper()
	return load(t, "../../testdata/"+name)
}

func of(t *testing.T, a *assembly.Assembly, use Use) *Estimate {
	t.Helper()
	e, err := Of(a, use)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestTotal holds the article's site to what one adds up by hand, to the cent.
func TestTotal(t *testing.T) {
	e := of(t, golden(t, "article"), Use{})
	parts := []struct {
		what, region string
		usd          Cents
	}{
		{"gp3 disks of the servers", "ap-northeast-2", 158}, // 2 + 4 servers for 2 h a day: 2.1667 × 8 GB × 0.0912
		{"gp3 disks of the servers", "us-east-1", 139},
		{"web servers, t2.micro", "us-east-1", 1835}, // 2 × 730 h + 2 × 2 h × 365 / 12, at 0.0116
		{"Application Load Balancers", "ap-northeast-2", 1643},
		{"Application Load Balancers", "us-east-1", 1643},
		{"NAT gateways", "ap-northeast-2", 8614},
		{"NAT gateways", "us-east-1", 6570},
		{"public IPv4 addresses", "ap-northeast-2", 1460}, // two Elastic IPs, two zones
		{"public IPv4 addresses", "us-east-1", 1460},
		{"health checkers' requests to CloudFront, at North America's price", "us-east-1", 263}, // one a second
		{"health checks", "us-east-1", 50},
		{"hosted zones", "us-east-1", 50},
		{"optional features of health checks", "us-east-1", 200}, // HTTPS, every 10 s
		{"metrics that alarms read", "ap-northeast-2", 20},
		{"metrics that alarms read", "us-east-1", 20},
	}
	total := Cents(0)
	for _, part := range parts {
		total += part.usd
		if got := find(e.Fixed, part.what, part.region); got.USD != part.usd || !got.Price.Source.Dated() {
			t.Errorf("%s in %s: got %s, want %s with a date", part.what, part.region, got.USD, part.usd)
		}
	}
	if e.Total != total || e.Total.String() != "241.25" {
		t.Errorf("got the total %s, want %s", e.Total, total)
	}
	if e.Undated != 2278 || len(e.Fixed) != len(parts)+1 || len(e.Unread) > 0 {
		t.Errorf("got %s without a date, %d items and %q, want the servers in Seoul only", e.Undated, len(e.Fixed), e.Unread)
	}
}

func find(items []Item, what, region string) Item {
	for _, item := range items {
		if item.What == what && item.Region == region {
			return item
		}
	}
	return Item{}
}

// resource returns a resource as it stands in a template.
func resource(t *testing.T, resourceType string, properties map[string]any) map[string]any {
	t.Helper()
	if properties == nil {
		properties = map[string]any{}
	}
	data, err := json.Marshal(map[string]any{"Type": resourceType, "Properties": properties})
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template
}

// first returns the first resource of a type in a stack.
func first(a *assembly.Assembly, stack, resourceType string) *assembly.Resource {
	for _, r := range a.Resources(resourceType) {
		if r.Stack.ID == stack {
			return r
		}
	}
	panic("no " + resourceType + " in " + stack)
}

// TestChanges changes the default site in one point after the other: the item must
// change by so much, and nothing else.
func TestChanges(t *testing.T) {
	const seoul, virginia = "ap-northeast-2", "us-east-1"
	put := func(stack, resourceType string, properties map[string]any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			s, err := a.Stack(stack)
			if err != nil {
				t.Fatal(err)
			}
			s.Put("Another", resource(t, resourceType, properties))
		}
	}
	edit := func(stack, resourceType, path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			r := first(a, stack, resourceType)
			if r.Has(path) {
				r.Set(path, value)
			} else {
				r.Add(path, value)
			}
		}
	}
	const template = "AWS::EC2::LaunchTemplate"
	for _, test := range []struct {
		name   string
		edit   func(*assembly.Assembly)
		what   string
		region string
		by     float64
	}{
		{"a NAT gateway", put("Primary", "AWS::EC2::NatGateway", nil), "NAT gateways", seoul, 730},
		{"an Elastic IP", put("Secondary", "AWS::EC2::EIP", nil), "public IPv4 addresses", virginia, 730},
		{"a gateway endpoint", put("Primary", "AWS::EC2::VPCEndpoint", map[string]any{}), "", "", 0},
		{"an interface endpoint", put("Primary", "AWS::EC2::VPCEndpoint", map[string]any{"VpcEndpointType": "Interface", "SubnetIds": []string{"a", "b"}}), "interface endpoints, for each zone", seoul, 1460},
		{"a balancer without the internet", edit("Primary", topology.BalancerType, "Scheme", "internal"), "public IPv4 addresses", seoul, -1460},
		{"a balancer of IPv6", edit("Primary", topology.BalancerType, "IpAddressType", "dualstack-without-public-ipv4"), "public IPv4 addresses", seoul, -1460},
		{"a larger minimum", func(a *assembly.Assembly) {
			for _, action := range a.Resources("AWS::AutoScaling::ScheduledAction") {
				action.Stack.Remove(action.LogicalID)
			}
			edit("Primary", topology.GroupType, "MinSize", "3")(a)
		}, "web servers, t3.small", seoul, 730 - 30.333},
		{"a schedule every day", edit("Primary", "AWS::AutoScaling::ScheduledAction", "Recurrence", "30 9 * * *"), "", "", math.NaN()},
		{"no detailed monitoring", edit("Primary", template, "LaunchTemplateData.Monitoring.Enabled", false), "metrics of detailed monitoring", seoul, -14.291},
		{"larger disks", edit("Secondary", template, "LaunchTemplateData.BlockDeviceMappings.0.Ebs.VolumeSize", 16), "gp3 disks of the servers", virginia, 16.332},
		{"servers with addresses", edit("Primary", template, "LaunchTemplateData.NetworkInterfaces", []any{map[string]any{"AssociatePublicIpAddress": true}}), "public IPv4 addresses", seoul, 1490.333},
		{"an alarm more", put("Failover", topology.AlarmType, map[string]any{"Period": 60}), "metrics that alarms read", virginia, 1},
		{"an alarm every 10 s", put("Failover", topology.AlarmType, map[string]any{"Period": 10}), "metrics that high-resolution alarms read", virginia, 1},
		{"an alarm of a query", put("Failover", topology.AlarmType, map[string]any{"Metrics": []any{map[string]any{"Expression": " select 1"}}}), "metrics that alarms find by a query", virginia, 1},
		{"an alarm of an anomaly", put("Failover", topology.AlarmType, map[string]any{"Metrics": []any{
			map[string]any{"MetricStat": map[string]any{"Period": 60}}, map[string]any{"Expression": "ANOMALY_DETECTION_BAND(m, 2)"},
		}}), "metrics that alarms read", virginia, 3},
		{"a composite alarm", put("Failover", "AWS::CloudWatch::CompositeAlarm", nil), "composite alarms", virginia, 1},
		{"a dashboard", put("Failover", "AWS::CloudWatch::Dashboard", nil), "dashboards", virginia, 1},
		{"a key", put("Primary", "AWS::KMS::ReplicaKey", nil), "KMS keys", seoul, 1},
		{"a replica of the secret", edit("Primary", "AWS::SecretsManager::Secret", "ReplicaRegions", []any{map[string]any{"Region": "ap-northeast-1"}}), "secrets", "ap-northeast-1", 1},
		{"a web ACL without rules", put("Secondary", "AWS::WAFv2::WebACL", map[string]any{}), "web ACLs", virginia, 1},
		{"a rule group", put("Secondary", "AWS::WAFv2::RuleGroup", map[string]any{"Rules": []any{map[string]any{}, map[string]any{}}}), "rules of web ACLs", virginia, 2},
		{"a zone", put("Domain", topology.ZoneType, nil), "hosted zones", virginia, 1},
		{"a calculated health check", put("Failover", topology.HealthCheckType, map[string]any{"HealthCheckConfig": map[string]any{"Type": "CALCULATED", "ChildHealthChecks": []any{}}}), "health checks", virginia, 1},
	} {
		a := golden(t, "site")
		before := of(t, a, Use{})
		broken := a.Clone()
		test.edit(broken)
		after := of(t, broken, Use{})
		if math.IsNaN(test.by) {
			if before.Total == after.Total {
				t.Errorf("%s: nobody noticed", test.name)
			}
			continue
		}
		by := find(after.Fixed, test.what, test.region).Quantity - find(before.Fixed, test.what, test.region).Quantity
		if math.Abs(by-test.by) > 0.01 || len(after.Unread) > 0 {
			t.Errorf("%s: %s in %s: got %.3f more, want %.3f; unread: %q", test.name, test.what, test.region, by, test.by, after.Unread)
		}
		if (before.Total == after.Total) != (test.by == 0 || test.what == "composite alarms") {
			t.Errorf("%s: the total was %s and is %s", test.name, before.Total, after.Total)
		}
	}
}

// TestHealthChecks counts health checks of endpoints that are not the site's, each with
// its features.
func TestHealthChecks(t *testing.T) {
	for _, test := range []struct {
		config   map[string]any
		features float64
	}{
		{map[string]any{"Type": "HTTP"}, 0},
		{map[string]any{"Type": "HTTPS"}, 1},
		{map[string]any{"Type": "HTTPS_STR_MATCH", "RequestInterval": 10, "MeasureLatency": true}, 4},
		{map[string]any{"Type": "TCP", "Port": 25, "RequestInterval": 10}, 1},
	} {
		a := golden(t, "article").Clone()
		stack, err := a.Stack("Failover")
		if err != nil {
			t.Fatal(err)
		}
		test.config["FullyQualifiedDomainName"] = "mail.example.org"
		stack.Put("Elsewhere", resource(t, topology.HealthCheckType, map[string]any{"HealthCheckConfig": test.config}))
		e := of(t, a, Use{})
		checks := find(e.Fixed, "health checks of endpoints outside AWS", "us-east-1").Quantity
		features := find(e.Fixed, "optional features of health checks of endpoints outside AWS", "us-east-1").Quantity
		if checks != 1 || features != test.features {
			t.Errorf("%v: got %g and %g features, want 1 and %g", test.config, checks, features, test.features)
		}
	}
}

// TestUnread names what has no price, and lets it into no total.
func TestUnread(t *testing.T) {
	folder := t.TempDir()
	for file, content := range map[string]string{
		"manifest.json": `{"artifacts": {"Far": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/ap-south-2",
			"properties": {"templateFile": "a.json", "stackName": "shop-Far"}}}}`,
		"a.json": `{"Resources": {"Way": {"Type": "AWS::EC2::NatGateway"}, "Key": {"Type": "AWS::KMS::Key"},
			"Data": {"Type": "AWS::RDS::DBCluster"}, "Old": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "gateway"}},
			"Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": "many"}},
			"Table": {"Type": "AWS::DynamoDB::Table"}, "Asked": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"BillingMode": "PAY_PER_REQUEST"}},
			"Job": {"Type": "Custom::Job"}, "Files": {"Type": "AWS::S3::Bucket"}, "Role": {"Type": "AWS::IAM::Role"}}}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := of(t, load(t, folder), Use{Visits: 1})
	if e.Site != "shop" || e.Total != 100 || e.Undated != 0 || len(e.ByUse) != 3 {
		t.Errorf("got %s, %s, %s and %q, want the key alone, bucket and tables by use", e.Site, e.Total, e.Undated, e.ByUse)
	}
	if missing := WithoutPrice(e.Fixed); len(missing) != 1 || missing[0].What != "NAT gateways" || missing[0].USD != 0 {
		t.Errorf("got %v without a price, want the NAT gateway", missing)
	}
	unread := strings.Join(e.Unread, "\n")
	if strings.Contains(unread, "Far.Asked") {
		t.Errorf("got %q, want nothing of a table that is billed by request", unread)
	}
	for _, want := range []string{"Far.Data: prices.yaml does not know AWS::RDS::DBCluster", "type gateway has no price", "Far.Table: provisioned capacity has no price", "Far.Group.MinSize", "what depends on use: "} {
		if !strings.Contains(unread, want) {
			t.Errorf("got %q, want %q in it", unread, want)
		}
	}
	var text bytes.Buffer
	if err := e.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" ap-south-2  730 hours  ? ", "no price known, ?", unread[:20]} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", text.String(), want)
		}
	}
}

// TestUse counts visits and bytes, and refuses what are none.
func TestUse(t *testing.T) {
	a := golden(t, "site")
	use := Use{Visits: 100_000, GB: 200, Pages: 5, Files: 20, Written: 2}
	e := of(t, a, use)
	if fixed := of(t, a, Use{}); fixed.Total != e.Total || len(fixed.Use) != 0 {
		t.Errorf("visits change what runs without them: %s, and %s", fixed.Total, e.Total)
	}
	for what, want := range map[string]struct {
		quantity float64
		usd      Cents
	}{
		"data from CloudFront to visitors": {200, 2400},
		"HTTPS requests to CloudFront":     {250, 300}, // 2.5 million
		"requests that web ACLs judge":     {0.5, 30},  // pages alone have one
		"runs of CloudFront functions":     {0.5, 5},
		"load balancer capacity units":     {40, 32}, // a fifth of the bytes
		"access logs in S3":                {4.5, 11},
		"flow logs to CloudWatch Logs":     {0.25, 19},
		"replication to the other region":  {2, 16},
		"Replication Time Control":         {2, 0},
		"static files in S3":               {2, 5},
	} {
		if got := find(e.Use, what, "ap-northeast-2"); math.Abs(got.Quantity-want.quantity) > 1e-9 || got.USD != want.usd {
			t.Errorf("%s: got %g and %s, want %g and %s", what, got.Quantity, got.USD, want.quantity, want.usd)
		}
	}
	use.GB = 0
	if got := find(of(t, a, use).Use, "load balancer capacity units", "ap-northeast-2"); math.Abs(got.Quantity-500_000.0/90_000) > 1e-9 {
		t.Errorf("without bytes: got %g capacity units, want those of the connections", got.Quantity)
	}
	for _, bad := range []Use{{Visits: -1}, {GB: math.NaN()}, {Pages: math.Inf(1)}, {Files: -0.5}, {Written: 1e13}} {
		if _, err := Of(a, bad); err == nil || !strings.Contains(err.Error(), "give a number from 0 to") {
			t.Errorf("%v: got %v", bad, err)
		}
	}
}

// TestLogs counts access logs for as long as their bucket keeps them.
func TestLogs(t *testing.T) {
	const kept = "LifecycleConfiguration.Rules.0."
	for name, test := range map[string]struct {
		edit     func(logs *assembly.Resource)
		quantity float64
		unread   string
	}{
		"90 days":      {func(*assembly.Resource) {}, 4.5, ""},
		"ten years":    {func(logs *assembly.Resource) { logs.Set(kept+"ExpirationInDays", 3600) }, 180, ""},
		"a day":        {func(logs *assembly.Resource) { logs.Set(kept+"ExpirationInDays", "1") }, 0.05, ""},
		"some of them": {func(logs *assembly.Resource) { logs.Add(kept+"Prefix", "static-bucket/") }, 0, "Primary.AccessLogs8B620ECA keeps them for ever"},
		"a shorter rule": {func(logs *assembly.Resource) {
			logs.Set("LifecycleConfiguration.Rules", []any{map[string]any{"Status": "Enabled", "ExpirationInDays": 60}, map[string]any{"Status": "Enabled", "ExpirationInDays": 30}, map[string]any{"Status": "Disabled", "ExpirationInDays": 10}})
		}, 1.5, ""},
		"no rule": {func(logs *assembly.Resource) { logs.Delete("LifecycleConfiguration") }, 0, "keeps them for ever"},
	} {
		a := golden(t, "site").Clone()
		logs, err := first(a, "Primary", topology.DistributionType).Target("DistributionConfig.Logging.Bucket")
		if err != nil {
			t.Fatal(err)
		}
		test.edit(logs)
		e := of(t, a, Use{Visits: 100_000, Pages: 5, Files: 20})
		got, unread := find(e.Use, "access logs in S3", "ap-northeast-2"), strings.Join(e.Unread, "; ")
		if math.Abs(got.Quantity-test.quantity) > 1e-9 || (test.unread == "") != (unread == "") || !strings.Contains(unread, test.unread) {
			t.Errorf("%s: got %g GB-months, unread %q, want %g, %q", name, got.Quantity, unread, test.quantity, test.unread)
		}
	}
}

// TestWrite writes the same amounts as text, as JSON and side by side.
func TestWrite(t *testing.T) {
	site, article := of(t, golden(t, "site"), Use{Visits: 10, Pages: 1, Written: 1}), of(t, golden(t, "article"), Use{})
	var text, object, both bytes.Buffer
	for _, err := range []error{site.WriteText(&text), WriteJSON(&object, site, article), WriteComparison(&both, site, article)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"ticketing: US dollars", "\nNAT gateways ", " 1460 hours ", " 0.059 [1] ", " 86.14\n", "\nby use ", "\n[1] 2026-10-01  https://", site.Total.String() + "\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", text.String(), want)
		}
	}
	var read struct {
		Sites []struct {
			Site    string
			Total   float64
			Undated float64
			Fixed   []jsonItem
		}
	}
	if err := json.Unmarshal(object.Bytes(), &read); err != nil || len(read.Sites) != 2 {
		t.Fatalf("got %v, and\n%s", err, object.String())
	}
	if got := read.Sites[1]; got.Total != 241.25 || got.Undated != 22.78 || got.Fixed[0].Price.Source.Date == "" || got.Fixed[0].USD == 0 {
		t.Errorf("got %v, want the article's", got)
	}
	compared := spaces.ReplaceAllString(both.String(), " ")
	for _, want := range []string{
		"\nwhen nobody visits region price ticketing article more\n",
		"\nNAT gateways ap-northeast-2 0.059 [1] 86.14 86.14 0.00\n",
		"\nNAT gateways us-east-1 0.045 [1] 65.70 65.70 0.00\n",
		"\ndashboards us-east-1 3 [12] 3.00 – -3.00\n",
		"\nweb servers, t2.micro ap-northeast-2 0.0144 [14] ? – 22.78 ? 22.78\n",
		"\nReplication Time Control ap-northeast-2 ? ? – ?\n",
		"\ntotal 339.16 241.25 -97.91\n", "\nboth together 340.76 264.03 -76.73\n",
		"\nsources of the prices; a ? marks one without a date\n[1] 2026-10-01 https://", "\n[12] 2026-06-13 https://", "\n[14] ? https://",
	} {
		if !strings.Contains(compared, want) {
			t.Errorf("got\n%s\nwant %q in it", both.String(), want)
		}
	}
}

var spaces = regexp.MustCompile(` +`)

// jsonItem is an item as JSON has it.
type jsonItem struct {
	USD   float64
	Price *Price
}

func TestCents(t *testing.T) {
	for cents, want := range map[Cents]string{0: "0.00", 7: "0.07", 24125: "241.25", -1050: "-10.50"} {
		if got := cents.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
