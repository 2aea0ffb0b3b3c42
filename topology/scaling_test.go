package topology_test

import (
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

const (
	standbyGroup = "Secondary.WebTierWebServersGroupASGB49BAB89"
	standbyAdds  = "Secondary.WebTierCpuAddInstance225856F4"
	standbyHigh  = "Secondary.WebTierCpuHigh305D9951"
	opening      = "Secondary.WebTierTicketOpening285A6DA5"
)

// edit sets a property of the default site's templates.
func edit(place, path string, value any) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		switch r := find(a, place); {
		case value == nil:
			r.Delete(path)
		case r.Has(path):
			r.Set(path, value)
		default:
			r.Add(path, value)
		}
	}
}

func TestReadGroup(t *testing.T) {
	read := func(edits ...func(*assembly.Assembly)) (*topology.Group, error) {
		a := load(t, "site", edits...)
		return topology.ReadGroup(a, find(a, standbyGroup))
	}
	group := got[*topology.Group](t)
	g := group(read())
	same(t, "limits, zones", []int{g.Minimum, g.Maximum, g.Zones}, "[2 6 2]")
	same(t, "type", g.InstanceType, "t3.small")
	same(t, "warm-up", g.Warmup, "2m0s")
	same(t, "steps", []int{g.Grows.Step, g.Shrinks.Step, g.Grows.Target}, "[1 1 0]")
	same(t, "times", []time.Duration{g.Grows.Cooldown, g.Grows.Measured}, "[2m0s 1m0s]")
	same(t, "schedules", len(g.Schedules), 2)
	const when = `cron "30 9 * * SAT" Asia/Seoul`
	same(t, "opening", []int{g.Schedule(when).Minimum, g.Schedule(when).Maximum}, "[4 6]")
	same(t, "another time", g.Schedule("cron \"30 9 * * SUN\" Asia/Seoul") == nil, true)

	g = group(read(edit(opening, "MinSize", nil), edit(opening, "TimeZone", nil), edit(standbyAdds, "Cooldown", nil), edit(standbyHigh, "EvaluationPeriods", 3), edit(standbyGroup, "DefaultInstanceWarmup", nil)))
	same(t, "a schedule of the maximum alone", g.Schedule(`cron "30 9 * * SAT" UTC`).Minimum, 2)
	same(t, "times by default", []time.Duration{g.Grows.Cooldown, g.Grows.Measured, g.Warmup}, "[5m0s 3m0s 0s]")
	g = group(read(edit(standbyAdds, "Cooldown", nil), edit(standbyGroup, "Cooldown", "60")))
	same(t, "the group's cooldown", g.Grows.Cooldown, "1m0s")

	for name, unread := range map[string]func(*assembly.Assembly){
		"another kind": edit(standbyAdds, "PolicyType", "StepScaling"),
		"in percent":   edit(standbyAdds, "AdjustmentType", "PercentChangeInCapacity"),
		"no alarm":     func(a *assembly.Assembly) { a.Stacks()[2].Remove("WebTierCpuHigh305D9951") },
	} {
		same(t, name, group(read(unread)).Grows == nil, true)
	}
	refused[*topology.Group](t, "not an integer")(read(edit(standbyGroup, "MaxSize", "many")))
	refused[*topology.Group](t, "not an integer")(read(edit(standbyHigh, "Period", "long")))
}

func TestReadTargetTracking(t *testing.T) {
	tracks := func(target any, more ...func(*assembly.Assembly)) (*topology.Group, error) {
		a := load(t, "site", append([]func(*assembly.Assembly){func(a *assembly.Assembly) {
			a.Stacks()[2].Remove("WebTierCpuRemoveInstance8BBA8A24")
			policy := find(a, standbyAdds)
			policy.Set("PolicyType", "TargetTrackingScaling")
			policy.Add("TargetTrackingConfiguration", map[string]any{
				"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": target,
			})
		}}, more...)...)
		return topology.ReadGroup(a, find(a, standbyGroup))
	}
	group := got[*topology.Group](t)
	g := group(tracks(62.5))
	same(t, "target", g.Grows.Target, 63)
	same(t, "warm-up", g.Grows.Warmup, "2m0s")
	same(t, "shrinks too", g.Shrinks, g.Grows)
	g = group(tracks(50, edit(standbyGroup, "DefaultInstanceWarmup", nil), edit(standbyAdds, "TargetTrackingConfiguration.DisableScaleIn", true)))
	same(t, "warm-up by default", g.Grows.Warmup, "5m0s")
	same(t, "never shrinks", g.Shrinks == nil, true)
	refused[*topology.Group](t, "is no percentage")(tracks("half"))
	refused[*topology.Group](t, "is no percentage")(tracks(150))
}
