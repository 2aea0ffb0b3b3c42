package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DashboardProps describes what a site's dashboard shows.
type DashboardProps struct {
	// Name is the dashboard's name. Required.
	Name string

	// Failover has the health checks on the home region. Required.
	Failover *Failover

	// StandbyEndpoint is healthy while the standby answers. Required.
	StandbyEndpoint awsroute53.IHealthCheck

	// Site is the distribution in front of the home region. Required.
	Site awscloudfront.Distribution

	// Home is what is shown of the home region. Required.
	Home DashboardRegion

	// Standby is what is shown of the standby region. Required.
	Standby DashboardRegion

	// BothWays shows replication from the standby to home too. Default: from home to
	// the standby only.
	BothWays bool

	// HighPercent is the CPU utilization at which the groups grow. Required without
	// TargetPercent.
	HighPercent int

	// LowPercent is the CPU utilization at which they shrink. Default: 0.
	LowPercent int

	// TargetPercent is the CPU utilization that the groups hold, in the place of
	// HighPercent and LowPercent. Default: 0, those two.
	TargetPercent int

	// Alarms are the alarms whose states are shown, of any region, in this order:
	// 100 at most. Default: none.
	Alarms []awscloudwatch.IAlarm
}

// DashboardRegion is what is shown of one region.
type DashboardRegion struct {
	// Tier is its web tier. Required.
	Tier *WebTier

	// StaticSite are its static files. Required.
	StaticSite *StaticSite
}

// Each region has one colour in all graphs, chosen so that colour-blind readers can
// distinguish them. Errors, of which a graph may show two kinds, and limits have
// others.
const (
	homeColor       = "#1f77b4"
	standbyColor    = "#ff7f0e"
	errorColor      = "#d62728"
	otherErrorColor = "#9467bd"
	limitColor      = "#7f7f7f"
	lowLimitColor   = "#c7c7c7"
)

// Widths of widgets. The grid has 24 columns.
const (
	half    = 12
	third   = 8
	quarter = 6
)

// NewDashboard makes the dashboard of a site's operators: which region serves now,
// and how both regions do.
func NewDashboard(scope constructs.Construct, id string, props *DashboardProps) awscloudwatch.Dashboard {
	require(id, "Name", props.Name)
	require(id, "Failover", props.Failover)
	require(id, "StandbyEndpoint", props.StandbyEndpoint)
	require(id, "Site", props.Site)
	require(id, "Home.Tier", props.Home.Tier)
	require(id, "Home.StaticSite", props.Home.StaticSite)
	require(id, "Standby.Tier", props.Standby.Tier)
	require(id, "Standby.StaticSite", props.Standby.StaticSite)
	if props.HighPercent == 0 && props.TargetPercent == 0 {
		panic(id + ": HighPercent is missing: set it, or TargetPercent")
	}
	dashboard := awscloudwatch.NewDashboard(scope, &id, &awscloudwatch.DashboardProps{
		DashboardName:   &props.Name,
		DefaultInterval: duration(3 * time.Hour),
	})
	section := func(title string, widgets ...awscloudwatch.IWidget) {
		dashboard.AddWidgets(awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
			Markdown: jsii.String("## " + title), Width: jsii.Number(24), Height: jsii.Number(1),
			Background: awscloudwatch.TextWidgetBackground_TRANSPARENT,
		}))
		dashboard.AddWidgets(widgets...)
	}
	section("Who serves now", whoServes(props)...)
	section("At the edge", atTheEdge(props)...)
	section("Load balancers", loadBalancers(props)...)
	section("Web servers", webServers(props)...)
	section("Replication of the static files", replication(props)...)
	if len(props.Alarms) > 0 {
		section("Alarms", alarmStates(props.Alarms))
	}
	return dashboard
}

// whoServes shows the health checks.
func whoServes(props *DashboardProps) []awscloudwatch.IWidget {
	status := func(check awsroute53.IHealthCheck, label, color string) awscloudwatch.IMetric {
		return shown(healthCheckMetric("HealthCheckStatus", check, minimum), label, color)
	}
	checkers := func(check awsroute53.IHealthCheck, label, color string) awscloudwatch.IMetric {
		return shown(healthCheckMetric("HealthCheckPercentageHealthy", check, average), label, color)
	}
	home := props.Failover.HomeEndpoint
	return []awscloudwatch.IWidget{
		awscloudwatch.NewSingleValueWidget(&awscloudwatch.SingleValueWidgetProps{
			Title: jsii.String("1: home serves, 0: the standby serves"),
			Metrics: &[]awscloudwatch.IMetric{
				status(props.Failover.HomeServes, "home serves", homeColor),
			},
			Width: jsii.Number(quarter), Height: jsii.Number(quarter),
			Sparkline: jsii.Bool(true),
		}),
		graph("Regions that answer: 1 yes, 0 no", "1 or 0", quarter+3, nil,
			status(home, "home answers", homeColor),
			status(props.StandbyEndpoint, "the standby answers", standbyColor)),
		graph("Health checkers that get an answer", "percent", quarter+3, lines(line{18, "below: Route 53 calls it unhealthy"}),
			checkers(home, "from home", homeColor),
			checkers(props.StandbyEndpoint, "from the standby", standbyColor)),
	}
}

// atTheEdge shows the three distributions.
func atTheEdge(props *DashboardProps) []awscloudwatch.IWidget {
	requests := func(distribution awscloudfront.Distribution, label, color string) awscloudwatch.IMetric {
		return shown(edgeMetric("Requests", distribution, sum), label, color)
	}
	errors := func(name string, distribution awscloudfront.Distribution, label, color string) awscloudwatch.IMetric {
		return shown(edgeMetric(name, distribution, average), label, color)
	}
	home, standby := props.Home.StaticSite.Distribution, props.Standby.StaticSite.Distribution
	return []awscloudwatch.IWidget{
		graph("The site: requests to CloudFront", "requests a minute", quarter, nil,
			requests(props.Site, "requests", homeColor)),
		graph("The site: answers with errors", "percent of the requests", quarter, nil,
			errors("5xxErrorRate", props.Site, "5xx, ours", errorColor),
			errors("4xxErrorRate", props.Site, "4xx, the visitor's", otherErrorColor)),
		graph("Static files: requests to CloudFront", "requests a minute", quarter, nil,
			requests(home, "home", homeColor),
			requests(standby, "standby", standbyColor)),
		graph("Static files: answers 5xx", "percent of the requests", quarter, nil,
			errors("5xxErrorRate", home, "home", homeColor),
			errors("5xxErrorRate", standby, "standby", standbyColor)),
	}
}
