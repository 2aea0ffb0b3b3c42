package operations

import (
	"fmt"
	"slices"

	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// operationsCopies break the promises of operations.go.
var operationsCopies = map[string][]brokencopy.Copy{
	"every alarm does something": {
		{"nothing", func(in *read.Reader) {
			in.ScalingAlarm(in.Home(), "GreaterThanOrEqualToThreshold").Set("AlarmActions", []any{})
		}, "does nothing"},
		{"what is no action", func(in *read.Reader) {
			in.ScalingAlarm(in.Home(), "LessThanOrEqualToThreshold").Set("AlarmActions", []any{"somebody"})
		}, "does nothing"},
	},
	"alarms tell their region's operators when they go off and when they end": {
		{"not when they end", func(in *read.Reader) { globalAlarm(in, "The standby serves").Delete("OKActions") }, "OKActions"},
		{"the operators of the other region", func(in *read.Reader) {
			alarmNamed(in, "Servers are unhealthy", in.Site.Home.Region.Name).Set("AlarmActions", []any{"arn:aws:sns:eu-south-2:1:operators"})
		}, "not the operators of"},
		{"the pages only", func(in *read.Reader) {
			alarm := globalAlarm(in, "The standby serves")
			alarm.Set("AlarmActions", []any{brokencopy.Ref(in.PagesTopic())})
		}, "not the operators of us-east-1"},
		{"nobody", func(in *read.Reader) { in.Site.Notify = append(slices.Clone(in.Site.Notify), "late@example.com") }, "addresses, want"},
	},
	"alarms read documented metrics of what is there, where they are published": {
		{"a metric that nobody has", func(in *read.Reader) { cpuAlarm(in).Set("MetricName", "CpuUsage") }, "which nobody documents"},
		{"a dimension less", func(in *read.Reader) { cpuAlarm(in).Set("Dimensions", []any{}) }, "is published by"},
		{"a statistic that means nothing", func(in *read.Reader) { cpuAlarm(in).Set("Statistic", "SampleCount") }, "which means nothing"},
		{"a group that is gone", func(in *read.Reader) { cpuAlarm(in).Set("Dimensions.0.Value", "old") }, `"old", which is no`},
		{"another resource", func(in *read.Reader) {
			cpuAlarm(in).Set("Dimensions.0.Value", brokencopy.Ref(read.Follow(cpuAlarm(in), "AlarmActions")))
		}, "which is no AWS::AutoScaling"},
	},
	"alarms of us-east-1 and of replication read where they must": {
		{"CloudFront without its Region", func(in *read.Reader) {
			errorsOf(in, in.SiteDistribution()).Delete("Dimensions.1")
		}, "is published by"},
		{"nobody watches the site", func(in *read.Reader) { remove(errorsOf(in, in.SiteDistribution())) }, "nobody watches the 5xxErrorRate"},
		{"nobody watches home", func(in *read.Reader) { remove(globalAlarm(in, "The home region does not answer")) }, `0 of alarms "The home region`},
		{"nobody watches the standby", func(in *read.Reader) { remove(standbyFails(in)) }, `0 of alarms "The standby`},
		{"health is unhealthy", func(in *read.Reader) {
			globalAlarm(in, "The home region does not answer").Set("ComparisonOperator", "GreaterThanOrEqualToThreshold")
		}, "ComparisonOperator is Greater"},
		{"delays where failures are", func(in *read.Reader) {
			alarm := alarmNamed(in, "Files replicate late", in.Site.Standby.Region.Name)
			requery(alarm, "DestinationBucket = ", "SourceBucket = ")
		}, "of any DestinationBucket"},
		{"the other region's bucket", func(in *read.Reader) {
			alarm := alarmNamed(in, "Files do not replicate", in.Site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", map[string]any{"Fn::Join": []any{"", []any{
				`SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE SourceBucket = '`,
				brokencopy.GetStackOutput(in.StandbyBucket(), "${"+in.StandbyBucket().String()+"}"), "'",
			}}})
		}, "not of any SourceBucket"},
		{"an hour late", func(in *read.Reader) {
			alarmNamed(in, "Files replicate late", in.Site.Standby.Region.Name).Set("Threshold", 3600)
		}, "Threshold is 3600"},
		{"nobody hears of failures", func(in *read.Reader) {
			remove(alarmNamed(in, "Files do not replicate", in.Site.Home.Region.Name))
		}, `0 of alarms "Files do not replicate"`},
	},
	"each region's web tier is watched": {
		{"nobody counts errors", func(in *read.Reader) {
			remove(alarmNamed(in, "A load balancer answers with errors", in.Site.Home.Region.Name))
		}, "nobody watches the HTTPCode"},
		{"a zone is forgotten", func(in *read.Reader) {
			for _, alarm := range alarms(in) {
				if m := metricsOf(alarm)[0]; m.name == "HealthyHostCount" && m.region == in.Site.Home.Region.Name {
					remove(alarm)
					return
				}
			}
		}, "alarms on healthy servers"},
		{"silence is health", func(in *read.Reader) {
			for _, alarm := range alarms(in) {
				if metricsOf(alarm)[0].name == "HealthyHostCount" {
					alarm.Set("TreatMissingData", "notBreaching")
				}
			}
		}, "TreatMissingData is notBreaching"},
		{"any maximum", func(in *read.Reader) {
			alarm := alarmNamed(in, "A group is at its maximum", in.Site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", "desired")
		}, "does not compare"},
	},
	"certificates are watched where they are": {
		{"one is forgotten", func(in *read.Reader) {
			remove(alarmOn(in, "DaysToExpiry", "CertificateArn", in.Resources("AWS::CertificateManager::Certificate")[0]))
		}, "nobody watches the DaysToExpiry"},
		{"on its last day", func(in *read.Reader) {
			alarmOn(in, "DaysToExpiry", "CertificateArn", in.Resources("AWS::CertificateManager::Certificate")[0]).Set("Threshold", 1)
		}, "Threshold is 1"},
	},
	"missing data is treated on purpose":            {{"as it comes", func(in *read.Reader) { cpuAlarm(in).Delete("TreatMissingData") }, "TreatMissingData"}},
	"every scaling policy is triggered by an alarm": {{"by none", func(in *read.Reader) { remove(cpuAlarm(in)) }, "no alarm triggers"}},
	"alarms say what they mean and where to read on": {
		{"the paragraph of another alarm", func(in *read.Reader) { cpuAlarm(in).Add("AlarmName", in.Site.AlarmName("Other")) }, `want "other"`},
		{"no paragraph", func(in *read.Reader) { cpuAlarm(in).Set("AlarmDescription", "CPU") }, "links no paragraph"},
		{"another page", func(in *read.Reader) { redescribe(cpuAlarm(in), in.Site.Runbook, "README.md") }, "links no paragraph"},
		{"without a word", func(in *read.Reader) { cpuAlarm(in).Delete("AlarmDescription") }, "AlarmDescription"},
	},
	"visitors are affected: one page for an outage, one more when nobody is served": {
		{"a part of it pages too", func(in *read.Reader) {
			alarm := globalAlarm(in, "The home region does not answer")
			alarm.Set("AlarmActions", []any{read.Value(alarm, "AlarmActions.0"), brokencopy.Ref(in.PagesTopic())})
			alarm.Set("AlarmActions.0", brokencopy.Ref(in.PagesTopic()))
		}, "pages too"},
		{"nobody is paged", func(in *read.Reader) {
			globalAlarm(in, "Visitors are affected").Delete("AlarmActions.1")
		}, "AlarmActions does not page"},
		{"nobody hears of the end", func(in *read.Reader) {
			globalAlarm(in, "Visitors are affected").Delete("OKActions.1")
		}, "OKActions does not page"},
		{"nobody hears that both fail", func(in *read.Reader) {
			remove(globalAlarm(in, "Nobody is served"))
		}, `0 of alarms "Nobody is served"`},
		{"home may fail unheard", func(in *read.Reader) {
			alarm := globalAlarm(in, "Visitors are affected")
			alarm.Set("AlarmRule", map[string]any{"Fn::Join": []any{"", []any{
				`ALARM("`, brokencopy.GetAtt(errorsOf(in, in.SiteDistribution()), "Arn"), `")`,
			}}})
		}, "AlarmRule is"},
		{"another address", func(in *read.Reader) { in.Site.Page = append(slices.Clone(in.Site.Page), "late@example.com") }, "addresses, want"},
	},
	"the standby is asked whether it answers, and no visitor waits for it": {
		{"a record follows it", func(in *read.Reader) {
			primary, _ := in.Pair(in.FirstName(), "A")
			primary.Resource.Set(primary.At("HealthCheckId"), brokencopy.Ref(standbyCheck(in)))
		}, "depends on"},
		{"as often as home", func(in *read.Reader) { standbyCheck(in).Set("HealthCheckConfig.RequestInterval", 10) }, "RequestInterval is 10"},
		{"gives up late", func(in *read.Reader) { standbyCheck(in).Set("HealthCheckConfig.FailureThreshold", 10) }, "FailureThreshold is 10"},
	},
	"the dashboard shows what is there, from where it is published": {
		{"a metric of the other region", func(in *read.Reader) {
			redraw(in, fmt.Sprintf(`"region":"%s","period"`, in.Site.Home.Region.Name), `"region":"eu-south-2","period"`)
		}, "which is published in"},
		{"what is gone", func(in *read.Reader) { redraw(in, "${"+in.Home().Group.String()+"}", "old") }, `"old", which is no`},
		{"a metric that nobody has", func(in *read.Reader) { redraw(in, "5xxErrorRate", "5xxRate") }, "which nobody documents"},
		{"a section less", func(in *read.Reader) { redraw(in, "## At the edge", "## Elsewhere") }, "sections"},
		{"without a unit", func(in *read.Reader) { redraw(in, `"label":"seconds"`, `"label":""`) }, "has no unit"},
		{"without a title", func(in *read.Reader) { redraw(in, `"title":"Healthy web servers"`, `"title":""`) }, "has no title"},
		{"home in the standby's colour", func(in *read.Reader) { redraw(in, `{"color":"#1f77b4"`, `{"color":"#ff7f0e"`) }, "is drawn in"},
		{"one over the other", func(in *read.Reader) { redraw(in, `"y":1,`, `"y":0,`) }, "one over the other"},
	},
	"the dashboard shows every alarm": {{"one less", func(in *read.Reader) {
		redraw(in, `"${`+globalAlarm(in, "The standby serves").String()+`.Arn}",`, "")
	}, "shows the alarms"}},
	"manual failback: what moved the site puts the switch": {
		{"a new alarm counts", func(in *read.Reader) {
			failback(in).Forward.Set("EventPattern.detail.previousState.value", []string{"OK", "INSUFFICIENT_DATA"})
		}, "previousState"},
		{"another alarm", func(in *read.Reader) {
			failback(in).Forward.Set("EventPattern.detail.alarmName.0", brokencopy.Ref(standbyFails(in)))
		}, "nothing happens when"},
		{"another key", func(in *read.Reader) { redefine(failback(in).Machine, "failover-switch", "switch") }, `"switch"`},
		{"another bucket", func(in *read.Reader) {
			redefine(failback(in).Machine, "${"+in.SwitchBucket().String()+"}", "other")
		}, `"other"`},
		{"another call", func(in *read.Reader) { redefine(failback(in).Machine, "s3:putObject", "s3:deleteObject") }, "deleteObject"},
		{"only once tried", func(in *read.Reader) { redefine(failback(in).Machine, `"MaxAttempts":8`, `"MaxAttempts":0`) }, "tries"},
		{"a day later", func(in *read.Reader) { failback(in).Forward.Delete("Targets.0.RetryPolicy") }, "RetryPolicy"},
		{"more than to pass it on", func(in *read.Reader) {
			in.PolicyOf(read.Follow(failback(in).Forward, "Targets.0.RoleArn")).Set("PolicyDocument.Statement.0.Action", "events:*")
		}, "want events:PutEvents only"},
		{"in another region", func(in *read.Reader) { failback(in).Forward.Set("Targets.0.Arn", "arn:aws:events:x:y:event-bus/z") }, "nothing happens when"},
		{"nobody hears that it failed", func(in *read.Reader) { remove(alarmNamed(in, "The switch was not put", in.Site.Standby.Region.Name)) }, "nobody watches the ExecutionsFailed"},
		{"any object", func(in *read.Reader) {
			in.PolicyOf(read.Follow(failback(in).Machine, "RoleArn")).Set("PolicyDocument.Statement.0.Resource", brokencopy.GetAtt(in.SwitchBucket(), "Arn"))
		}, "may put"},
	},
	"nothing on the way to the standby waits for failback": {
		{"the records follow an alarm", func(in *read.Reader) {
			check := homeCheck(in)
			check.Set("HealthCheckConfig", map[string]any{"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": map[string]any{
				"Name": brokencopy.Ref(globalAlarm(in, "The standby serves")), "Region": "us-east-1",
			}})
		}, "depends on"},
		{"the records wait for the state machine's bus", func(in *read.Reader) {
			bus := failback(in).Bus
			in.Resources("AWS::Route53::RecordSetGroup")[0].Add("Comment", brokencopy.GetStackOutput(bus, "${"+bus.String()+".Arn}"))
		}, "depends on"},
	},
	"practice cuts the home web servers off, for ten minutes": {
		{"everything of the region", func(in *read.Reader) {
			experiment(in).Set("Targets.WebSubnets.ResourceArns.0", "arn:aws:ec2:us-west-2:1:subnet/subnet-0")
		}, "leads to no"},
		{"a subnet less", func(in *read.Reader) { experiment(in).Delete("Targets.WebSubnets.ResourceArns.0") }, "cuts off"},
		{"for a day", func(in *read.Reader) { experiment(in).Set("Actions.CutOff.Parameters.duration", "P1D") }, "duration is P1D"},
		{"only some traffic", func(in *read.Reader) { experiment(in).Set("Actions.CutOff.Parameters.scope", "s3") }, "scope is s3"},
		{"nothing stops it", func(in *read.Reader) {
			experiment(in).Set("StopConditions", []any{map[string]any{"Source": "none"}})
		}, "StopConditions"},
		{"an alarm of another region stops it", func(in *read.Reader) {
			experiment(in).Set("StopConditions.0.Value", "arn:aws:cloudwatch:us-east-1:1:alarm:standby")
		}, "leads to no"},
		{"nobody passes the alarm on", func(in *read.Reader) {
			r := passesHealthOn(in)
			remove(r.Forward)
		}, "nothing happens when"},
		{"its end is not passed on", func(in *read.Reader) {
			r := passesHealthOn(in)
			r.Forward.Set("EventPattern.detail.state.value", []string{"ALARM"})
		}, "state.value"},
		{"another metric is published", func(in *read.Reader) {
			redefine(passesHealthOn(in).Machine, "StandbyUnhealthy", "Standby")
		}, "publishes"},
		{"any metric is published", func(in *read.Reader) {
			in.PolicyOf(read.Follow(passesHealthOn(in).Machine, "RoleArn")).Delete("PolicyDocument.Statement.1.Condition")
		}, "other namespaces"},
		{"it leaves no log", func(in *read.Reader) { experiment(in).Delete("LogConfiguration") }, "LogConfiguration"},
		{"it may not describe network ACLs", func(in *read.Reader) { practicePolicy(in).Set("PolicyDocument.Statement.0.Action", "ec2:DescribeVpcs") }, "may not do"},
		{"it may end instances", func(in *read.Reader) {
			practicePolicy(in).Add("PolicyDocument.Statement.0.Action.8", "ec2:TerminateInstances")
		}, "TerminateInstances"},
		{"anybody's experiment", func(in *read.Reader) {
			read.Follow(experiment(in), "RoleArn").Delete("AssumeRolePolicyDocument.Statement.0.Condition")
		}, "Condition"},
	},
	"no experiment unless one is asked for": {{"one", func(in *read.Reader) {
		cpuAlarm(in).Type = "AWS::FIS::ExperimentTemplate"
	}, "is there"}},
	"two sites fit into one account": {
		{"an alarm of any site", func(in *read.Reader) { cpuAlarm(in).Add("AlarmName", "High CPU") }, `is called "High CPU"`},
		{"a bucket of any site", func(in *read.Reader) {
			in.Resources("AWS::S3::Bucket")[0].Add("BucketName", "static-files")
		}, `is called "static-files"`},
	},
	"a creation that fails leaves nothing but buckets": {
		{"a log group", func(in *read.Reader) {
			in.Resources("AWS::Logs::LogGroup")[0].Set(".DeletionPolicy", "Retain")
		}, "is Retain: a creation"},
		{"a bucket whose name is taken then", func(in *read.Reader) {
			bucket := in.Resources("AWS::S3::Bucket")[0]
			bucket.Set(".DeletionPolicy", "Retain")
			bucket.Add("BucketName", in.Site.Name)
		}, "is Retain: a creation"},
	},
	"stacks say where things are": {
		{"of another site", func(in *read.Reader) {
			read.Output(must.Get(in.Stack(site.FailoverStack)), site.SiteAddressOutput).Set("https://other.example.com")
		}, `SiteAddress of Failover is "https://other`},
		{"of nothing", func(in *read.Reader) {
			read.Output(must.Get(in.Stack(site.PrimaryStack)), site.StaticAddressOutput).Set("")
		}, `StaticAddress of Primary is ""`},
		{"of the other region's servers", func(in *read.Reader) {
			other := must.Get(must.Get(in.Stack(site.SecondaryStack)).Output(site.NetworkOutput))
			read.Output(must.Get(in.Stack(site.PrimaryStack)), site.NetworkOutput).Set(must.Get(other.Text()))
		}, `NetworkId of Primary is "`},
	},
}
