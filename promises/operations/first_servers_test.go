package operations

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// firstServersCopies break the promises of first_servers.go.
var firstServersCopies = map[string][]brokencopy.Copy{
	"servers have the time to boot that the site says": {
		{"replaced too early", func(in *read.Reader) { in.Home().Group.Set("HealthCheckGracePeriod", 10) }, "HealthCheckGracePeriod is 10"},
		{"the refresh waits for the grace period", func(in *read.Reader) { in.Standby().Group.Delete("DefaultInstanceWarmup") }, "DefaultInstanceWarmup"},
		{"scales again too early", func(in *read.Reader) {
			in.Referrers(in.Home().Group, "AWS::AutoScaling::ScalingPolicy")[1].Set("Cooldown", "1")
		}, "Cooldown is 1"},
		{"another time", func(in *read.Reader) { in.Site.Web.Boot = in.Site.Web.BootTime() * 2 }, "HealthCheckGracePeriod is"},
		{"one policy", func(in *read.Reader) {
			policy := in.Referrers(in.Home().Group, "AWS::AutoScaling::ScalingPolicy")[0]
			policy.Set("AutoScalingGroupName", "another")
		}, "has 1 scaling policies"},
	},
	"a region's stack fails unless its first servers become healthy": {
		{"nobody waits", func(in *read.Reader) { firstServers(in, in.Standby()).Set("Group", "another") }, "0 of waits for healthy servers"},
		{"one server is enough", func(in *read.Reader) { firstServers(in, in.Home()).Set("Servers", 0) }, "Servers is 0"},
		{"for ever", func(in *read.Reader) { firstServers(in, in.Home()).Set("WithinSeconds", 3600) }, "WithinSeconds is 3600"},
		{"CloudFormation gives up first", func(in *read.Reader) { firstServers(in, in.Home()).Set("ServiceTimeout", 60) }, "ServiceTimeout is 60 s"},
		{"another target group", func(in *read.Reader) {
			firstServers(in, in.Home()).Set("TargetGroup", brokencopy.Ref(in.Home().Balancer))
		}, "TargetGroup"},
		{"the listener comes later", func(in *read.Reader) { setDependsOn(in, "GoOn") }, "lacks"},
		{"what lets it go on comes later", func(in *read.Reader) { setDependsOn(in, "Listener") }, "may not invoke it"},
		{"it may not go on", func(in *read.Reader) {
			function := read.Follow(firstServers(in, in.Home()), "ServiceToken")
			for _, policy := range in.Referrers(function, "AWS::IAM::Policy") {
				policy.Set("PolicyDocument.Statement.0.Action", "lambda:GetFunction")
			}
		}, "may not invoke it"},
	},
	"nobody is told of missing servers before there were any": {
		{"an alarm comes first", func(in *read.Reader) {
			for _, alarm := range alarms(in) {
				if metricsOf(alarm)[0].name == "HealthyHostCount" {
					alarm.Delete(".DependsOn")
				}
			}
		}, "while the first servers boot"},
		{"at the first moment", func(in *read.Reader) { firstServers(in, in.Standby()).Set("SteadySeconds", 0) }, "no minute with healthy servers"},
	},
	"an instance refresh stops at errors": {
		{"of another region's", func(in *read.Reader) {
			in.Home().Group.Set(refresh+"AlarmSpecification.Alarms.0", "another")
		}, "want the alarm on errors"},
		{"at none", func(in *read.Reader) { in.Standby().Group.Delete(refresh + "AlarmSpecification") }, "AlarmSpecification"},
		{"before there is an alarm", func(in *read.Reader) { in.Home().Group.Delete(".DependsOn") }, "which an instance refresh asks for"},
		{"before the last server is seen", func(in *read.Reader) { in.Home().Group.Set(refresh+"BakeTime", 60) }, "BakeTime is 60 s"},
	},
	"an instance refresh asks for no alarm that is not there": {
		{"of some name", func(in *read.Reader) {
			in.Home().Group.Add(refresh+"AlarmSpecification", map[string]any{"Alarms": []any{"errors"}})
		}, "names an alarm"},
	},
}

// setDependsOn leaves the home region's wait to depend on a policy only, or on
// all else.
func setDependsOn(in *read.Reader, only string) {
	wait := firstServers(in, in.Home())
	var kept []any
	for _, id := range wait.DependsOn() {
		r, err := wait.Stack.Resource(id)
		if err == nil && (r.Type == "AWS::IAM::Policy") == (only == "GoOn") {
			kept = append(kept, id)
		}
	}
	wait.Set(".DependsOn", kept)
}
