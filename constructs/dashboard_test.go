package constructs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	dashboardType     = "AWS::CloudWatch::Dashboard"
	testStandbyRegion = "eu-west-1"
)

// testRegionOf is a region to show, in a stack of its own.
func testRegionOf(stage awscdk.Stage, id, region string) DashboardRegion {
	stack := newTestStackIn(stage, id, region)
	return DashboardRegion{Tier: testTier(stack), StaticSite: NewStaticSite(stack, "StaticSite", &StaticSiteProps{})}
}

func newTestDashboard(stage awscdk.Stage, id string, home, standby DashboardRegion, mutate func(awscdk.Stack, *DashboardProps)) awscdk.Stack {
	stack := newTestStackIn(stage, id, globalRegion)
	props := &DashboardProps{
		Name: "ticketing",
		Failover: NewFailover(stack, "Failover", &FailoverProps{
			Zone: testZone(stack), HostNames: []string{"example.com"},
			Primary: testDistribution(stack), Secondary: testLoadBalancer(stack),
			Path: "/healthz", Interval: 10 * time.Second, Threshold: 3,
			SwitchHost: "standby.example.com", SwitchPath: "/failover-switch",
		}),
		StandbyEndpoint: checkNamed(stack, "standby-endpoint"),
		Site:            testSite(stack),
		Home:            home,
		Standby:         standby,
		HighPercent:     80,
		LowPercent:      10,
	}
	mutate(stack, props)
	NewDashboard(stack, "Dashboard", props)
	return stack
}

func testSite(scope constructs.Construct) awscloudfront.Distribution {
	return awscloudfront.NewDistribution(scope, jsii.String("Site"), &awscloudfront.DistributionProps{
		DefaultBehavior: &awscloudfront.BehaviorOptions{Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("home.example.com"), nil)},
	})
}

// plainDashboard has widgets as the CDK makes them: without titles and units,
// in colours as they come, and of metrics that CloudWatch looks for where the
// dashboard is.
func plainDashboard(stage awscdk.Stage, home, standby DashboardRegion) awscdk.Stack {
	stack := newTestStackIn(stage, "Plain", globalRegion)
	dashboard := awscloudwatch.NewDashboard(stack, jsii.String("Dashboard"), nil)
	metric := func(namespace, name, dimension string, value *string) awscloudwatch.IMetric {
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: &namespace, MetricName: &name, DimensionsMap: &map[string]*string{dimension: value},
		})
	}
	requests := func(region DashboardRegion) awscloudwatch.IMetric {
		return metric("AWS/ApplicationELB", "RequestCount", "TargetGroup", region.Tier.LoadBalancer.LoadBalancerFullName())
	}
	for _, metrics := range [][]awscloudwatch.IMetric{
		{requests(home), requests(standby)},
		{metric("AWS/CloudFront", "Requests", "DistributionId", testSite(stack).DistributionId())},
	} {
		dashboard.AddWidgets(awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Left: &metrics}))
	}
	return stack
}

func TestDashboard(t *testing.T) {
	stage := newTestStage(t)
	home := testRegionOf(stage, "Home", testRegion)
	abroad := testRegionOf(stage, "Standby", testStandbyRegion)
	beside := testRegionOf(stage, "StandbyBeside", globalRegion) // where the dashboard is
	homeAlarm := testFollowed(awscdk.Stack_Of(home.Tier.Construct))

	minimal := newTestDashboard(stage, "Minimal", home, abroad, func(awscdk.Stack, *DashboardProps) {})
	exhaustive := newTestDashboard(stage, "Exhaustive", home, beside, func(stack awscdk.Stack, props *DashboardProps) {
		props.Name = "museum"
		props.BothWays = true
		props.HighPercent, props.LowPercent = 61, 60
		props.Alarms = []awscloudwatch.IAlarm{testFollowed(stack), homeAlarm}
	})
	plain := plainDashboard(stage, home, abroad)

	sections := []string{"Who serves now", "At the edge", "Load balancers", "Web servers", "Replication of the static files"}
	checkPromises(t, []promise{
		{"its name is the site's", has(dashboardType, object{"DashboardName": "ticketing"}), minimal, exhaustive},
		{"other site", has(dashboardType, object{"DashboardName": "museum"}), exhaustive, minimal},
		{"first who serves, then on the visitor's way inwards", inSections(sections...), minimal, plain},
		{"no section of alarms without any", inSections(sections...), minimal, exhaustive},
		{"last the alarms", inSections(append(sections, "Alarms")...), exhaustive, minimal},
		{"every alarm, of any region", showsAlarms("${Followed.Arn}", "${Test-Home/Followed.Arn}"), exhaustive, minimal},

		{"every graph has a title", everyGraph(func(w widget) bool { return w.Properties.Title != "" }), minimal, plain},
		{"and a unit at its axis, not CloudWatch's, and begins at 0", everyGraph(hasUnit), minimal, plain},
		{"every metric has a label", everyMetric(func(m metric) bool { return m.Label != "" }), minimal, plain},
		{"every minute", everyMetric(func(m metric) bool { return m.Period == 60 }), minimal, plain},
		{"as AWS publishes it", everyMetric(isPublished), minimal, plain},
		{"as AWS publishes it, both ways", everyMetric(isPublished), exhaustive, plain},
		{"CloudFront's with its one region", everyMetric(func(m metric) bool {
			return m.Namespace != "AWS/CloudFront" || m.Dimensions["Region"] == "Global"
		}), minimal, plain},
		{"each from the region that publishes it", regionsAre(testRegion, testStandbyRegion), minimal, exhaustive},
		{"said of every metric, even where the dashboard is", regionsAre(testRegion, globalRegion), exhaustive, plain},
		{"one colour for home, one for the standby", coloursTellRegions(), minimal, plain},
		{"the same with both ways", coloursTellRegions(), exhaustive, plain},
		{"errors and limits are in none of these", everyMetric(coloursTellKinds), minimal, plain},
		{"no two of a graph look the same", everyGraph(coloursDiffer), minimal, plain},
		{"not even with both ways", everyGraph(coloursDiffer), exhaustive, plain},

		{"who serves now", shows("Who serves now",
			"records HealthCheckStatus Minimum",
			"home HealthCheckStatus Minimum", "standby HealthCheckStatus Minimum",
			"home HealthCheckPercentageHealthy Average", "standby HealthCheckPercentageHealthy Average",
		), minimal, plain},
		{"at the edge", shows("At the edge",
			"site Requests Sum", "site 5xxErrorRate Average", "site 4xxErrorRate Average",
			"home Requests Sum", "standby Requests Sum",
			"home 5xxErrorRate Average", "standby 5xxErrorRate Average",
		), minimal, plain},
		{"load balancers", shows("Load balancers",
			"home RequestCount Sum", "home HTTPCode_Target_5XX_Count Sum", "home HTTPCode_ELB_5XX_Count Sum",
			"standby RequestCount Sum", "standby HTTPCode_Target_5XX_Count Sum", "standby HTTPCode_ELB_5XX_Count Sum",
			"home TargetResponseTime p99", "standby TargetResponseTime p99",
			"home HealthyHostCount Minimum", "standby HealthyHostCount Minimum",
		), minimal, plain},
		{"web servers", shows("Web servers",
			"home CPUUtilization Average", "standby CPUUtilization Average",
			"home GroupInServiceInstances Average", "home GroupMaxSize Average", "home GroupMinSize Average",
			"standby GroupInServiceInstances Average", "standby GroupMaxSize Average", "standby GroupMinSize Average",
		), minimal, plain},
		{"replication there", shows("Replication of the static files",
			"home→standby OperationsPendingReplication Maximum", "home→standby BytesPendingReplication Maximum",
			"home→standby ReplicationLatency Maximum", "home→standby OperationsFailedReplication Sum",
		), minimal, exhaustive},
		{"replication there and back", shows("Replication of the static files",
			"home→standby OperationsPendingReplication Maximum", "standby→home OperationsPendingReplication Maximum",
			"home→standby BytesPendingReplication Maximum", "standby→home BytesPendingReplication Maximum",
			"home→standby ReplicationLatency Maximum", "standby→home ReplicationLatency Maximum",
			"home→standby OperationsFailedReplication Sum", "standby→home OperationsFailedReplication Sum",
		), exhaustive, minimal},

		// Checkers are in 18 % agreement, or Route 53 calls it unhealthy.
		{"the lines where something happens", draws(18, 80, 10, 15*60), minimal, exhaustive},
		{"other lines", draws(18, 61, 60, 15*60), exhaustive, minimal},
	})
}

// A widget is one of the dashboard's, as its body describes it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
type widget struct {
	Type       string
	Properties struct {
		Title, Markdown string
		Metrics         []metric
		Alarms          []string
		View            string
		YAxis           struct {
			Left struct {
				Label     string
				Min       *float64
				ShowUnits *bool
			}
		}
		Annotations struct{ Horizontal []struct{ Value float64 } }
	}

	// section is the heading above it.
	section string
}

type metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	metricOptions
}

type metricOptions struct {
	Label, Color, Region, Stat string
	Period                     float64
}

// UnmarshalJSON takes a metric from its array: namespace, name, dimensions, and
// then the options.
func (m *metric) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	var words []string
	for _, part := range parts {
		var word string
		if json.Unmarshal(part, &word) == nil {
			words = append(words, word)
		} else if err := json.Unmarshal(part, &m.metricOptions); err != nil {
			return err
		}
	}
	m.Namespace, m.Name, m.Dimensions = words[0], words[1], map[string]string{}
	for pair := range slices.Chunk(words[2:], 2) {
		m.Dimensions[pair[0]] = pair[1]
	}
	return nil
}

// widgets are those of the one dashboard.
func widgets(template assertions.Template) []widget {
	text, err := flatten(theOne(template, dashboardType, "DashboardBody"))
	var body struct{ Widgets []widget }
	if err == nil {
		err = json.Unmarshal([]byte(text), &body)
	}
	if err != nil {
		panic(err)
	}
	section := ""
	for i, w := range body.Widgets {
		if w.Type == "text" {
			section = strings.TrimPrefix(w.Properties.Markdown, "## ")
		}
		body.Widgets[i].section = section
	}
	return body.Widgets
}

// inSections demands these headings, in their order, and a widget under each.
func inSections(want ...string) assertion {
	return func(template assertions.Template) {
		var headings, filled []string
		for _, w := range widgets(template) {
			if w.Type == "text" {
				headings = append(headings, w.section)
			} else if !slices.Contains(filled, w.section) {
				filled = append(filled, w.section)
			}
		}
		demandEqual(want, headings)
		demandEqual(want, filled)
	}
}

func showsAlarms(want ...string) assertion {
	return func(template assertions.Template) {
		var got []string
		for _, w := range widgets(template) {
			if w.Type == "alarm" {
				for _, arn := range w.Properties.Alarms {
					got = append(got, otherStacksARN.ReplaceAllString(arn, "$${$1/$2.Arn}"))
				}
			}
		}
		demandEqual(want, got)
	}
}

// otherStacksARN is how flatten writes the ARN of another stack's resource.
var otherStacksARN = regexp.MustCompile(`\$\{([\w-]+)/PublishOutputFnGetAtt(\w+)[0-9A-F]{8}Arn[0-9A-F]{8}\}`)

func everyGraph(check func(widget) bool) assertion {
	return func(template assertions.Template) {
		for _, w := range widgets(template) {
			if w.Type == "metric" && !check(w) {
				panic(fmt.Sprintf("%swidget %q under %q: %+v", flaw, w.Properties.Title, w.section, w.Properties))
			}
		}
	}
}

func everyMetric(check func(metric) bool) assertion {
	return everyGraph(func(w widget) bool {
		return len(w.Properties.Metrics) > 0 && !slices.ContainsFunc(w.Properties.Metrics, func(m metric) bool { return !check(m) })
	})
}

// hasUnit: a number alone has no axis.
func hasUnit(w widget) bool {
	if w.Properties.View == "singleValue" {
		return true
	}
	axis := w.Properties.YAxis.Left
	return axis.Label != "" && axis.Min != nil && *axis.Min == 0 && axis.ShowUnits != nil && !*axis.ShowUnits
}

// published are the dimensions of which a metric must have all: with others,
// or fewer, there is none.
var published = map[string][]string{
	"AWS/Route53":                         {"HealthCheckId"},
	"AWS/CloudFront":                      {"DistributionId", "Region"},
	"AWS/ApplicationELB":                  {"LoadBalancer"},
	"AWS/ApplicationELB/HealthyHostCount": {"LoadBalancer", "TargetGroup"},
	"AWS/AutoScaling":                     {"AutoScalingGroupName"},
	"AWS/EC2":                             {"AutoScalingGroupName"},
	"AWS/S3":                              {"DestinationBucket", "RuleId", "SourceBucket"},
}

func isPublished(m metric) bool {
	want, ok := published[m.Namespace+"/"+m.Name]
	if !ok {
		want = published[m.Namespace]
	}
	rule, replicates := m.Dimensions["RuleId"]
	return slices.Equal(want, slices.Sorted(maps.Keys(m.Dimensions))) && (!replicates || rule == replicationRuleID)
}

// of is what a metric is about, by the stack or the resource that it names.
func (m metric) of() string {
	if from, to := m.Dimensions["SourceBucket"], m.Dimensions["DestinationBucket"]; from != "" {
		return subject(from) + "→" + subject(to)
	}
	for name, value := range m.Dimensions {
		if name != "Region" && name != "TargetGroup" {
			return subject(value)
		}
	}
	return subject(m.Dimensions["TargetGroup"])
}

func subject(value string) string {
	for prefix, subject := range map[string]string{
		"${FailoverHomeServes}":   "records",
		"${FailoverHomeEndpoint}": "home",
		"standby-endpoint":        "standby",
		"${Site}":                 "site",
		"${Test-Home/":            "home",
		"${Test-Standby":          "standby", // abroad or beside
	} {
		if strings.HasPrefix(value, prefix) {
			return subject
		}
	}
	panic("a metric of nothing known: " + value)
}

// regionsAre demands of each metric the region that publishes it.
func regionsAre(home, standby string) assertion {
	regions := map[string]string{"home": home, "standby": standby}
	return everyMetric(func(m metric) bool {
		from, to, replicates := strings.Cut(m.of(), "→")
		switch {
		case m.Namespace == "AWS/Route53" || m.Namespace == "AWS/CloudFront":
			return m.Region == "us-east-1"
		case replicates && m.Name != "OperationsFailedReplication":
			return m.Region == regions[to]
		}
		return m.Region == regions[from]
	})
}

// coloursTellRegions demands that each region has one colour wherever both are
// compared, another one than the other's, and that no widget about one shows
// the other's.
func coloursTellRegions() assertion {
	return func(template assertions.Template) {
		compared, shown := map[string]map[string]bool{}, map[string]map[string]bool{}
		for _, w := range widgets(template) {
			colours := map[string][]string{}
			for _, m := range w.Properties.Metrics {
				region := "home"
				if strings.HasPrefix(m.of(), "standby") {
					region = "standby"
				}
				colours[region] = append(colours[region], m.Color)
			}
			for region, list := range colours {
				for _, colour := range list {
					note(shown, region, colour)
					if len(colours) == 2 {
						note(compared, region, colour)
					}
				}
			}
		}
		demandEqual(1, len(compared["home"]))
		demandEqual(1, len(compared["standby"]))
		for colour := range compared["home"] {
			demandEqual(false, colour == "" || shown["standby"][colour])
		}
		for colour := range compared["standby"] {
			demandEqual(false, colour == "" || shown["home"][colour])
		}
	}
}

// coloursTellKinds: red and violet are errors where visitors get answers from,
// grey are limits, and everything else has its region's colour.
func coloursTellKinds(m metric) bool {
	kinds := []string{homeColor, standbyColor}
	switch {
	case m.Name == "GroupMaxSize" || m.Name == "GroupMinSize":
		kinds = []string{limitColor, lowLimitColor}
	case strings.HasSuffix(m.Name, "5XX_Count"), strings.HasSuffix(m.Name, "ErrorRate") && m.of() == "site":
		kinds = []string{errorColor, otherErrorColor}
	}
	return slices.Contains(kinds, m.Color)
}

func coloursDiffer(w widget) bool {
	seen := map[string]bool{}
	for _, m := range w.Properties.Metrics {
		if seen[m.Color] {
			return false
		}
		seen[m.Color] = true
	}
	return true
}

func note(seen map[string]map[string]bool, region, colour string) {
	if seen[region] == nil {
		seen[region] = map[string]bool{}
	}
	seen[region][colour] = true
}

// shows demands the metrics of a section, in their order: what about, its name,
// and its statistic.
func shows(section string, want ...string) assertion {
	return func(template assertions.Template) {
		var got []string
		for _, w := range widgets(template) {
			for _, m := range w.Properties.Metrics {
				if w.section == section {
					got = append(got, strings.Join([]string{m.of(), m.Name, cmp.Or(m.Stat, "Average")}, " "))
				}
			}
		}
		demandEqual(want, got)
	}
}

// draws demands these lines across graphs.
func draws(want ...float64) assertion {
	return func(template assertions.Template) {
		var got []float64
		for _, w := range widgets(template) {
			for _, line := range w.Properties.Annotations.Horizontal {
				got = append(got, line.Value)
			}
		}
		demandEqual(want, got)
	}
}
