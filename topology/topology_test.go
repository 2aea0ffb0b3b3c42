package topology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

// load reads one of the golden templates, with the edits made.
func load(t *testing.T, name string, edits ...func(a *assembly.Assembly)) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Load("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(a)
	}
	return a
}

func find(a *assembly.Assembly, place string) *assembly.Resource {
	stack, id, _ := strings.Cut(place, ".")
	r, err := a.Find(stack, id)
	if err != nil {
		panic(err)
	}
	return r
}

// got returns a value, or the end of the test.
func got[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// same compares what is read with what is wanted, both written with %v.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused demands an error that says why.
func refused[T any](t *testing.T, why string) func(T, error) {
	return func(value T, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v and the error %v, want an error with %q", value, err, why)
		}
	}
}

const (
	homeBalancer    = "Primary.WebTierEntranceLoadBalancer3D9F302E"
	homeGroup       = "Primary.WebTierEntranceTargetGroup1144A9D2"
	homeListener    = "Primary.WebTierEntranceLoadBalancerHttps19E71B00"
	homeRule        = "Primary.WebTierEntranceLoadBalancerHttpsFromDistributionfirstRule817881D9"
	standbyBalancer = "Secondary.WebTierEntranceLoadBalancer3D9F302E"
	siteEdge        = "Primary.SiteDistribution390DED28"
	homeStatic      = "Primary.StaticSiteDistribution90D303F1"
	standbyStatic   = "Secondary.StaticSiteDistribution90D303F1"
	switchBucket    = "Secondary.SwitchBucket66C83C10"
	homeBucket      = "Primary.StaticSiteBucket9C756C46"
	standbyBucket   = "Secondary.StaticSiteBucket9C756C46"
	reverse         = "Primary.ReverseReplicationRule59E02DB0"
	apexRecords     = "Failover.Failoverticketingpw9E625F15"
	wwwRecords      = "Failover.FailoverwwwticketingpwEC91200A"
	servingRecords  = "Failover.Failoveroriginticketingpw92CB0D1C"
	homeEndpoint    = "Failover.FailoverHomeEndpoint260E5D86"
	switchOff       = "Failover.FailoverSwitchOff4627722C"
	homeServes      = "Failover.FailoverHomeServes36132404"
)

func TestSite(t *testing.T) {
	for _, name := range []string{"site", "article"} {
		t.Run(name, func(t *testing.T) {
			a := load(t, name)
			resource := got[*assembly.Resource](t)
			same(t, "the site's distribution", resource(topology.SiteDistribution(a)), siteEdge)
			same(t, "home", resource(topology.HomeBalancer(a)), homeBalancer)
			same(t, "standby", resource(topology.StandbyBalancer(a)), standbyBalancer)
			same(t, "static files", got[[]*assembly.Resource](t)(topology.StaticDistributions(a)), "["+standbyStatic+" "+homeStatic+"]")
			same(t, "bucket", resource(topology.Bucket(find(a, standbyStatic))), standbyBucket)
			same(t, "zone", got[topology.Zone](t)(topology.SiteZone(a)).Name, "ticketing.pw")
			groups := got[[]*assembly.Resource](t)(topology.TargetGroups(a, find(a, homeBalancer)))
			same(t, "target groups", groups, "["+homeGroup+"]")
			same(t, "Auto Scaling groups", topology.AutoScalingGroups(a, groups[0]), "[Primary.WebTierWebServersGroupASGB49BAB89]")
		})
	}
}

func TestEnds(t *testing.T) {
	tests := []struct {
		name, error string
		read        func(*assembly.Assembly) (*assembly.Resource, error)
		edit        func(*assembly.Assembly)
	}{
		{"no pairs", "the assembly has no PRIMARY record", topology.SiteDistribution, func(a *assembly.Assembly) {
			a.Stacks()[4].Remove("Failoverticketingpw9E625F15")
			a.Stacks()[4].Remove("FailoverwwwticketingpwEC91200A")
		}},
		{"PRIMARY to a load balancer", "leads to " + standbyBalancer + ", a AWS::ElasticLoadBalancingV2::LoadBalancer, want a AWS::CloudFront::Distribution", topology.SiteDistribution,
			aliases("PRIMARY", "SECONDARY")},
		{"PRIMARY to a foreign name", "leads to no resource of the assembly", topology.SiteDistribution, func(a *assembly.Assembly) {
			for _, r := range records(a) {
				if r.Failover == "PRIMARY" {
					r.Resource.Set(r.At("AliasTarget.DNSName"), "d111111abcdef8.cloudfront.net")
				}
			}
		}},
		{"SECONDARY to a distribution", "leads to " + siteEdge, topology.StandbyBalancer, aliases("SECONDARY", "PRIMARY")},
		{"no default origin", `has no origin "elsewhere"`, topology.HomeBalancer, func(a *assembly.Assembly) {
			find(a, siteEdge).Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", "elsewhere")
		}},
		{"the default origin is a bucket", "want a load balancer", topology.HomeBalancer, func(a *assembly.Assembly) {
			find(a, siteEdge).Set("DistributionConfig.Origins.0.DomainName", map[string]any{"Fn::GetAtt": []string{"StaticSiteBucket9C756C46", "RegionalDomainName"}})
		}},
		{"the default origin leads nowhere", "no record of type A, AAAA or CNAME for gone.ticketing.pw", topology.HomeBalancer, func(a *assembly.Assembly) {
			find(a, siteEdge).Set("DistributionConfig.Origins.0.DomainName", "gone.ticketing.pw")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { refused[*assembly.Resource](t, test.error)(test.read(load(t, "site", test.edit))) })
	}
	one := load(t, "site", func(a *assembly.Assembly) {
		find(a, apexRecords).Set("RecordSets.0.AliasTarget.DNSName", "d111111abcdef8.cloudfront.net")
	})
	same(t, "one broken record of several", got[*assembly.Resource](t)(topology.SiteDistribution(one)), siteEdge)
}

// aliases gives the records of one half of the pairs the alias of the other.
func aliases(half, other string) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		for _, r := range records(a) {
			if r.Failover == half {
				r.Resource.Set(r.At("AliasTarget.DNSName"), nameOf(a, map[string]string{"PRIMARY": siteEdge, "SECONDARY": standbyBalancer}[other]))
			}
		}
	}
}

func records(a *assembly.Assembly) []assembly.Record {
	all, err := a.Records("", "A", "AAAA")
	if err != nil {
		panic(err)
	}
	return all
}

// nameOf refers from another stack to the name that AWS gives a resource.
func nameOf(a *assembly.Assembly, place string) any {
	stack := find(a, place).Stack
	for _, output := range stack.Outputs() {
		if text, _ := output.Text(); text == "${"+place+".DNSName}" || text == "${"+place+".DomainName}" {
			return map[string]any{"Fn::GetStackOutput": map[string]any{"StackName": stack.Name, "Region": stack.Region, "OutputName": output.Name}}
		}
	}
	panic("no output is the name of " + place)
}

func TestZone(t *testing.T) {
	imported := load(t, "site", func(a *assembly.Assembly) {
		zone := a.Resources(topology.ZoneType)[0]
		for _, records := range a.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet") {
			records.Set("HostedZoneId", "Z0123456789ABCDEFGHIJ")
		}
		zone.Set(".Type", "AWS::Route53::KeySigningKey")
	})
	zone := got[topology.Zone](t)(topology.SiteZone(imported))
	same(t, "an imported zone", fmt.Sprint(zone.Resource, zone.Name, zone.ID), "<nil>Z0123456789ABCDEFGHIJ")
}

func TestOrigins(t *testing.T) {
	a := load(t, "site")
	edge := find(a, siteEdge)
	var ids []string
	for _, origin := range got[[]topology.Origin](t)(topology.Origins(edge)) {
		way := got[topology.Way](t)(origin.FollowBalancers(a))
		moves := "never"
		if way.Pair != nil {
			moves = way.Pair.Name
		}
		ids = append(ids, fmt.Sprint(origin.ID, " ", origin.Domain, " ", way.Resources(), " ", moves))
	}
	same(t, "origins", strings.Join(ids, "\n"), strings.Join([]string{
		"serving origin.ticketing.pw [" + homeBalancer + " " + standbyBalancer + "] origin.ticketing.pw",
		"home origin-ap-northeast-2.ticketing.pw [" + homeBalancer + "] never",
		"serving-reads origin.ticketing.pw [" + homeBalancer + " " + standbyBalancer + "] origin.ticketing.pw",
		"standby origin-us-east-1.ticketing.pw [" + standbyBalancer + "] never",
	}, "\n"))
	serving := got[topology.Origin](t)(topology.DefaultOrigin(edge))
	same(t, "where the default origin leads while all is well", got[*assembly.Resource](t)(serving.Balancer(a)), homeBalancer)
	same(t, "place", serving, siteEdge+".DistributionConfig.Origins.0")
	home := got[topology.Origin](t)(topology.OriginByID(edge, "home"))
	settings := got[topology.OriginSettings](t)(home.Settings())
	if _, ok := settings.Headers["x-twinsite-origin"]; len(settings.Headers) != 1 || !ok {
		t.Errorf("the headers are %v", settings.Headers)
	}
	settings.Headers = nil
	same(t, "settings", settings, topology.OriginSettings{HTTPS: true, Port: 443, Attempts: 1, ConnectTimeout: 2 * time.Second, ResponseTimeout: 3 * time.Second, KeepAlive: time.Minute})

	bare := load(t, "site", func(a *assembly.Assembly) {
		find(a, siteEdge).Set("DistributionConfig.Origins.1.CustomOriginConfig", map[string]any{"OriginProtocolPolicy": "http-only"})
		for _, property := range []string{"ConnectionAttempts", "ConnectionTimeout", "OriginCustomHeaders"} {
			find(a, siteEdge).Delete("DistributionConfig.Origins.1." + property)
		}
	})
	settings = got[topology.OriginSettings](t)(got[topology.Origin](t)(topology.OriginByID(find(bare, siteEdge), "home")).Settings())
	same(t, "CloudFront's defaults", settings, topology.OriginSettings{Port: 80, Attempts: 3, ConnectTimeout: 10 * time.Second, ResponseTimeout: 30 * time.Second, KeepAlive: 5 * time.Second, Headers: map[string]string{}})

	same(t, "static", got[topology.Origin](t)(topology.DefaultOrigin(find(a, homeStatic))).Static(), true)
	same(t, "not static", home.Static(), false)
	refused[*assembly.Resource](t, "the origin serving is not a bucket")(topology.Bucket(edge))
	refused[topology.OriginSettings](t, "CustomOriginConfig: no such property")(got[topology.Origin](t)(topology.DefaultOrigin(find(a, homeStatic))).Settings())
}

func TestBehaviors(t *testing.T) {
	a := load(t, "site")
	describe := func(distribution *assembly.Resource) string {
		var all []string
		for _, b := range got[[]topology.Behavior](t)(topology.Behaviors(distribution)) {
			all = append(all, b.Pattern+"->"+b.OriginID)
		}
		return strings.Join(all, " ")
	}
	same(t, "the site's", describe(find(a, siteEdge)), "/healthz->home ->serving")
	standby := describe(find(a, standbyStatic))
	if !strings.HasPrefix(standby, "failover-switch->") && !strings.HasPrefix(standby, "/failover-switch->") {
		t.Errorf("the standby's static files: %s", standby)
	}
	same(t, "the switch's bucket", got[*assembly.Resource](t)(topology.BucketBehind(find(a, standbyStatic), "/failover-switch")), switchBucket)
	same(t, "another file's", got[*assembly.Resource](t)(topology.BucketBehind(find(a, standbyStatic), "/failover-switch/x")), standbyBucket)
	refused[*assembly.Resource](t, "is not a bucket")(topology.BucketBehind(find(a, siteEdge), "/"))
	behavior := got[topology.Behavior](t)(topology.DefaultBehavior(find(a, siteEdge)))
	function := got[*assembly.Resource](t)
	if f := function(behavior.Function("viewer-request")); f == nil || f.Type != "AWS::CloudFront::Function" {
		t.Errorf("the function on requests is %v", f)
	}
	if f := function(behavior.Function("viewer-response")); f != nil {
		t.Errorf("the function on responses is %v, want none", f)
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
func TestTakes(t *testing.T) {
	for pattern, paths := range map[string]struct{ taken, left []string }{
		"":            {[]string{"/", "/a"}, nil},
		"*":           {[]string{"/", "/a/b"}, nil},
		"/switch":     {[]string{"/switch"}, []string{"/", "/Switch", "/switch/", "/switches", "/a/switch"}},
		"switch":      {[]string{"/switch"}, []string{"/a/switch"}},
		"images/*.jp": {[]string{"/images/.jp", "/images/a.jp", "/images/a/b.jp", "/images/a.jp.jp"}, []string{"/images/a.jpg", "/a/images/b.jp"}},
		"/a??.j*g":    {[]string{"/abc.jg", "/abc.jpeg"}, []string{"/ab.jpg", "/abcd.jpg"}},
	} {
		behavior := topology.Behavior{Pattern: pattern}
		for _, path := range paths.taken {
			same(t, fmt.Sprintf("%q takes %s", pattern, path), behavior.Takes(path), true)
		}
		for _, path := range paths.left {
			same(t, fmt.Sprintf("%q takes %s", pattern, path), behavior.Takes(path), false)
		}
	}
}

func TestGroup(t *testing.T) {
	const items = "DistributionConfig.OriginGroups.Items.0."
	group := func(a *assembly.Assembly, distribution string) (*topology.OriginGroup, error) {
		return got[topology.Behavior](t)(topology.DefaultBehavior(find(a, distribution))).Group()
	}
	read := got[*topology.OriginGroup](t)(group(load(t, "site"), homeStatic))
	same(t, "the statuses", read.Statuses, []int{500, 502, 503, 504})
	same(t, "the buckets", len(read.Members), 2)
	for i, want := range []string{homeBucket, standbyBucket} {
		same(t, "the bucket", got[*assembly.Resource](t)(read.Members[i].Bucket()), want)
	}
	if none := got[*topology.OriginGroup](t)(group(load(t, "site"), standbyStatic)); none != nil {
		t.Errorf("the standby's files have the group %v, want none", none)
	}
	refused[*topology.OriginGroup](t, `has no origin "elsewhere"`)(group(load(t, "site", func(a *assembly.Assembly) {
		find(a, homeStatic).Set(items+"Members.Items.1.OriginId", "elsewhere")
	}), homeStatic))
	refused[*topology.OriginGroup](t, homeStatic+".DistributionConfig.OriginGroups.Items.0: has no members")(group(load(t, "site", func(a *assembly.Assembly) {
		find(a, homeStatic).Delete(items + "Members.Items")
	}), homeStatic))
	refused[topology.Origin](t, `has no origin "`)(topology.DefaultOrigin(find(load(t, "site", func(a *assembly.Assembly) {
		find(a, homeStatic).Delete("DistributionConfig.OriginGroups")
	}), homeStatic)))
}

func TestErrorCaching(t *testing.T) {
	read := func(edits ...func(*assembly.Assembly)) map[int]time.Duration {
		return got[map[int]time.Duration](t)(topology.ErrorCaching(find(load(t, "site", edits...), siteEdge)))
	}
	same(t, "the site's", read(), map[int]time.Duration{500: 0, 501: 10 * time.Second, 502: 0, 503: 0, 504: 0})
	same(t, "one response without a time", read(func(a *assembly.Assembly) {
		find(a, siteEdge).Delete("DistributionConfig.CustomErrorResponses.0.ErrorCachingMinTTL")
	})[500], "10s")
}

func TestHealthCheck(t *testing.T) {
	a := load(t, "site")
	check := got[*topology.HealthCheck](t)(topology.ReadHealthCheck(find(a, homeServes)))
	var tree []string
	for _, c := range check.Tree() {
		tree = append(tree, fmt.Sprint(c.Resource, " ", c.Type, " ", c.Inverted))
	}
	same(t, "the tree", strings.Join(tree, ", "), homeServes+" CALCULATED false, "+homeEndpoint+" HTTPS false, "+switchOff+" HTTPS true")
	same(t, "threshold", check.HealthThreshold, 2)
	endpoint := check.Children[0]
	same(t, "endpoint", fmt.Sprint(endpoint.Port, endpoint.Path, endpoint.Interval, endpoint.Threshold, endpoint.SNI), "443/healthz10s 3 true")
	same(t, "asks", got[*assembly.Resource](t)(endpoint.Asks(a)), siteEdge)
	same(t, "the switch asks", got[*assembly.Resource](t)(check.Children[1].Asks(a)), standbyStatic)

	for kind, want := range map[string]string{"HTTPS": "443 / 30s 3 true", "HTTP": "80 / 30s 3 false"} {
		bare := load(t, "site", func(a *assembly.Assembly) {
			find(a, homeEndpoint).Set("HealthCheckConfig", map[string]any{"Type": kind})
		})
		c := got[*topology.HealthCheck](t)(topology.ReadHealthCheck(find(bare, homeEndpoint)))
		same(t, kind, strings.TrimSpace(fmt.Sprintln(c.Port, c.Path, c.Interval, c.Threshold, c.SNI)), want)
	}
	tcp := load(t, "site", func(a *assembly.Assembly) {
		find(a, homeEndpoint).Set("HealthCheckConfig", map[string]any{"Type": "TCP", "Port": 7})
	})
	same(t, "TCP", got[*topology.HealthCheck](t)(topology.ReadHealthCheck(find(tcp, homeEndpoint))).Port, 7)
	circle := load(t, "site", func(a *assembly.Assembly) {
		find(a, homeServes).Set("HealthCheckConfig.ChildHealthChecks.0", map[string]any{"Ref": "FailoverHomeServes36132404"})
	})
	refused[*topology.HealthCheck](t, homeServes+": is calculated from itself")(topology.ReadHealthCheck(find(circle, homeServes)))
	refused[*topology.HealthCheck](t, "want a health check")(topology.ReadHealthCheck(find(a, siteEdge)))
}

func TestReplication(t *testing.T) {
	describe := func(a *assembly.Assembly) string {
		var rules []string
		for _, r := range got[[]topology.ReplicationRule](t)(topology.Replication(a)) {
			rules = append(rules, strings.TrimSpace(fmt.Sprintln(r.Resource, "from", r.From, "to", r.To, r.Enabled, r.DeleteMarkers, r.Metrics, r.Replicas, r.TimeControl)))
		}
		return strings.Join(rules, "\n")
	}
	there := homeBucket + " from " + homeBucket + " to " + standbyBucket
	back := reverse + " from " + standbyBucket + " to " + homeBucket
	const all = " true true true true 15"
	tests := []struct {
		name, want string
		edit       func(*assembly.Assembly)
	}{
		{"both ways", there + all + "\n" + back + all, func(*assembly.Assembly) {}},
		{"there disabled", there + " false true true true 15\n" + back + all, func(a *assembly.Assembly) {
			find(a, homeBucket).Set("ReplicationConfiguration.Rules.0.Status", "Disabled")
		}},
		// DeleteMarkerReplication, Metrics, ReplicationTime and ReplicaModifications have a Status of their own, which
		// stays "Enabled".
		{"back disabled", there + all + "\n" + back + " false true true true 15", func(a *assembly.Assembly) {
			replace(a, `"Priority":1,"SourceSelectionCriteria":{"ReplicaModifications":{"Status":"Enabled"}},"Status":"Enabled"`,
				`"Priority":1,"SourceSelectionCriteria":{"ReplicaModifications":{"Status":"Enabled"}},"Status":"Disabled"`)
		}},
		{"back without delete markers", there + all + "\n" + back + " true false true true 15", func(a *assembly.Assembly) {
			replace(a, `"DeleteMarkerReplication":{"Status":"Enabled"}`, `"DeleteMarkerReplication":{"Status":"Disabled"}`)
		}},
		{"without time control", there + " true true true true 0\n" + back + all, func(a *assembly.Assembly) {
			find(a, homeBucket).Delete("ReplicationConfiguration.Rules.0.Destination.ReplicationTime")
		}},
		{"back to itself", there + all + "\n" + reverse + " from " + homeBucket + " to " + homeBucket + all, func(a *assembly.Assembly) {
			replace(a, "${"+standbyBucket+"}", "${"+homeBucket+"}")
		}},
		{"to a bucket of somebody else", strings.Replace(there, "to "+standbyBucket, "to <nil>", 1) + all + "\n" + back + all, func(a *assembly.Assembly) {
			find(a, homeBucket).Set("ReplicationConfiguration.Rules.0.Destination.Bucket", "arn:aws:s3:::elsewhere")
		}},
		{"no way back", there + all, func(a *assembly.Assembly) { find(a, reverse).Stack.Remove("ReverseReplicationRule59E02DB0") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { same(t, "rules", describe(load(t, "site", test.edit)), test.want) })
	}
	broken := load(t, "site", func(a *assembly.Assembly) { find(a, reverse).Set("Create", "{") })
	refused[[]topology.ReplicationRule](t, reverse+": Create: ")(topology.Replication(broken))
}

// replace changes the text of the call that puts the rule back, keeping its references.
func replace(a *assembly.Assembly, old, replacement string) {
	r := find(a, reverse)
	text, err := r.Text("Create")
	if err != nil {
		panic(err)
	}
	if !strings.Contains(text, old) {
		panic("the call has no " + old)
	}
	r.Set("Create", strings.ReplaceAll(text, old, replacement))
}
