package operations

import (
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

func remove(r *assembly.Resource) { r.Stack.Remove(r.LogicalID) }

func redescribe(alarm *assembly.Resource, from, to string) {
	brokencopy.Rewrite(alarm, "AlarmDescription", from, to)
}

func redefine(machine *assembly.Resource, from, to string) {
	brokencopy.Rewrite(machine, definitionPath, from, to)
}

func requery(alarm *assembly.Resource, from, to string) {
	brokencopy.Rewrite(alarm, "Metrics.0.Expression", from, to)
}

// redraw rewrites the first of a text in the dashboard's body.
func redraw(in *read.Reader, from, to string) {
	dashboard, _ := dashboard(in)
	body := read.Text(dashboard, bodyPath)
	if !strings.Contains(body, from) {
		read.Fail(dashboard, bodyPath, "has no %q", from)
	}
	dashboard.Set(bodyPath, strings.Replace(body, from, to, 1))
}

// cpuAlarm is one that every site has.
func cpuAlarm(in *read.Reader) *assembly.Resource {
	return in.ScalingAlarm(in.Home(), "GreaterThanOrEqualToThreshold")
}

func practicePolicy(in *read.Reader) *assembly.Resource {
	return in.PolicyOf(read.Follow(experiment(in), "RoleArn"))
}
