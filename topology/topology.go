// Package topology reads a site out of its templates: which names fail over and where they lead, what a distribution asks
// of which origin, who answers behind a load balancer, what the health checks ask and which bucket is copied where.
//
//	a, err := assembly.Load("cdk.out")
//	distribution, err := topology.SiteDistribution(a)
//	origin, err := topology.DefaultOrigin(distribution)
//	balancer, err := origin.LeadsTo(a)
//	groups, err := topology.TargetGroups(a, balancer)
//
// It knows the resources of AWS and nothing of the constructs that made them, so that what is read here can be
// compared with what was meant. What it returns has the [assembly.Resource] and the path in it, so that a message can name
// the place and a test can edit it.
//
// Properties that may be absent have AWS's default; each function names the page. A function returns an error for what
// cannot be read, and not for what can be read and is unwise: half a failover pair, a disabled rule and a listener that
// answers 403 are returned as they are, for the caller to judge. Errors begin with the resource.
package topology

import (
	"fmt"
	"strings"
	"time"

	"twinsite/assembly"
)

// The types of the resources that a site is read from.
const (
	AlarmType        = "AWS::CloudWatch::Alarm"
	BalancerType     = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	BucketType       = "AWS::S3::Bucket"
	BusType          = "AWS::Events::EventBus"
	CertificateType  = "AWS::CertificateManager::Certificate"
	DistributionType = "AWS::CloudFront::Distribution"
	EventRuleType    = "AWS::Events::Rule"
	GroupType        = "AWS::AutoScaling::AutoScalingGroup"
	HealthCheckType  = "AWS::Route53::HealthCheck"
	ListenerRuleType = "AWS::ElasticLoadBalancingV2::ListenerRule"
	ListenerType     = "AWS::ElasticLoadBalancingV2::Listener"
	MachineType      = "AWS::StepFunctions::StateMachine"
	TargetGroupType  = "AWS::ElasticLoadBalancingV2::TargetGroup"
	ZoneType         = "AWS::Route53::HostedZone"
)

// Length returns the number of elements of the list at the path, 0 if there is none.
func Length(r *assembly.Resource, path string) (int, error) {
	if !r.Has(path) {
		return 0, nil
	}
	value, err := r.Value(path)
	if err != nil {
		return 0, err
	}
	list, ok := value.([]any)
	if !ok {
		return 0, fmt.Errorf("%s: %s is not a list", r, path)
	}
	return len(list), nil
}

// OrDefault returns the value at the path, or the default if there is none:
//
//	OrDefault(group, "HealthCheckPath", (*assembly.Resource).Text, "/")
func OrDefault[T any](r *assembly.Resource, path string, get func(*assembly.Resource, string) (T, error), otherwise T) (T, error) {
	if !r.Has(path) {
		return otherwise, nil
	}
	return get(r, path)
}

// LeadsTo returns the one resource that the host name at the path leads to: see [Follow]. Of a name that a failover pair
// moves, it is where the name leads while all is well.
func LeadsTo(a *assembly.Assembly, r *assembly.Resource, path string) (*assembly.Resource, error) {
	way, err := Follow(a, r, path)
	if err != nil {
		return nil, err
	}
	return way.Resources()[0], nil
}

// named returns the resource of a type that a placeholder in some text names: "${Primary.Bucket}", "${Primary.Bucket.Arn}".
// It is nil if there is none.
func named(a *assembly.Assembly, placeholder, resourceType string) *assembly.Resource {
	inside, ok := strings.CutPrefix(placeholder, "${")
	if !ok || !strings.HasSuffix(inside, "}") {
		return nil
	}
	place := strings.TrimSuffix(strings.TrimSuffix(inside, "}"), ".Arn")
	for _, r := range a.Resources(resourceType) {
		if r.String() == place {
			return r
		}
	}
	return nil
}

// properties reads values of a resource one after the other, and remembers the first error. After an error its methods
// return zero values.
type properties struct {
	of  *assembly.Resource
	err error
}

func read[T any](p *properties, path string, get func(*assembly.Resource, string) (T, error)) T {
	var zero T
	if p.err != nil {
		return zero
	}
	value, err := get(p.of, path)
	p.err = err
	return value
}

func readOr[T any](p *properties, path string, get func(*assembly.Resource, string) (T, error), otherwise T) T {
	if p.err == nil && !p.of.Has(path) {
		return otherwise
	}
	return read(p, path, get)
}

func (p *properties) text(path string) string { return read(p, path, (*assembly.Resource).Text) }
func (p *properties) textOr(path, otherwise string) string {
	return readOr(p, path, (*assembly.Resource).Text, otherwise)
}
func (p *properties) number(path string) int { return read(p, path, (*assembly.Resource).Int) }
func (p *properties) length(path string) int { return read(p, path, Length) }
func (p *properties) target(path string) *assembly.Resource {
	return read(p, path, (*assembly.Resource).Target)
}

func (p *properties) numberOr(path string, otherwise int) int {
	return readOr(p, path, (*assembly.Resource).Int, otherwise)
}

func (p *properties) boolOr(path string, otherwise bool) bool {
	return readOr(p, path, (*assembly.Resource).Bool, otherwise)
}

// secondsOr reads a number of seconds.
func (p *properties) secondsOr(path string, otherwise int) time.Duration {
	return time.Duration(p.numberOr(path, otherwise)) * time.Second
}

// join writes the path of a property below another.
func join(path, property string) string {
	if path == "" {
		return property
	}
	return path + "." + property
}
