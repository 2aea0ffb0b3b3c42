package capacity

import (
	"time"

	"twinsite/rehearsal"
)

// A Step is when a group has how many servers in service.
type Step struct {
	At      time.Duration // since the load came
	Servers int
}

// Times of target tracking, by Auto Scaling's own alarms. See
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html.
const (
	trackingGrows   = 3 * time.Minute  // its high alarm: three minutes in a row
	trackingShrinks = 15 * time.Minute // its low alarm: fifteen
)

// Growth returns how a region's group grows at full load from some servers to as
// many as the load needs, and its maximum lets it. It is empty if nothing grows it.
//
// Simple scaling adds its step each time that the alarm measures too much again after
// the cooldown, and so k steps take
//
//	period + MetricDelay + (k−1) × (Launch + cooldown + period) + Launch + Boot
//
// Target tracking multiplies the servers by at most 100/target a step, as their CPU
// ends at 100 %, and measures anew when they are warm. Both are upper bounds: they
// stop growing when the CPU is low enough, which is before each server is full.
func Growth(b *rehearsal.Balancer, p rehearsal.Parameters, servers, load, most int) []Step {
	grows := b.Group.Grows
	if grows == nil {
		return nil
	}
	var steps []Step
	enough := min(load, most)
	for k := time.Duration(1); servers < enough; k++ {
		step := Step{}
		if grows.Target > 0 {
			step.At = k * (trackingGrows + p.MetricDelay + p.Launch + grows.Warmup)
			step.Servers = min(enough, (servers*100+grows.Target-1)/grows.Target)
		} else {
			step.At = grows.Measured + p.MetricDelay + (k-1)*(p.Launch+grows.Cooldown+grows.Measured) + p.Launch + boot(b, p)
			step.Servers = min(enough, servers+grows.Step)
		}
		if step.Servers <= servers {
			break // none to multiply, or a target of 100 %
		}
		servers = step.Servers
		steps = append(steps, step)
	}
	return steps
}

// boot is how long a server takes from its start until its load balancer sends it
// requests.
func boot(b *rehearsal.Balancer, p rehearsal.Parameters) time.Duration {
	boots := b.Group.Warmup
	if boots == 0 {
		boots = p.Boot
	}
	return boots + time.Duration(b.Targets.Healthy)*b.Targets.Interval
}

// shrinks is how long a group without visitors takes to shrink; Never, if nothing
// shrinks it.
func shrinks(b *rehearsal.Balancer, p rehearsal.Parameters, servers, least int) time.Duration {
	how := b.Group.Shrinks
	switch {
	case servers <= least:
		return 0
	case how == nil:
		return rehearsal.Never
	case how.Target > 0:
		return trackingShrinks + p.MetricDelay
	}
	k := time.Duration((servers - least + how.Step - 1) / how.Step)
	return how.Measured + p.MetricDelay + (k-1)*(how.Cooldown+how.Measured)
}
