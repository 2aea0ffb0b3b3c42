package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// loadBalancers shows both load balancers side by side, home on the left.
func loadBalancers(props *DashboardProps) []awscloudwatch.IWidget {
	requests := func(region string, tier *WebTier, color string) awscloudwatch.IWidget {
		return graph(region+": requests to the load balancer", "requests a minute", half, nil,
			shown(balancerMetric("RequestCount", tier, sum), "requests", color),
			shown(balancerMetric("HTTPCode_Target_5XX_Count", tier, sum), "5xx, by the servers", errorColor),
			shown(balancerMetric("HTTPCode_ELB_5XX_Count", tier, sum), "5xx, by the load balancer", otherErrorColor))
	}
	slowest := func(tier *WebTier, label, color string) awscloudwatch.IMetric {
		return shown(balancerMetric("TargetResponseTime", tier, p99), label, color)
	}
	hosts := func(tier *WebTier, label, color string) awscloudwatch.IMetric {
		return shown(hostCount("HealthyHostCount", tier, "", minimum), label, color)
	}
	home, standby := props.Home.Tier, props.Standby.Tier
	return []awscloudwatch.IWidget{
		requests("Home", home, homeColor),
		requests("Standby", standby, standbyColor),
		graph("Time to answer, of all but the slowest 1 %", "seconds", half, nil,
			slowest(home, "home", homeColor), slowest(standby, "standby", standbyColor)),
		graph("Healthy web servers", "servers", half, nil,
			hosts(home, "home", homeColor), hosts(standby, "standby", standbyColor)),
	}
}

// webServers shows both groups: their CPU, and their size beside its limits.
func webServers(props *DashboardProps) []awscloudwatch.IWidget {
	size := func(region string, tier *WebTier, color string) awscloudwatch.IWidget {
		return graph(region+": number of web servers", "servers", third, nil,
			shown(groupSize("GroupInServiceInstances", tier), "in service", color),
			shown(groupSize("GroupMaxSize", tier), "maximum", limitColor),
			shown(groupSize("GroupMinSize", tier), "minimum", lowLimitColor))
	}
	limits := []line{{props.HighPercent, "above: one more"}, {props.LowPercent, "below: one less"}}
	if props.TargetPercent > 0 {
		limits = []line{{props.TargetPercent, "held"}}
	}
	home, standby := props.Home.Tier, props.Standby.Tier
	return []awscloudwatch.IWidget{
		graph("CPU of the web servers", "percent, average of the group", third,
			lines(limits...),
			shown(groupCPU(home.Group), "home", homeColor), shown(groupCPU(standby.Group), "standby", standbyColor)),
		size("Home", home, homeColor),
		size("Standby", standby, standbyColor),
	}
}

// replication shows each direction in the colour of the region that it leads from.
func replication(props *DashboardProps) []awscloudwatch.IWidget {
	home, standby := props.Home.StaticSite.Bucket, props.Standby.StaticSite.Bucket
	both := func(name string, statistic string) []awscloudwatch.IMetric {
		way := func(from, to awss3.IBucket, label, color string) awscloudwatch.IMetric {
			return shown(replicationMetric(name, from, to, statistic), label, color)
		}
		ways := []awscloudwatch.IMetric{way(home, standby, "from home to the standby", homeColor)}
		if props.BothWays {
			ways = append(ways, way(standby, home, "from the standby home", standbyColor))
		}
		return ways
	}
	return []awscloudwatch.IWidget{
		graph("Files that wait to be replicated", "files", quarter, nil, both("OperationsPendingReplication", maximum)...),
		graph("Their size", "bytes", quarter, nil, both("BytesPendingReplication", maximum)...),
		graph("How late the latest is", "seconds", quarter, lines(line{int(replicationDelay.Seconds()), "late"}), both("ReplicationLatency", maximum)...),
		graph("Files that failed to replicate", "files a minute", quarter, nil, both(operationsFailed, sum)...),
	}
}

// alarmStates shows the state of every alarm, sorted by the time of its last change.
func alarmStates(alarms []awscloudwatch.IAlarm) awscloudwatch.IWidget {
	var refs []interfacesawscloudwatch.IAlarmRef
	for _, alarm := range alarms {
		refs = append(refs, alarm)
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String("What each means: the operators' page, under its name"),
		Alarms: &refs,
		SortBy: awscloudwatch.AlarmStatusWidgetSortBy_STATE_UPDATED_TIMESTAMP,
		Width:  jsii.Number(2 * half), Height: jsii.Number(quarter),
	})
}

// graph draws metrics over time, from 0, with the unit on the axis.
func graph(title, unit string, width float64, annotations []*awscloudwatch.HorizontalAnnotation, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title:           &title,
		Left:            &metrics,
		LeftAnnotations: &annotations,
		LeftYAxis:       &awscloudwatch.YAxisProps{Label: &unit, Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
		Width:           &width,
		Height:          jsii.Number(quarter),
	})
}

// A line is drawn across a graph.
type line struct {
	at    int
	label string
}

// lines are annotations of a graph.
func lines(all ...line) []*awscloudwatch.HorizontalAnnotation {
	var annotations []*awscloudwatch.HorizontalAnnotation
	for _, l := range all {
		annotations = append(annotations, &awscloudwatch.HorizontalAnnotation{
			Value: jsii.Number(l.at), Label: &l.label, Color: jsii.String(limitColor),
		})
	}
	return annotations
}

// shown is a metric with its label and its colour, as "#1f77b4", in a graph.
func shown(metric *awscloudwatch.MetricProps, label, color string) awscloudwatch.IMetric {
	metric.Label, metric.Color = &label, &color
	return awscloudwatch.NewMetric(metric)
}
