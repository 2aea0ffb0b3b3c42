package operations

import (
	"fmt"
	"slices"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// healthyServersType waits for the first healthy servers of a group.
const healthyServersType = "Custom::HealthyServers"

// refresh is the path of what an instance refresh goes by.
const refresh = ".UpdatePolicy.AutoScalingInstanceRefresh.Preferences."

// firstServersPromises are about servers that start: the first ones, and those
// that a deployment puts in their place.
func firstServersPromises() []read.Promise {
	return []read.Promise{
		{Name: "servers have the time to boot that the site says", Check: checkBoot},
		{Name: "a region's stack fails unless its first servers become healthy", Check: checkFirstServers},
		{Name: "nobody is told of missing servers before there were any", When: when.Notifications, Check: checkQuietStart},
		{Name: "an instance refresh stops at errors", When: when.Notifications, Check: checkRefreshAlarm},
		{Name: "an instance refresh asks for no alarm that is not there", When: when.Silent, Check: checkNoRefreshAlarm},
	}
}

func checkBoot(in *read.Reader) {
	for _, t := range in.Tiers() {
		boot := int(t.BootTime().Seconds())
		read.Expect(t.Group, "HealthCheckGracePeriod", boot)
		read.Expect(t.Group, "DefaultInstanceWarmup", boot)
		if t.CPU.Target > 0 {
			continue // target tracking goes by the group's own warm-up
		}
		policies := in.Referrers(t.Group, "AWS::AutoScaling::ScalingPolicy")
		if len(policies) != 2 {
			read.Fail(t.Group, "", "has %d scaling policies, want two", len(policies))
		}
		for _, policy := range policies {
			read.Expect(policy, "Cooldown", fmt.Sprint(boot))
		}
	}
}

// firstServers is what waits for a group's first healthy servers.
func firstServers(in *read.Reader, t *read.Tier) *assembly.Resource {
	return read.Only("waits for healthy servers of "+t.Group.String(), in.Referrers(t.Group, healthyServersType)...)
}

// checkFirstServers demands a wait for as many servers as the group has at
// least, which the load balancer is asked for, not the image, and which is over
// before CloudFormation gives up.
func checkFirstServers(in *read.Reader) {
	for _, t := range in.Tiers() {
		wait := firstServers(in, t)
		read.Leads(wait, "Group", t.Group)
		read.Leads(wait, "TargetGroup", t.TargetGroup)
		read.Expect(wait, "Servers", t.Minimum)
		within := int(t.BootTime().Seconds()) + 5*60
		read.Expect(wait, "WithinSeconds", within)
		longest := within + read.Int(wait, "SteadySeconds")
		if timeout := read.Int(wait, "ServiceTimeout"); timeout <= longest || timeout > 3600 {
			read.Fail(wait, "ServiceTimeout", "is %d s, want more than the %d that it may wait, and 3600 at most", timeout, longest)
		}
		function := read.Target(wait, "ServiceToken", "AWS::Lambda::Function")
		role := read.Target(function, "Role", "AWS::IAM::Role")
		if !mayInvoke(in, role, function, wait) {
			read.Fail(function, "Role", "may not invoke it, but Lambda ends it after 15 minutes")
		}
		checkAfterListeners(in, t, wait)
	}
}

// mayInvoke reports whether a policy, which is there before the wait, lets a
// role invoke its function: what it cannot do within one run, it does in the
// next.
func mayInvoke(in *read.Reader, role, function, wait *assembly.Resource) bool {
	for _, policy := range in.Referrers(role, "AWS::IAM::Policy") {
		if !slices.Contains(wait.DependsOn(), policy.LogicalID) {
			continue
		}
		for i := range read.Length(policy, "PolicyDocument.Statement") {
			statement := fmt.Sprintf("PolicyDocument.Statement.%d.", i)
			if read.Value(policy, statement+"Action") == "lambda:InvokeFunction" && read.Follow(policy, statement+"Resource") == function {
				return true
			}
		}
	}
	return false
}

// checkAfterListeners demands that there is a way to the servers first: the load
// balancer asks nobody to whom no listener leads.
func checkAfterListeners(in *read.Reader, t *read.Tier, wait *assembly.Resource) {
	ways := slices.Concat(in.Referrers(t.TargetGroup, topology.ListenerType), in.Referrers(t.TargetGroup, topology.ListenerRuleType))
	for _, way := range ways {
		if !slices.Contains(wait.DependsOn(), way.LogicalID) {
			read.Fail(wait, ".DependsOn", "lacks %s: nobody asks the servers before", way)
		}
	}
}

// checkQuietStart demands that alarms on healthy servers, to which no data is
// bad data, are made once servers are healthy.
func checkQuietStart(in *read.Reader) {
	for _, t := range in.Tiers() {
		wait := firstServers(in, t)
		if steady := read.Int(wait, "SteadySeconds"); steady < 2*60 {
			read.Fail(wait, "SteadySeconds", "is %d, so that an alarm finds no minute with healthy servers", steady)
		}
		for _, alarm := range alarms(in) {
			for _, m := range metricsOf(alarm) {
				if m.about("HealthyHostCount", "TargetGroup", t.TargetGroup) && !slices.Contains(alarm.DependsOn(), wait.LogicalID) {
					read.Fail(alarm, ".DependsOn", "lacks %s: it goes off while the first servers boot", wait)
				}
			}
		}
	}
}

// checkRefreshAlarm demands that an instance refresh watches the alarm on the
// tier's errors, by a name that is there before the group asks for it, until
// that has seen the last server.
func checkRefreshAlarm(in *read.Reader) {
	for _, t := range in.Tiers() {
		errors := alarmOn(in, "HTTPCode_Target_5XX_Count", "LoadBalancer", t.Balancer)
		const alarms = refresh + "AlarmSpecification.Alarms"
		if names := read.Texts(t.Group, alarms); !slices.Equal(names, []string{read.Text(errors, "AlarmName")}) {
			read.Fail(t.Group, alarms, "is %q, want the alarm on errors", names)
		}
		if !slices.Contains(t.Group.DependsOn(), errors.LogicalID) {
			read.Fail(t.Group, ".DependsOn", "lacks %s, which an instance refresh asks for", errors)
		}
		if bake, sees := read.Int(t.Group, refresh+"BakeTime"), 60*read.Int(errors, "EvaluationPeriods"); bake < sees {
			read.Fail(t.Group, refresh+"BakeTime", "is %d s, before the alarm, which takes %d s, has seen the last server", bake, sees)
		}
	}
}

func checkNoRefreshAlarm(in *read.Reader) {
	for _, t := range in.Tiers() {
		if t.Group.Has(refresh + "AlarmSpecification") {
			read.Fail(t.Group, refresh+"AlarmSpecification", "names an alarm, but the site has none")
		}
	}
}
