package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
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
