package topology

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"twinsite/assembly"
)

// Types of what sizes an Auto Scaling group.
const (
	ScalingPolicyType   = "AWS::AutoScaling::ScalingPolicy"
	ScheduledActionType = "AWS::AutoScaling::ScheduledAction"
)

// A Group is an Auto Scaling group: how many servers it may have, and how it grows and shrinks.
type Group struct {
	Resource         *assembly.Resource
	Minimum, Maximum int
	Zones            int           // subnets, each in a zone of its own
	InstanceType     string        // of its launch template, "" if that names none
	Warmup           time.Duration // DefaultInstanceWarmup; 0 if it has none
	Schedules        []Schedule    // in the order of the templates

	// Grows and Shrinks say how its CPU changes its size; nil if nothing does that could be read.
	Grows, Shrinks *Scaling
}

// A Schedule is one of a group's scheduled actions.
type Schedule struct {
	Resource         *assembly.Resource
	When             string // `cron "30 9 * * SAT" Asia/Seoul`, "at 2030-01-05T00:30:00Z"
	Minimum, Maximum int    // from then on; the group's own where the action leaves them out
}

// A Scaling is a policy by which a group grows or shrinks.
type Scaling struct {
	Policy *assembly.Resource

	// Step is how many servers come or go at a time, Cooldown how long the policy waits after that, and Measured how
	// long the alarm that starts it measures. All are of simple scaling.
	Step               int
	Cooldown, Measured time.Duration

	// Target is the average CPU, in percent, that target tracking holds; 0 of simple scaling. Warmup is how long
	// Auto Scaling leaves a new server out of its measurements.
	Target int
	Warmup time.Duration
}

// defaultCooldown is Auto Scaling's own, of cooldowns and warm-ups alike. See
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html.
const defaultCooldown = 300

// ReadGroup reads an Auto Scaling group with its scheduled actions and scaling policies. Policies of other kinds than simple
// scaling by a number of servers, started by one alarm, and target tracking are not read.
func ReadGroup(a *assembly.Assembly, r *assembly.Resource) (*Group, error) {
	p := &properties{of: r}
	group := &Group{
		Resource: r, Minimum: p.number("MinSize"), Maximum: p.number("MaxSize"), Zones: p.length("VPCZoneIdentifier"),
		Warmup: p.secondsOr("DefaultInstanceWarmup", 0),
	}
	cooldown := p.numberOr("Cooldown", defaultCooldown)
	if template := readOr(p, "LaunchTemplate.LaunchTemplateId", (*assembly.Resource).Target, nil); template != nil {
		l := &properties{of: template}
		if group.InstanceType = l.textOr("LaunchTemplateData.InstanceType", ""); l.err != nil {
			return nil, l.err
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	for _, action := range a.Referrers(r, ScheduledActionType) {
		schedule, err := group.readSchedule(action)
		if err != nil {
			return nil, err
		}
		group.Schedules = append(group.Schedules, schedule)
	}
	for _, policy := range a.Referrers(r, ScalingPolicyType) {
		if err := group.readPolicy(a, policy, cooldown); err != nil {
			return nil, err
		}
	}
	return group, nil
}

func (g *Group) readSchedule(action *assembly.Resource) (Schedule, error) {
	p := &properties{of: action}
	schedule := Schedule{Resource: action, Minimum: p.numberOr("MinSize", g.Minimum), Maximum: p.numberOr("MaxSize", g.Maximum)}
	switch cron := p.textOr("Recurrence", ""); {
	case cron != "":
		schedule.When = `cron "` + strings.Join(strings.Fields(cron), " ") + `" ` + p.textOr("TimeZone", "UTC")
	default:
		schedule.When = "at " + p.text("StartTime")
	}
	return schedule, p.err
}

// Schedule returns the group's scheduled action at a time, nil if there is none.
func (g *Group) Schedule(when string) *Schedule {
	for i := range g.Schedules {
		if g.Schedules[i].When == when {
			return &g.Schedules[i]
		}
	}
	return nil
}

func (g *Group) readPolicy(a *assembly.Assembly, policy *assembly.Resource, cooldown int) error {
	const tracking = "TargetTrackingConfiguration."
	p := &properties{of: policy}
	switch kind := p.textOr("PolicyType", "SimpleScaling"); {
	case p.err != nil:
		return p.err
	case kind == "TargetTrackingScaling" && p.textOr(tracking+"PredefinedMetricSpecification.PredefinedMetricType", "") == "ASGAverageCPUUtilization":
		scaling := &Scaling{Policy: policy, Target: percent(p, tracking+"TargetValue")}
		warmup := defaultCooldown
		if g.Warmup > 0 {
			warmup = int(g.Warmup / time.Second)
		}
		scaling.Warmup = p.secondsOr("EstimatedInstanceWarmup", warmup)
		if g.Grows = scaling; !p.boolOr(tracking+"DisableScaleIn", false) {
			g.Shrinks = scaling
		}
	case kind == "SimpleScaling" && p.textOr("AdjustmentType", "") == "ChangeInCapacity":
		measured, err := measures(a, policy)
		if err != nil || measured == 0 {
			return err
		}
		scaling := &Scaling{Policy: policy, Step: p.number("ScalingAdjustment"), Cooldown: p.secondsOr("Cooldown", cooldown), Measured: measured}
		if scaling.Step > 0 {
			g.Grows = scaling
		} else if scaling.Step < 0 {
			scaling.Step = -scaling.Step
			g.Shrinks = scaling
		}
	}
	return p.err
}

// percent reads a percentage, rounded up; CloudFormation takes 62.5, too.
func percent(p *properties, path string) int {
	value, err := strconv.ParseFloat(p.text(path), 64)
	if p.err == nil && (err != nil || value < 0 || value > 100) {
		p.err = fmt.Errorf("%s: %s is no percentage", p.of, path)
	}
	if p.err != nil {
		return 0
	}
	return int(math.Ceil(value))
}

// measures is how long the alarm measures that starts a policy; 0 if none does.
func measures(a *assembly.Assembly, policy *assembly.Resource) (time.Duration, error) {
	alarms := a.Referrers(policy, AlarmType)
	if len(alarms) == 0 {
		return 0, nil
	}
	p := &properties{of: alarms[0]}
	measured := p.secondsOr("Period", 60) * time.Duration(p.numberOr("EvaluationPeriods", 1))
	return measured, p.err
}
