package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

// operationsPromises are what operators rely on: alarms, the dashboard, the way
// home, and practice.
var operationsPromises = []promise{{
	row: "every alarm does something",
	keeps: func(w *walk) {
		for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
			if len(must(alarm.Targets("AlarmActions"))) == 0 {
				fail("%s does nothing", alarm)
			}
			if !scales(alarm) {
				w.keepsTold(alarm)
			}
		}
	},
	twins: []twin{
		{"nothing", func(w *walk) { w.alarm(w.home(), "GreaterThanOrEqualToThreshold").Set("AlarmActions", []any{}) }, "does nothing"},
		{"what is no action", func(w *walk) {
			w.alarm(w.home(), "LessThanOrEqualToThreshold").Set("AlarmActions", []any{"somebody"})
		}, "does nothing"},
	},
}, {
	row:  "alarms tell their region's operators when they go off and when they end",
	when: notifications,
	keeps: func(w *walk) {
		for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
			if scales(alarm) {
				continue
			}
			w.keepsTold(alarm)
			if topic := w.operators(alarm.Stack.Region); len(w.Referrers(topic, "AWS::SNS::Subscription")) != len(w.site.Notify) {
				fail("%s does not lead to %d addresses", topic, len(w.site.Notify))
			}
		}
	},
	twins: []twin{
		{"not when they end", func(w *walk) { w.alarmNamed("The standby serves", "us-east-1").Delete("OKActions") }, "OKActions"},
		{"the operators of the other region", func(w *walk) {
			w.alarmNamed("Servers are unhealthy", w.site.Home.Region.Name).Set("AlarmActions", []any{"arn:aws:sns:eu-south-2:1:operators"})
		}, "not the operators of"},
		{"the pages only", func(w *walk) {
			alarm := w.alarmNamed("The standby serves", "us-east-1")
			alarm.Set("AlarmActions", []any{ref(w.pages())})
		}, "not the operators of us-east-1"},
		{"nobody", func(w *walk) { w.site.Notify = append(slices.Clone(w.site.Notify), "late@example.com") }, "does not lead to"},
	},
}, {
	row: "alarms read documented metrics of what is there, where they are published",
	keeps: func(w *walk) {
		for _, alarm := range w.alarms() {
			for _, m := range metricsOf(alarm) {
				w.keepsMetric(alarm.String(), m)
			}
		}
	},
	twins: []twin{
		{"a metric that nobody has", func(w *walk) { w.cpuAlarm().Set("MetricName", "CpuUsage") }, "which nobody documents"},
		{"a dimension less", func(w *walk) { w.cpuAlarm().Set("Dimensions", []any{}) }, "is published by"},
		{"a statistic that means nothing", func(w *walk) { w.cpuAlarm().Set("Statistic", "SampleCount") }, "which means nothing"},
		{"a group that is gone", func(w *walk) { w.cpuAlarm().Set("Dimensions.0.Value", "old") }, `"old", which is no`},
		{"another resource", func(w *walk) {
			w.cpuAlarm().Set("Dimensions.0.Value", ref(must(w.cpuAlarm().Target("AlarmActions"))))
		}, "which is no AWS::AutoScaling"},
	},
}, {
	row:  "alarms of us-east-1 and of replication read where they must",
	when: notifications,
	keeps: func(w *walk) {
		w.keepsRoute53Alarms()
		w.keepsEdgeAlarms()
		w.keepsReplicationAlarms()
		for _, alarm := range w.alarms() {
			for _, m := range metricsOf(alarm) {
				w.keepsMetric(alarm.String(), m)
			}
		}
	},
	twins: []twin{
		{"CloudFront without its Region", func(w *walk) {
			w.watches("5xxErrorRate", "DistributionId", w.siteDistribution()).Delete("Dimensions.1")
		}, "is published by"},
		{"nobody watches the site", func(w *walk) { remove(w.watches("5xxErrorRate", "DistributionId", w.siteDistribution())) }, "nobody watches the 5xxErrorRate"},
		{"nobody watches home", func(w *walk) { remove(w.alarmNamed("The home region does not answer", "us-east-1")) }, `0 of alarms "The home region`},
		{"nobody watches the standby", func(w *walk) { remove(w.alarmNamed("The standby does not answer", "us-east-1")) }, `0 of alarms "The standby`},
		{"health is unhealthy", func(w *walk) {
			w.alarmNamed("The home region does not answer", "us-east-1").Set("ComparisonOperator", "GreaterThanOrEqualToThreshold")
		}, "ComparisonOperator is Greater"},
		{"delays where failures are", func(w *walk) {
			alarm := w.alarmNamed("Files replicate late", w.site.Standby.Region.Name)
			requery(alarm, "DestinationBucket = ", "SourceBucket = ")
		}, "of any DestinationBucket"},
		{"the other region's bucket", func(w *walk) {
			alarm := w.alarmNamed("Files do not replicate", w.site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", map[string]any{"Fn::Join": []any{"", []any{
				`SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE SourceBucket = '`,
				getStackOutput(w.bucket(w.site.Standby.Region.Name), "${"+w.bucket(w.site.Standby.Region.Name).String()+"}"), "'",
			}}})
		}, "which is published in"},
		{"an hour late", func(w *walk) {
			w.alarmNamed("Files replicate late", w.site.Standby.Region.Name).Set("Threshold", 3600)
		}, "Threshold is 3600"},
		{"nobody hears of failures", func(w *walk) {
			remove(w.alarmNamed("Files do not replicate", w.site.Home.Region.Name))
		}, `0 of alarms "Files do not replicate"`},
	},
}, {
	row:  "each region's web tier is watched",
	when: notifications,
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			w.keepsTierAlarms(t)
		}
	},
	twins: []twin{
		{"nobody counts errors", func(w *walk) {
			remove(w.alarmNamed("A load balancer answers with errors", w.site.Home.Region.Name))
		}, "nobody watches the HTTPCode"},
		{"a zone is forgotten", func(w *walk) {
			for _, alarm := range w.alarms() {
				if m := metricsOf(alarm)[0]; m.name == "HealthyHostCount" && m.region == w.site.Home.Region.Name {
					remove(alarm)
					return
				}
			}
		}, "alarms on healthy servers"},
		{"silence is health", func(w *walk) {
			for _, alarm := range w.alarms() {
				if metricsOf(alarm)[0].name == "HealthyHostCount" {
					alarm.Set("TreatMissingData", "notBreaching")
				}
			}
		}, "TreatMissingData is notBreaching"},
		{"any maximum", func(w *walk) {
			alarm := w.alarmNamed("A group is at its maximum", w.site.Home.Region.Name)
			alarm.Set("Metrics.0.Expression", "desired")
		}, "does not compare"},
	},
}, {
	row:  "certificates are watched where they are",
	when: notifications,
	keeps: func(w *walk) {
		for _, certificate := range w.Resources("AWS::CertificateManager::Certificate") {
			alarm := w.watches("DaysToExpiry", "CertificateArn", certificate)
			inRegion(alarm, certificate.Stack.Region)
			expect(alarm, "Threshold", 30)
			expect(alarm, "ComparisonOperator", "LessThanThreshold")
		}
	},
	twins: []twin{
		{"one is forgotten", func(w *walk) {
			remove(w.watches("DaysToExpiry", "CertificateArn", w.Resources("AWS::CertificateManager::Certificate")[0]))
		}, "nobody watches the DaysToExpiry"},
		{"on its last day", func(w *walk) {
			w.watches("DaysToExpiry", "CertificateArn", w.Resources("AWS::CertificateManager::Certificate")[0]).Set("Threshold", 1)
		}, "Threshold is 1"},
	},
}, {
	row: "missing data is treated on purpose",
	keeps: func(w *walk) {
		for _, alarm := range w.alarms() {
			must(alarm.Text("TreatMissingData"))
		}
	},
	twins: []twin{{"as it comes", func(w *walk) { w.cpuAlarm().Delete("TreatMissingData") }, "TreatMissingData"}},
}, {
	row:   "every scaling policy is triggered by an alarm",
	keeps: (*walk).keepsScalingPolicies,
	twins: []twin{{"by none", func(w *walk) { remove(w.cpuAlarm()) }, "no alarm triggers"}},
}, {
	row:   "alarms say what they mean and where to read on",
	keeps: (*walk).keepsRunbook,
	twins: []twin{
		{"another paragraph", func(w *walk) { redescribe(w.cpuAlarm(), "#a-group", "#the-group") }, "has no heading"},
		{"no paragraph", func(w *walk) { w.cpuAlarm().Set("AlarmDescription", "CPU") }, "links no paragraph"},
		{"another page", func(w *walk) { redescribe(w.cpuAlarm(), w.site.Runbook, "README.md") }, "links no paragraph"},
		{"without a word", func(w *walk) { w.cpuAlarm().Delete("AlarmDescription") }, "AlarmDescription"},
	},
}, {
	row:   "visitors are affected: one page for an outage, one more when nobody is served",
	when:  notifications,
	keeps: (*walk).keepsPage,
	twins: []twin{
		{"a part of it pages too", func(w *walk) {
			alarm := w.alarmNamed("The home region does not answer", "us-east-1")
			alarm.Set("AlarmActions", []any{must(alarm.Value("AlarmActions.0")), ref(w.pages())})
			alarm.Set("AlarmActions.0", ref(w.pages()))
		}, "pages too"},
		{"nobody is paged", func(w *walk) {
			w.alarmNamed("Visitors are affected", "us-east-1").Delete("AlarmActions.1")
		}, "AlarmActions does not page"},
		{"nobody hears of the end", func(w *walk) {
			w.alarmNamed("Visitors are affected", "us-east-1").Delete("OKActions.1")
		}, "OKActions does not page"},
		{"nobody hears that both fail", func(w *walk) {
			remove(w.alarmNamed("Nobody is served", "us-east-1"))
		}, `0 of alarms "Nobody is served"`},
		{"home may fail unheard", func(w *walk) {
			alarm := w.alarmNamed("Visitors are affected", "us-east-1")
			alarm.Set("AlarmRule", map[string]any{"Fn::Join": []any{"", []any{
				`ALARM("`, getAtt(w.watches("5xxErrorRate", "DistributionId", w.siteDistribution()), "Arn"), `")`,
			}}})
		}, "AlarmRule is"},
		{"another address", func(w *walk) { w.site.Page = append(slices.Clone(w.site.Page), "late@example.com") }, "addresses, want"},
	},
}, {
	row:   "the standby is asked whether it answers, and nothing depends on it",
	when:  watched,
	keeps: (*walk).keepsStandbyCheck,
	twins: []twin{
		{"a record follows it", func(w *walk) {
			primary, _ := w.pair(w.site.HostNames()[0], "A")
			primary.Resource.Set(primary.At("HealthCheckId"), ref(w.standbyCheck()))
		}, "depends on"},
		{"as often as home", func(w *walk) { w.standbyCheck().Set("HealthCheckConfig.RequestInterval", 10) }, "RequestInterval is 10"},
		{"by HTTP", func(w *walk) { w.standbyCheck().Set("HealthCheckConfig.Type", "HTTP") }, "Type is HTTP"},
	},
}, {
	row:   "the dashboard shows what is there, from where it is published",
	when:  dashboard,
	keeps: (*walk).keepsDashboard,
	twins: []twin{
		{"a metric of the other region", func(w *walk) {
			w.redraw(fmt.Sprintf(`"region":"%s","period"`, w.site.Home.Region.Name), `"region":"eu-south-2","period"`)
		}, "which is published in"},
		{"what is gone", func(w *walk) { w.redraw("${"+w.home().group.String()+"}", "old") }, `"old", which is no`},
		{"a metric that nobody has", func(w *walk) { w.redraw("5xxErrorRate", "5xxRate") }, "which nobody documents"},
		{"a section less", func(w *walk) { w.redraw("## At the edge", "## Elsewhere") }, "sections"},
		{"without a unit", func(w *walk) { w.redraw(`"label":"seconds"`, `"label":""`) }, "has no unit"},
		{"without a title", func(w *walk) { w.redraw(`"title":"Healthy web servers"`, `"title":""`) }, "has no title"},
		{"home in the standby's colour", func(w *walk) { w.redraw(`{"color":"#1f77b4"`, `{"color":"#ff7f0e"`) }, "is drawn in"},
		{"one over the other", func(w *walk) { w.redraw(`"y":1,`, `"y":0,`) }, "lie on"},
	},
}, {
	row:  "the dashboard shows every alarm",
	when: func(s *site.Site) bool { return s.Dashboard && s.Notifications },
	keeps: func(w *walk) {
		var shown []string
		_, widgets := w.dashboard()
		for _, g := range widgets {
			shown = append(shown, g.Properties.Alarms...)
		}
		var want []string
		for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
			if !scales(alarm) {
				want = append(want, "${"+alarm.String()+".Arn}")
			}
		}
		slices.Sort(shown)
		slices.Sort(want)
		if !slices.Equal(shown, want) {
			fail("shows the alarms %q, want %q", shown, want)
		}
	},
	twins: []twin{{"one less", func(w *walk) {
		w.redraw(`"${`+w.alarmNamed("The standby serves", "us-east-1").String()+`.Arn}",`, "")
	}, "shows the alarms"}},
}, {
	row:   "manual failback: what moved the site puts the switch",
	when:  manual,
	keeps: (*walk).keepsFailback,
	twins: []twin{
		{"a new alarm counts", func(w *walk) {
			w.failback().forward.Set("EventPattern.detail.previousState.value", []string{"OK", "INSUFFICIENT_DATA"})
		}, "previousState"},
		{"another alarm", func(w *walk) {
			w.failback().forward.Set("EventPattern.detail.alarmName.0", ref(w.alarmNamed("The standby does not answer", "us-east-1")))
		}, "nothing happens when"},
		{"another key", func(w *walk) { redefine(w.failback().machine, "failover-switch", "switch") }, `"switch"`},
		{"another bucket", func(w *walk) {
			redefine(w.failback().machine, "${"+w.bucket(w.site.Standby.Region.Name).String()+"}", "other")
		}, `"other"`},
		{"another call", func(w *walk) { redefine(w.failback().machine, "s3:putObject", "s3:deleteObject") }, "deleteObject"},
		{"only once tried", func(w *walk) { redefine(w.failback().machine, `"MaxAttempts":8`, `"MaxAttempts":0`) }, "tries"},
		{"a day later", func(w *walk) { w.failback().forward.Delete("Targets.0.RetryPolicy") }, "RetryPolicy"},
		{"more than to pass it on", func(w *walk) {
			w.policyOf(must(w.failback().forward.Target("Targets.0.RoleArn"))).Set("PolicyDocument.Statement.0.Action", "events:*")
		}, "want events:PutEvents only"},
		{"in another region", func(w *walk) { w.failback().forward.Set("Targets.0.Arn", "arn:aws:events:x:y:event-bus/z") }, "leads to no"},
		{"nobody hears that it failed", func(w *walk) { remove(w.alarmNamed("The switch was not put", w.site.Standby.Region.Name)) }, "nobody watches the ExecutionsFailed"},
		{"any object", func(w *walk) {
			w.policyOf(must(w.failback().machine.Target("RoleArn"))).Set("PolicyDocument.Statement.0.Resource", getAtt(w.bucket(w.site.Standby.Region.Name), "Arn"))
		}, "may put"},
	},
}, {
	row:   "nothing on the way to the standby waits for failback",
	when:  manual,
	keeps: (*walk).keepsWayOut,
	twins: []twin{
		{"the records follow an alarm", func(w *walk) {
			check := w.homeCheck()
			check.Set("HealthCheckConfig", map[string]any{"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": map[string]any{
				"Name": ref(w.alarmNamed("The standby serves", "us-east-1")), "Region": "us-east-1",
			}})
		}, "depends on"},
		{"the records wait for the state machine's bus", func(w *walk) {
			bus := w.failback().bus
			w.Resources("AWS::Route53::RecordSetGroup")[0].Add("Comment", getStackOutput(bus, "${"+bus.String()+".Arn}"))
		}, "depends on"},
	},
}, {
	row:   "practice cuts the home web servers off, for ten minutes",
	when:  practice,
	keeps: (*walk).keepsPractice,
	twins: []twin{
		{"everything of the region", func(w *walk) {
			w.experiment().Set("Targets.WebSubnets.ResourceArns.0", "arn:aws:ec2:us-west-2:1:subnet/subnet-0")
		}, "leads to no"},
		{"a subnet less", func(w *walk) { w.experiment().Delete("Targets.WebSubnets.ResourceArns.0") }, "cuts off"},
		{"for a day", func(w *walk) { w.experiment().Set("Actions.CutOff.Parameters.duration", "P1D") }, "duration is P1D"},
		{"only some traffic", func(w *walk) { w.experiment().Set("Actions.CutOff.Parameters.scope", "s3") }, "scope is s3"},
		{"nothing stops it", func(w *walk) {
			w.experiment().Set("StopConditions", []any{map[string]any{"Source": "none"}})
		}, "StopConditions"},
		{"an alarm of another region stops it", func(w *walk) {
			w.experiment().Set("StopConditions.0.Value", "arn:aws:cloudwatch:us-east-1:1:alarm:standby")
		}, "leads to no"},
		{"nobody passes the alarm on", func(w *walk) {
			r := passesHealthOn(w)
			remove(r.forward)
		}, "nothing happens when"},
		{"its end is not passed on", func(w *walk) {
			r := passesHealthOn(w)
			r.forward.Set("EventPattern.detail.state.value", []string{"ALARM"})
		}, "state.value"},
		{"another metric is published", func(w *walk) {
			redefine(passesHealthOn(w).machine, "StandbyUnhealthy", "Standby")
		}, "publishes"},
		{"any metric is published", func(w *walk) {
			w.policyOf(must(passesHealthOn(w).machine.Target("RoleArn"))).Delete("PolicyDocument.Statement.1.Condition")
		}, "other namespaces"},
		{"it leaves no log", func(w *walk) { w.experiment().Delete("LogConfiguration") }, "LogConfiguration"},
		{"it may not describe network ACLs", func(w *walk) { w.practicePolicy().Set("PolicyDocument.Statement.0.Action", "ec2:DescribeVpcs") }, "may not do"},
		{"it may end instances", func(w *walk) {
			w.practicePolicy().Add("PolicyDocument.Statement.0.Action.8", "ec2:TerminateInstances")
		}, "TerminateInstances"},
		{"anybody's experiment", func(w *walk) {
			must(w.experiment().Target("RoleArn")).Delete("AssumeRolePolicyDocument.Statement.0.Condition")
		}, "Condition"},
	},
}, {
	row:  "no experiment unless one is asked for",
	when: func(s *site.Site) bool { return !s.Practice },
	keeps: func(w *walk) {
		if found := w.Resources("AWS::FIS::ExperimentTemplate"); len(found) > 0 {
			fail("%s is there", found[0])
		}
	},
	twins: []twin{{"one", func(w *walk) {
		w.cpuAlarm().Type = "AWS::FIS::ExperimentTemplate"
	}, "is there"}},
}, {
	row:   "two sites fit into one account",
	keeps: (*walk).keepsNames,
	twins: []twin{
		{"an alarm of any site", func(w *walk) { w.cpuAlarm().Add("AlarmName", "High CPU") }, `is called "High CPU"`},
		{"a bucket of any site", func(w *walk) {
			w.Resources("AWS::S3::Bucket")[0].Add("BucketName", "static-files")
		}, `is called "static-files"`},
	},
}, {
	row:   "stacks say where things are",
	keeps: (*walk).keepsOutputs,
	twins: []twin{
		{"of another site", func(w *walk) {
			must(must(w.Stack("Failover")).Output("SiteAddress")).Value = "https://other.example.com"
		}, "SiteAddress is https://other"},
		{"of nothing", func(w *walk) { must(must(w.Stack("Primary")).Output("StaticAddress")).Value = "" }, "StaticAddress is ,"},
	},
}}

func remove(r *assembly.Resource) { r.Stack.Remove(r.LogicalID) }

func redescribe(alarm *assembly.Resource, from, to string) {
	rewrite(alarm, "AlarmDescription", from, to)
}
func redefine(machine *assembly.Resource, from, to string) {
	rewrite(machine, "DefinitionString", from, to)
}
func requery(alarm *assembly.Resource, from, to string) {
	rewrite(alarm, "Metrics.0.Expression", from, to)
}

// rewrite changes a text, in which placeholders stay as they are.
func rewrite(r *assembly.Resource, path, from, to string) {
	text := must(r.Text(path))
	if !strings.Contains(text, from) {
		fail("%s: %s has no %q", r, path, from)
	}
	r.Set(path, strings.ReplaceAll(text, from, to))
}
