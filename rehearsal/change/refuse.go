package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/rehearsal/change/resource"
	"twinsite/topology"
)

const (
	bucketType     = "AWS::S3::Bucket"
	logGroupType   = "AWS::Logs::LogGroup"
	alarmType      = "AWS::CloudWatch::Alarm"
	compositeType  = "AWS::CloudWatch::CompositeAlarm"
	autoDeleteType = "Custom::S3AutoDeleteObjects"
	groupType      = "AWS::AutoScaling::AutoScalingGroup"
	secretType     = "AWS::SecretsManager::Secret"
	keyType        = "AWS::KMS::Key"

	targetGroupType = "AWS::ElasticLoadBalancingV2::TargetGroup"
)

// refusals finds what AWS would refuse of a step, before it is taken.
func (r *run) refusals(step *Step) {
	switch step.Action {
	case Delete:
		r.refusedDeletion(step)
	case Create, Replace:
		r.taken(step)
	}
	r.network(step)
	if step.Action != Delete && step.Action != Retain && step.Type == topology.DistributionType {
		r.takenAliases(step)
	}
}

// users are the types whose resources keep AWS from deleting one that they use.
var users = map[string][]string{
	alarmType:                                   {compositeType},
	compositeType:                               {compositeType},
	"AWS::WAFv2::IPSet":                         {"AWS::WAFv2::WebACL"},
	"AWS::WAFv2::WebACL":                        {topology.DistributionType, "AWS::WAFv2::WebACLAssociation"},
	"AWS::CertificateManager::Certificate":      {topology.DistributionType, "AWS::ElasticLoadBalancingV2::Listener"},
	"AWS::CloudFront::Function":                 {topology.DistributionType},
	"AWS::CloudFront::OriginAccessControl":      {topology.DistributionType},
	"AWS::CloudFront::ResponseHeadersPolicy":    {topology.DistributionType},
	"AWS::ElasticLoadBalancingV2::TargetGroup":  {"AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"},
	"AWS::EC2::SecurityGroup":                   {topology.BalancerType, "AWS::EC2::LaunchTemplate", "AWS::EC2::SecurityGroupIngress"},
	"AWS::EC2::Subnet":                          {topology.BalancerType, groupType, "AWS::EC2::NatGateway"},
	"AWS::Route53::HealthCheck":                 {"AWS::Route53::HealthCheck"},
	"AWS::IAM::Role":                            {"AWS::IAM::InstanceProfile"},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {},
}

func (r *run) refusedDeletion(step *Step) {
	const refuses = "AWS refuses to delete the %s %s"
	kind := step.kind()
	if by := r.usedBy(step); len(by) > 0 {
		f := r.add(Refused, step, refuses+" while %s uses it", kind, step.Resource, strings.Join(by, ", "))
		f.first = other(step.Stack, by)
	}
	switch step.Type {
	case topology.BalancerType:
		if attribute(step.before, "deletion_protection.enabled") == "true" {
			r.add(Refused, step, refuses+", which is protected: it stays, and costs, until you switch the protection off and delete it", kind, step.Resource)
		}
	case bucketType:
		if !r.emptied(step) {
			r.add(Refused, step, refuses+" unless it is empty: it stays until you empty and delete it", kind, step.Resource)
		}
	case topology.ZoneType:
		r.add(Refused, step, refuses+" while it has other records than its own", kind, step.Resource)
	}
}

// other is the stack of the first place that is of another stack; "" if none is.
func other(stack string, places []string) string {
	for _, place := range places {
		if of, _, _ := strings.Cut(place, "."); of != stack {
			return of
		}
	}
	return ""
}

// otherStack is the stack of a resource, if it is not the step's; else "".
func otherStack(step *Step, r *assembly.Resource) string {
	return other(step.Stack, []string{r.String()})
}

// usedBy are the resources that exist, use the one that a step deletes, and keep AWS
// from deleting it. Those that the same stack deletes before it no longer exist.
func (r *run) usedBy(step *Step) []string {
	var by []string
	name := r.nameOf(stackOf(r.world.state, step.Stack), step.before)
	for _, s := range r.world.state.Stacks() {
		for _, user := range s.Resources(append(users[step.Type], "none")...) {
			if r.world.ghosts[user.String()] || user.String() == step.place() {
				continue
			}
			if r.world.refers(s, user.Template())[step.place()] || user.Type == compositeType && name != "" && namesAlarm(user, name) {
				by = append(by, user.String())
			}
		}
	}
	return by
}

// namesAlarm reports whether a composite alarm's rule has another's name.
func namesAlarm(composite *assembly.Resource, name string) bool {
	rule, err := composite.Text("AlarmRule")
	return err == nil && (strings.Contains(rule, `"`+name+`"`) || strings.Contains(rule, "("+name+")"))
}

// emptied reports whether a custom resource empties the bucket that a step deletes.
func (r *run) emptied(step *Step) bool {
	s, err := r.from.Stack(step.Stack)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(s.Resources(autoDeleteType), func(custom *assembly.Resource) bool { return needs(custom.Template())[step.Resource] })
}

// attribute is the value of a load balancer's attribute, "" if it has none.
func attribute(template map[string]any, key string) string {
	list, _ := propertiesOf(template)["LoadBalancerAttributes"].([]any)
	for _, item := range list {
		if pair, ok := item.(map[string]any); ok && pair["Key"] == key {
			return fmt.Sprint(pair["Value"])
		}
	}
	return ""
}

func propertiesOf(template map[string]any) map[string]any {
	found, _ := template["Properties"].(map[string]any)
	return found
}

// nameOf is the name that a template of a stack gives to its resource, "" if AWS
// makes one up.
func (r *run) nameOf(s *assembly.Stack, template map[string]any) string {
	typ, _ := template["Type"].(string)
	if len(resource.Name(typ)) == 0 {
		return ""
	}
	properties, _ := resolved(s, template, template["Properties"]).(map[string]any)
	var parts []string
	for _, property := range resource.Name(typ) {
		value, ok := properties[property]
		if !ok {
			return ""
		}
		parts = append(parts, fmt.Sprint(value))
	}
	return strings.Join(parts, " ")
}

// global are the types whose names are of the whole account.
var global = []string{"AWS::IAM::Role", "AWS::IAM::InstanceProfile", "AWS::CloudFront::Function", bucketType, "AWS::Route53::RecordSet"}

// taken finds the resource that has the name which a step gives to a new one.
func (r *run) taken(step *Step) {
	name := r.nameOf(stackOf(r.world.state, step.Stack), step.template)
	if name == "" || step.Type == topology.ZoneType || step.Type == "AWS::S3::BucketPolicy" {
		return
	}
	for _, s := range r.world.state.Stacks() {
		if s.Region != r.current.Region && !slices.Contains(global, step.Type) {
			continue
		}
		for _, other := range s.Resources(step.Type) {
			if r.world.ghosts[other.String()] || r.nameOf(s, other.Template()) != name {
				continue
			}
			f := r.add(Refused, step, "%s: AWS refuses a second one called %s while %s has the name", step.does(), name, other)
			f.first = otherStack(step, other)
		}
	}
}

// takenAliases finds the distribution that answers for a name which a step gives to
// another.
func (r *run) takenAliases(step *Step) {
	for _, alias := range aliases(step.template) {
		for _, other := range r.world.state.Resources(topology.DistributionType) {
			if r.world.ghosts[other.String()] || step.Action == Update && other.String() == step.place() {
				continue
			}
			if slices.Contains(aliases(other.Template()), alias) {
				f := r.add(Refused, step, "%s: CloudFront refuses the name %s while %s answers for it", step.does(), alias, other)
				f.first = otherStack(step, other)
				return
			}
		}
	}
}

func aliases(template map[string]any) []string {
	config, _ := propertiesOf(template)["DistributionConfig"].(map[string]any)
	list, _ := config["Aliases"].([]any)
	var names []string
	for _, item := range list {
		names = append(names, fmt.Sprint(item))
	}
	return names
}

// network finds what AWS refuses of a change of networks.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
func (r *run) network(step *Step) {
	switch {
	case step.Type == topology.BalancerType && step.Action == Update && slices.Contains(step.Properties, "Subnets") && r.replaces("AWS::EC2::VPC"):
		r.add(Refused, step, "%s: AWS refuses to move a load balancer to another network", step.does())
	case step.Type == "AWS::EC2::Subnet" && step.Action == Replace && !slices.Contains(step.Properties, "CidrBlock") && !slices.Contains(step.Properties, "VpcId"):
		r.add(Refused, step, "%s: AWS refuses a second subnet of the same range", step.does())
	}
}

// replaces reports whether the current stack replaces a resource of a type.
func (r *run) replaces(typ string) bool {
	return slices.ContainsFunc(r.current.Steps, func(step *Step) bool { return step.Action == Replace && step.Type == typ })
}

// data finds what holds data and does not outlive a step, and what does without a
// stack.
func (r *run) data(step *Step) {
	holds := map[string]string{
		bucketType: "files", topology.ZoneType: "records and name servers", logGroupType: "logs", secretType: "value",
	}[step.Type]
	if holds == "" && resource.IsStateful(step.Type) {
		holds = "data"
	}
	if strings.Contains(strings.Join(step.Why, ", "), "not known") {
		r.add(Note, step, "%s: %s", step.does(), strings.Join(step.Why, ", "))
	}
	switch {
	case step.Action == Retain:
		r.left(step)
	case step.Action == Create && step.Type == "AWS::SNS::Subscription":
		r.add(Note, step, "%s: AWS asks the address to confirm", step.does())
	case step.Action == Update && len(step.Why) > 0:
		f := r.add(Note, step, "%s: AWS's schema says that %s may replace it; taken for a change in place", step.does(), strings.Join(step.Why, ", "))
		f.like = step.Type + strings.Join(step.Why, ", ")
	case holds == "":
	case step.Type == keyType && (step.Action == Delete || step.Action == Replace): // our topics' hold no more than messages under way
		r.add(Note, step, "%s: what it has encrypted cannot be read then, unless its deletion is cancelled in its waiting period", step.does())
	case step.Action == Replace:
		r.add(Data, step, "%s, because of %s: the new one has none of its %s", step.does(), strings.Join(step.Why, ", "), holds)
	case r.replaced(step): // said when it was replaced
	case step.Action == Delete && step.Type == logGroupType:
		r.add(Note, step, "%s, with its %s", step.does(), holds)
	case step.Action == Delete && step.Type != secretType: // which nothing reads any longer
		r.add(Data, step, "%s, with its %s", step.does(), holds)
	}
}

// replaced reports whether a step before this one has replaced its resource.
func (r *run) replaced(step *Step) bool {
	return slices.ContainsFunc(r.current.Steps, func(other *Step) bool { return other.Action == Replace && other.Resource == step.Resource })
}

// left says what exists on without a stack. One with a name of its own keeps the site
// from making it again.
func (r *run) left(step *Step) {
	message := step.does() + ", which stays until you delete it"
	if name := r.nameOf(stackOf(r.world.state, step.Stack), step.before); name != "" {
		message += fmt.Sprintf("; until then, AWS refuses a new one called %s", name)
	}
	r.add(Left, step, "%s", message)
}

// servers says what a step does to the web servers of an Auto Scaling group.
func (r *run) servers(step *Step) {
	if step.Type != groupType {
		return
	}
	policy, _ := step.template["UpdatePolicy"].(map[string]any)
	switch {
	case step.Action == Replace && step.template["CreationPolicy"] == nil:
		r.add(Lost, step, "%s: nothing waits until the new servers answer before the old ones go: visitors of this region get 503, for minutes", step.does())
	case step.Action == Update && slices.ContainsFunc(step.Properties, isLaunch):
		kind, least := rolling(policy)
		switch {
		case kind == "":
			r.add(Note, step, "%s: the servers that run stay as they are until something replaces them", step.does())
		case least == 0:
			r.add(Lost, step, "%s: %s leaves no server in service: visitors of this region get 503, for minutes", step.does(), kind)
		default:
			r.add(Note, step, "%s: every web server is replaced, a few at a time (%s)", step.does(), kind)
		}
	}
}

func isLaunch(path string) bool {
	return strings.HasPrefix(path, "LaunchTemplate") || strings.HasPrefix(path, "MixedInstancesPolicy")
}

// rolling is how an update policy replaces servers, and how many, or which share,
// stay in service at least.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
func rolling(policy map[string]any) (kind string, least float64) {
	number := func(v any, otherwise float64) float64 {
		switch v := v.(type) {
		case float64:
			return v
		case string:
			var n float64
			if _, err := fmt.Sscan(v, &n); err == nil {
				return n
			}
		}
		return otherwise
	}
	for _, kind := range slices.Sorted(maps.Keys(policy)) {
		settings, _ := policy[kind].(map[string]any)
		switch kind {
		case "AutoScalingInstanceRefresh":
			preferences, _ := settings["Preferences"].(map[string]any)
			return kind, number(preferences["MinHealthyPercentage"], 90)
		case "AutoScalingRollingUpdate":
			return kind, number(settings["MinInstancesInService"], 0)
		}
	}
	return "", 0
}

// unread finds what a stack reads that is not there before it is deployed.
func (r *run) unread(id string) {
	s, template := stackOf(r.world.state, id), stackOf(r.to, id)
	found, producers := map[string]bool{}, map[string]string{}
	for _, from := range template.Resources() {
		names(from.Template(), func(string) {}, func(stack, region, name string) {
			producer := r.world.stackNamed(s, stack, region)
			if producer == nil || r.world.outputs[producer.ID][name] == "" {
				found[stack] = true
				if producer != nil {
					producers[stack] = producer.ID
				}
			}
		})
	}
	for _, stack := range slices.Sorted(maps.Keys(found)) {
		f := r.add(Refused, nil, "the stack %s reads what %s does not have yet", id, stack)
		f.Stack, f.first = id, producers[stack]
	}
}
