package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"twinsite/rehearsal/change/resource"
	"twinsite/topology"
)

// A spell is the time in which something is lost for one reason.
type spell struct {
	what  []string   // is lost: "reads of ticketing.pw"
	plan  *StackPlan // in which it began
	step  *Step      // with which it began
	began time.Duration
}

// visible reports whether visitors could see a step: those of other types change
// nothing that the rehearsal reads.
func visible(step *Step) bool {
	return slices.Contains([]string{
		topology.DistributionType, "AWS::CloudFront::Function", topology.BalancerType, "AWS::ElasticLoadBalancingV2::Listener",
		"AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::AutoScaling::AutoScalingGroup",
		"AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup", "AWS::Route53::HealthCheck", topology.ZoneType,
		"AWS::CertificateManager::Certificate", "AWS::S3::Bucket", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress",
	}, step.Type)
}

// look compares what visitors get after a step with what they had.
func (r *run) look(step *Step) {
	if r.base == nil || !visible(step) {
		return
	}
	seen := r.see()
	r.compare(r.lost, Lost, missing(seen.lost, r.base.lost), step)
	r.compare(r.open, Open, missing(seen.open, r.base.open), step)
}

// see is what visitors get now.
func (r *run) see() *sight {
	seen, err := look(r.world)
	if err != nil {
		seen = &sight{hosts: r.base.hosts, lost: map[string]string{"all": "what visitors get cannot be followed: " + err.Error()}}
	}
	for _, host := range r.base.hosts {
		if !slices.Contains(seen.hosts, host) {
			seen.lost["all of "+host] = "no record leads its visitors"
		}
	}
	maps.Copy(r.unnamed, seen.unnamed)
	return seen
}

// missing are the reasons for what is lost now and was not before, and what each of
// them is the reason for, sorted.
func missing(now, before map[string]string) map[string][]string {
	found := map[string][]string{}
	for _, what := range slices.Sorted(maps.Keys(now)) {
		if _, known := before[what]; !known {
			found[now[what]] = append(found[now[what]], what)
		}
	}
	return found
}

// compare begins and ends spells, with what is missing after a step; after the last,
// step is nil.
func (r *run) compare(spells map[string]*spell, kind Kind, missing map[string][]string, step *Step) {
	for _, why := range slices.Sorted(maps.Keys(spells)) {
		if missing[why] == nil {
			r.close(spells[why], kind, why, step)
			delete(spells, why)
		}
	}
	for why, what := range missing {
		if kind == Lost {
			r.reasons = append(r.reasons, why)
		}
		if spells[why] == nil {
			spells[why] = &spell{plan: r.current, step: step, began: r.before + step.Ends}
		}
		for _, one := range what {
			if !slices.Contains(spells[why].what, one) {
				spells[why].what = append(spells[why].what, one)
			}
		}
	}
}

// close says that a spell has ended with a step; without one, that it has not.
func (r *run) close(s *spell, kind Kind, why string, step *Step) {
	f := Finding{Kind: kind, Stack: s.plan.ID, Step: s.step.Number, Of: len(s.plan.Steps), unnamed: kind == Lost && r.unnamed[why]}
	f.Message = fmt.Sprintf("%s: %s", s.step.does(), why)
	if kind == Lost {
		f.Message += ": lost are " + strings.Join(s.what, ", ")
	}
	if step == nil {
		f.Message += ", and it stays so"
	} else {
		f.Message += fmt.Sprintf(", until %s %s, for %s", r.stepName(s.plan, step), step.does(), resource.Length(r.before+step.Ends-s.began))
		f.first = other(s.plan.ID, []string{step.place()})
	}
	if kind == Open { // one change opens many gaps: the first says enough
		f.like = fmt.Sprintf("%s %d", f.Stack, f.Step)
	}
	r.verdict.Findings = append(r.verdict.Findings, f)
}

// stepName names a step to a reader of another.
func (r *run) stepName(from *StackPlan, step *Step) string {
	if step.Stack == from.ID {
		return fmt.Sprintf("step %d", step.Number)
	}
	return fmt.Sprintf("%s, step %d", step.Stack, step.Number)
}

// does says what a step does: "updates the Listener WebTierHttps19E71B00".
func (s *Step) does() string {
	verb := map[Action]string{Create: "creates", Update: "updates", Replace: "replaces", Delete: "deletes", Retain: "lets go of"}[s.Action]
	return fmt.Sprintf("%s the %s %s", verb, s.kind(), s.Resource)
}
