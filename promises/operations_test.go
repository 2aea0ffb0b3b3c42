package promises

import (
	"fmt"
	"slices"

	"twinsite/internal/must"
	"twinsite/site"
)

// operationsCopies break the promises of operations.go.
var operationsCopies = map[string][]brokenCopy{
	"every alarm does something": {
		{"nothing", func(in *reader) {
			in.scalingAlarm(in.home(), "GreaterThanOrEqualToThreshold").Set("AlarmActions", []any{})
		}, "does nothing"},
		{"what is no action", func(in *reader) {
			in.scalingAlarm(in.home(), "LessThanOrEqualToThreshold").Set("AlarmActions", []any{"somebody"})
		}, "does nothing"},
	},
	"alarms tell their region's operators when they go off and when they end": {
		{"not when they end", func(in *reader) { in.globalAlarm("The standby serves").Delete("OKActions") }, "OKActions"},
		{"the operators of the other region", func(in *reader) {
			in.alarmNamed("Servers are unhealthy", in.site.Home.Region.Name).Set("AlarmActions", []any{"arn:aws:sns:eu-south-2:1:operators"})
		}, "not the operators of"},
		{"the pages only", func(in *reader) {
			alarm := in.globalAlarm("The standby serves")
			alarm.Set("AlarmActions", []any{ref(in.pagesTopic())})
		}, "not the operators of us-east-1"},
		{"nobody", func(in *reader) { in.site.Notify = append(slices.Clone(in.site.Notify), "late@example.com") }, "addresses, want"},
	},
	"alarms read documented metrics of what is there, where they are published": {
		{"a metric that nobody has", func(in *reader) { in.cpuAlarm().Set("MetricName", "CpuUsage") }, "which nobody documents"},
		{"a dimension less", func(in *reader) { in.cpuAlarm().Set("Dimensions", []any{}) }, "is published by"},
		{"a statistic that means nothing", func(in *reader) { in.cpuAlarm().Set("Statistic", "SampleCount") }, "which means nothing"},
		{"a group that is gone", func(in *reader) { in.cpuAlarm().Set("Dimensions.0.Value", "old") }, `"old", which is no`},
		{"another resource", func(in *reader) {
			in.cpuAlarm().Set("Dimensions.0.Value", ref(follow(in.cpuAlarm(), "AlarmActions")))
		}, "which is no AWS::AutoScaling"},
	},
	"alarms of us-east-1 and of replication read where they must": {
		{"CloudFront without its Region", func(in *reader) {
			in.errorsOf(in.siteDistribution()).Delete("Dimensions.1")
		}, "is published by"},
		{"nobody watches the site", func(in *reader) { remove(in.errorsOf(in.siteDistribution())) }, "nobody watches the 5xxErrorRate"},
		{"nobody watches home", func(in *reader) { remove(in.globalAlarm("The home region does not answer")) }, `0 of alarms "The home region`},
		{"nobody watches the standby", func(in *reader) { remove(in.standbyFails()) }, `0 of alarms "The standby`},
		{"health is unhealthy", func(in *reader) {
			in.globalAlarm("The home region does not answer").Set("ComparisonOperator", "GreaterThanOrEqualToThreshold")
		}, "ComparisonOperator is Greater"},
		{"delays where failures are", func(in *reader) {
			alarm := in.alarmNamed("Files replicate late", in.site.Standby.Region.Name)
			requery(alarm, "DestinationBucket = ", "SourceBucket = ")
		}, "of any DestinationBucket"},
		{"the other region's bucket", func(in *reader) {
			alarm := in.alarmNamed("Files do not replicate", in.site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", map[string]any{"Fn::Join": []any{"", []any{
				`SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE SourceBucket = '`,
				getStackOutput(in.standbyBucket(), "${"+in.standbyBucket().String()+"}"), "'",
			}}})
		}, "not of any SourceBucket"},
		{"an hour late", func(in *reader) {
			in.alarmNamed("Files replicate late", in.site.Standby.Region.Name).Set("Threshold", 3600)
		}, "Threshold is 3600"},
		{"nobody hears of failures", func(in *reader) {
			remove(in.alarmNamed("Files do not replicate", in.site.Home.Region.Name))
		}, `0 of alarms "Files do not replicate"`},
	},
	"each region's web tier is watched": {
		{"nobody counts errors", func(in *reader) {
			remove(in.alarmNamed("A load balancer answers with errors", in.site.Home.Region.Name))
		}, "nobody watches the HTTPCode"},
		{"a zone is forgotten", func(in *reader) {
			for _, alarm := range in.alarms() {
				if m := metricsOf(alarm)[0]; m.name == "HealthyHostCount" && m.region == in.site.Home.Region.Name {
					remove(alarm)
					return
				}
			}
		}, "alarms on healthy servers"},
		{"silence is health", func(in *reader) {
			for _, alarm := range in.alarms() {
				if metricsOf(alarm)[0].name == "HealthyHostCount" {
					alarm.Set("TreatMissingData", "notBreaching")
				}
			}
		}, "TreatMissingData is notBreaching"},
		{"any maximum", func(in *reader) {
			alarm := in.alarmNamed("A group is at its maximum", in.site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", "desired")
		}, "does not compare"},
	},
	"certificates are watched where they are": {
		{"one is forgotten", func(in *reader) {
			remove(in.alarmOn("DaysToExpiry", "CertificateArn", in.Resources("AWS::CertificateManager::Certificate")[0]))
		}, "nobody watches the DaysToExpiry"},
		{"on its last day", func(in *reader) {
			in.alarmOn("DaysToExpiry", "CertificateArn", in.Resources("AWS::CertificateManager::Certificate")[0]).Set("Threshold", 1)
		}, "Threshold is 1"},
	},
	"missing data is treated on purpose":            {{"as it comes", func(in *reader) { in.cpuAlarm().Delete("TreatMissingData") }, "TreatMissingData"}},
	"every scaling policy is triggered by an alarm": {{"by none", func(in *reader) { remove(in.cpuAlarm()) }, "no alarm triggers"}},
	"alarms say what they mean and where to read on": {
		{"the paragraph of another alarm", func(in *reader) { in.cpuAlarm().Add("AlarmName", in.site.AlarmName("Other")) }, `want "other"`},
		{"no paragraph", func(in *reader) { in.cpuAlarm().Set("AlarmDescription", "CPU") }, "links no paragraph"},
		{"another page", func(in *reader) { redescribe(in.cpuAlarm(), in.site.Runbook, "README.md") }, "links no paragraph"},
		{"without a word", func(in *reader) { in.cpuAlarm().Delete("AlarmDescription") }, "AlarmDescription"},
	},
	"visitors are affected: one page for an outage, one more when nobody is served": {
		{"a part of it pages too", func(in *reader) {
			alarm := in.globalAlarm("The home region does not answer")
			alarm.Set("AlarmActions", []any{value(alarm, "AlarmActions.0"), ref(in.pagesTopic())})
			alarm.Set("AlarmActions.0", ref(in.pagesTopic()))
		}, "pages too"},
		{"nobody is paged", func(in *reader) {
			in.globalAlarm("Visitors are affected").Delete("AlarmActions.1")
		}, "AlarmActions does not page"},
		{"nobody hears of the end", func(in *reader) {
			in.globalAlarm("Visitors are affected").Delete("OKActions.1")
		}, "OKActions does not page"},
		{"nobody hears that both fail", func(in *reader) {
			remove(in.globalAlarm("Nobody is served"))
		}, `0 of alarms "Nobody is served"`},
		{"home may fail unheard", func(in *reader) {
			alarm := in.globalAlarm("Visitors are affected")
			alarm.Set("AlarmRule", map[string]any{"Fn::Join": []any{"", []any{
				`ALARM("`, getAtt(in.errorsOf(in.siteDistribution()), "Arn"), `")`,
			}}})
		}, "AlarmRule is"},
		{"another address", func(in *reader) { in.site.Page = append(slices.Clone(in.site.Page), "late@example.com") }, "addresses, want"},
	},
	"the standby is asked whether it answers, and nothing depends on it": {
		{"a record follows it", func(in *reader) {
			primary, _ := in.pair(in.firstName(), "A")
			primary.Resource.Set(primary.At("HealthCheckId"), ref(in.standbyCheck()))
		}, "depends on"},
		{"as often as home", func(in *reader) { in.standbyCheck().Set("HealthCheckConfig.RequestInterval", 10) }, "RequestInterval is 10"},
	},
	"the dashboard shows what is there, from where it is published": {
		{"a metric of the other region", func(in *reader) {
			in.redraw(fmt.Sprintf(`"region":"%s","period"`, in.site.Home.Region.Name), `"region":"eu-south-2","period"`)
		}, "which is published in"},
		{"what is gone", func(in *reader) { in.redraw("${"+in.home().group.String()+"}", "old") }, `"old", which is no`},
		{"a metric that nobody has", func(in *reader) { in.redraw("5xxErrorRate", "5xxRate") }, "which nobody documents"},
		{"a section less", func(in *reader) { in.redraw("## At the edge", "## Elsewhere") }, "sections"},
		{"without a unit", func(in *reader) { in.redraw(`"label":"seconds"`, `"label":""`) }, "has no unit"},
		{"without a title", func(in *reader) { in.redraw(`"title":"Healthy web servers"`, `"title":""`) }, "has no title"},
		{"home in the standby's colour", func(in *reader) { in.redraw(`{"color":"#1f77b4"`, `{"color":"#ff7f0e"`) }, "is drawn in"},
		{"one over the other", func(in *reader) { in.redraw(`"y":1,`, `"y":0,`) }, "one over the other"},
	},
	"the dashboard shows every alarm": {{"one less", func(in *reader) {
		in.redraw(`"${`+in.globalAlarm("The standby serves").String()+`.Arn}",`, "")
	}, "shows the alarms"}},
	"manual failback: what moved the site puts the switch": {
		{"a new alarm counts", func(in *reader) {
			in.failback().Forward.Set("EventPattern.detail.previousState.value", []string{"OK", "INSUFFICIENT_DATA"})
		}, "previousState"},
		{"another alarm", func(in *reader) {
			in.failback().Forward.Set("EventPattern.detail.alarmName.0", ref(in.standbyFails()))
		}, "nothing happens when"},
		{"another key", func(in *reader) { redefine(in.failback().Machine, "failover-switch", "switch") }, `"switch"`},
		{"another bucket", func(in *reader) {
			redefine(in.failback().Machine, "${"+in.standbyBucket().String()+"}", "other")
		}, `"other"`},
		{"another call", func(in *reader) { redefine(in.failback().Machine, "s3:putObject", "s3:deleteObject") }, "deleteObject"},
		{"only once tried", func(in *reader) { redefine(in.failback().Machine, `"MaxAttempts":8`, `"MaxAttempts":0`) }, "tries"},
		{"a day later", func(in *reader) { in.failback().Forward.Delete("Targets.0.RetryPolicy") }, "RetryPolicy"},
		{"more than to pass it on", func(in *reader) {
			in.policyOf(follow(in.failback().Forward, "Targets.0.RoleArn")).Set("PolicyDocument.Statement.0.Action", "events:*")
		}, "want events:PutEvents only"},
		{"in another region", func(in *reader) { in.failback().Forward.Set("Targets.0.Arn", "arn:aws:events:x:y:event-bus/z") }, "nothing happens when"},
		{"nobody hears that it failed", func(in *reader) { remove(in.alarmNamed("The switch was not put", in.site.Standby.Region.Name)) }, "nobody watches the ExecutionsFailed"},
		{"any object", func(in *reader) {
			in.policyOf(follow(in.failback().Machine, "RoleArn")).Set("PolicyDocument.Statement.0.Resource", getAtt(in.standbyBucket(), "Arn"))
		}, "may put"},
	},
	"nothing on the way to the standby waits for failback": {
		{"the records follow an alarm", func(in *reader) {
			check := in.homeCheck()
			check.Set("HealthCheckConfig", map[string]any{"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": map[string]any{
				"Name": ref(in.globalAlarm("The standby serves")), "Region": "us-east-1",
			}})
		}, "depends on"},
		{"the records wait for the state machine's bus", func(in *reader) {
			bus := in.failback().Bus
			in.Resources("AWS::Route53::RecordSetGroup")[0].Add("Comment", getStackOutput(bus, "${"+bus.String()+".Arn}"))
		}, "depends on"},
	},
	"practice cuts the home web servers off, for ten minutes": {
		{"everything of the region", func(in *reader) {
			in.experiment().Set("Targets.WebSubnets.ResourceArns.0", "arn:aws:ec2:us-west-2:1:subnet/subnet-0")
		}, "leads to no"},
		{"a subnet less", func(in *reader) { in.experiment().Delete("Targets.WebSubnets.ResourceArns.0") }, "cuts off"},
		{"for a day", func(in *reader) { in.experiment().Set("Actions.CutOff.Parameters.duration", "P1D") }, "duration is P1D"},
		{"only some traffic", func(in *reader) { in.experiment().Set("Actions.CutOff.Parameters.scope", "s3") }, "scope is s3"},
		{"nothing stops it", func(in *reader) {
			in.experiment().Set("StopConditions", []any{map[string]any{"Source": "none"}})
		}, "StopConditions"},
		{"an alarm of another region stops it", func(in *reader) {
			in.experiment().Set("StopConditions.0.Value", "arn:aws:cloudwatch:us-east-1:1:alarm:standby")
		}, "leads to no"},
		{"nobody passes the alarm on", func(in *reader) {
			r := in.passesHealthOn()
			remove(r.Forward)
		}, "nothing happens when"},
		{"its end is not passed on", func(in *reader) {
			r := in.passesHealthOn()
			r.Forward.Set("EventPattern.detail.state.value", []string{"ALARM"})
		}, "state.value"},
		{"another metric is published", func(in *reader) {
			redefine(in.passesHealthOn().Machine, "StandbyUnhealthy", "Standby")
		}, "publishes"},
		{"any metric is published", func(in *reader) {
			in.policyOf(follow(in.passesHealthOn().Machine, "RoleArn")).Delete("PolicyDocument.Statement.1.Condition")
		}, "other namespaces"},
		{"it leaves no log", func(in *reader) { in.experiment().Delete("LogConfiguration") }, "LogConfiguration"},
		{"it may not describe network ACLs", func(in *reader) { in.practicePolicy().Set("PolicyDocument.Statement.0.Action", "ec2:DescribeVpcs") }, "may not do"},
		{"it may end instances", func(in *reader) {
			in.practicePolicy().Add("PolicyDocument.Statement.0.Action.8", "ec2:TerminateInstances")
		}, "TerminateInstances"},
		{"anybody's experiment", func(in *reader) {
			follow(in.experiment(), "RoleArn").Delete("AssumeRolePolicyDocument.Statement.0.Condition")
		}, "Condition"},
	},
	"no experiment unless one is asked for": {{"one", func(in *reader) {
		in.cpuAlarm().Type = "AWS::FIS::ExperimentTemplate"
	}, "is there"}},
	"two sites fit into one account": {
		{"an alarm of any site", func(in *reader) { in.cpuAlarm().Add("AlarmName", "High CPU") }, `is called "High CPU"`},
		{"a bucket of any site", func(in *reader) {
			in.Resources("AWS::S3::Bucket")[0].Add("BucketName", "static-files")
		}, `is called "static-files"`},
	},
	"stacks say where things are": {
		{"of another site", func(in *reader) {
			output(must.Get(in.Stack(site.FailoverStack)), site.SiteAddressOutput).Set("https://other.example.com")
		}, `SiteAddress of Failover is "https://other`},
		{"of nothing", func(in *reader) { output(must.Get(in.Stack(site.PrimaryStack)), site.StaticAddressOutput).Set("") }, `StaticAddress of Primary is ""`},
	},
}
