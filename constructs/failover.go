package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// FailoverProps describes the failover records and what they follow.
type FailoverProps struct {
	// Zone is the hosted zone. Required.
	Zone awsroute53.IHostedZone

	// HostNames are the names that visitors use, as "www.example.com". Required.
	HostNames []string

	// Primary is the distribution in front of the home region. Required.
	Primary awscloudfront.IDistribution

	// Secondary is the standby load balancer. Required.
	Secondary elb.IApplicationLoadBalancer

	// Serving is the name by which the distribution finds the load balancer that
	// serves. Default: there is no such name.
	Serving *ServingName

	// StandbyCheckPath is the path by which the distribution asks the standby.
	// With it, the records of HostNames lead to Primary while either region
	// answers there. Default: they lead to Primary while the home region answers.
	StandbyCheckPath string

	// Path is the path that health checkers request from the distribution, as
	// "/healthz". It must answer 200: a redirect would count as healthy. Required.
	Path string

	// Interval is the time between two requests of one health checker: 10 s or
	// 30 s. Required.
	Interval time.Duration

	// Threshold is how many answers in a row, good or bad, change a checker's
	// verdict: 1 to 10. Required.
	Threshold int

	// SwitchHost is the host that serves the failover switch at SwitchPath while
	// the switch is on; it must not depend on the home region. Default: there is no
	// switch.
	SwitchHost string

	// SwitchPath is the path of the failover switch, as "/failover-switch".
	// Required with SwitchHost.
	SwitchPath string

	// IPv6 adds a pair of AAAA records beside each pair of A records. Default:
	// A only.
	IPv6 bool
}

// ServingName describes the name of the load balancer that serves.
type ServingName struct {
	// Name is the name itself, below the zone's own, as "origin.example.com".
	// Required.
	Name string

	// Home and Standby are the names of the two load balancers, which never move,
	// as "origin-eu-west-1.example.com". Required.
	Home, Standby string

	// StandbyEndpoint is healthy while the standby answers. Required: without it,
	// Name would lead to the standby when both regions are down, and HostNames
	// home.
	StandbyEndpoint awsroute53.IHealthCheck

	// TTL is how long the answer is kept, in whole seconds. Required.
	TTL time.Duration
}

// Failover is the health check on the home region and the failover records
// that follow it.
type Failover struct {
	constructs.Construct

	// HomeEndpoint is healthy while the home region answers through the
	// distribution.
	HomeEndpoint awsroute53.HealthCheck

	// HomeServes is what Serving follows: healthy while the home region answers
	// and the switch is off. Without a switch, it is HomeEndpoint.
	HomeServes awsroute53.HealthCheck

	// Front is what the records of HostNames follow: HomeServes or, with
	// StandbyCheckPath, a check that is healthy while either region answers through
	// the distribution.
	Front awsroute53.HealthCheck
}

// NewFailover leads visitors to Primary while the home region answers and the
// switch is off, and to Secondary otherwise.
func NewFailover(scope constructs.Construct, id string, props *FailoverProps) *Failover {
	require(id, "Zone", props.Zone)
	require(id, "HostNames", props.HostNames)
	require(id, "Primary", props.Primary)
	require(id, "Secondary", props.Secondary)
	require(id, "Path", props.Path)
	require(id, "Interval", props.Interval)
	require(id, "Threshold", props.Threshold)
	if props.SwitchHost != "" {
		requireWith(id, "SwitchHost", "SwitchPath", props.SwitchPath)
	}
	if serving := props.Serving; serving != nil {
		require(id, "Serving.Name", serving.Name)
		require(id, "Serving.Home", serving.Home)
		require(id, "Serving.Standby", serving.Standby)
		require(id, "Serving.StandbyEndpoint", serving.StandbyEndpoint)
		require(id, "Serving.TTL", serving.TTL)
	}
	f := &Failover{Construct: constructs.NewConstruct(scope, &id)}
	endpoint := &EndpointCheckProps{
		Host:      *props.Primary.DistributionDomainName(),
		Path:      props.Path,
		Interval:  props.Interval,
		Threshold: props.Threshold,
	}
	f.HomeEndpoint = NewEndpointCheck(f.Construct, "HomeEndpoint", endpoint)
	f.HomeServes = f.HomeEndpoint
	if props.SwitchHost != "" {
		switchOff := *endpoint
		switchOff.Host, switchOff.Path, switchOff.Inverted = props.SwitchHost, props.SwitchPath, true
		f.HomeServes = f.newServesCheck(NewEndpointCheck(f.Construct, "SwitchOff", &switchOff))
	}
	f.Front = f.HomeServes
	if props.StandbyCheckPath != "" {
		standby := *endpoint
		standby.Path = props.StandbyCheckPath
		f.Front = f.newFrontCheck(NewEndpointCheck(f.Construct, "StandbyBehindEdge", &standby))
	}
	for _, name := range props.HostNames {
		f.addRecords(name, props)
	}
	if props.Serving != nil {
		f.addServingRecords(props.Zone, props.Serving)
	}
	return f
}

// newFrontCheck makes the check of a front that stays at CloudFront: healthy while
// either region answers through the distribution. What makes both fail is
// CloudFront itself, or both regions. The switch is no part of it: it moves what
// serves behind CloudFront. It also keeps the check apart from HomeServes, as AWS
// says nowhere that a calculated check may have another one for a child.
func (f *Failover) newFrontCheck(standby awsroute53.HealthCheck) awsroute53.HealthCheck {
	return awsroute53.NewHealthCheck(f.Construct, jsii.String("EdgeServes"), &awsroute53.HealthCheckProps{
		Type:              awsroute53.HealthCheckType_CALCULATED,
		ChildHealthChecks: &[]awsroute53.IHealthCheck{f.HomeEndpoint, standby},
		HealthThreshold:   jsii.Number(1), // either
	})
}

// newServesCheck makes the check that the records follow: healthy while the home
// endpoint is healthy and the switch is not there. When the standby cannot answer
// for the switch, it counts as off: an outage of the standby must not move the
// site there. Neither moving the site nor moving it back needs Route 53's control
// plane, which is in us-east-1.
// https://aws.amazon.com/blogs/networking-and-content-delivery/creating-disaster-recovery-mechanisms-using-amazon-route-53/
func (f *Failover) newServesCheck(switchOff awsroute53.HealthCheck) awsroute53.HealthCheck {
	return awsroute53.NewHealthCheck(f.Construct, jsii.String("HomeServes"), &awsroute53.HealthCheckProps{
		Type:              awsroute53.HealthCheckType_CALCULATED,
		ChildHealthChecks: &[]awsroute53.IHealthCheck{f.HomeEndpoint, switchOff},
		HealthThreshold:   jsii.Number(2), // both
	})
}

// addRecords writes all pairs of one name as one change, so that no resolver sees
// half of them. It is L1: the L2 demands that a failover alias evaluates its
// target's health, which an alias to CloudFront must not.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
func (f *Failover) addRecords(name string, props *FailoverProps) {
	types := []string{"A"}
	if props.IPv6 {
		types = append(types, "AAAA")
	}
	var records []any
	for _, recordType := range types {
		records = append(records, f.primary(name, recordType, props), secondary(name, recordType, props))
	}
	awsroute53.NewCfnRecordSetGroup(f.Construct, &name, &awsroute53.CfnRecordSetGroupProps{
		HostedZoneId: props.Zone.HostedZoneId(),
		RecordSets:   records,
	})
}

func (f *Failover) primary(name, recordType string, props *FailoverProps) *awsroute53.CfnRecordSetGroup_RecordSetProperty {
	return &awsroute53.CfnRecordSetGroup_RecordSetProperty{
		Name:          jsii.String(name + "."),
		Type:          &recordType,
		Failover:      jsii.String("PRIMARY"),
		SetIdentifier: jsii.String("home"),
		HealthCheckId: f.Front.HealthCheckId(),
		AliasTarget: &awsroute53.CfnRecordSetGroup_AliasTargetProperty{
			DnsName:              props.Primary.DistributionDomainName(),
			HostedZoneId:         awsroute53targets.CloudFrontTarget_CLOUDFRONT_ZONE_ID(),
			EvaluateTargetHealth: jsii.Bool(false),
		},
	}
}

func secondary(name, recordType string, props *FailoverProps) *awsroute53.CfnRecordSetGroup_RecordSetProperty {
	return &awsroute53.CfnRecordSetGroup_RecordSetProperty{
		Name:          jsii.String(name + "."),
		Type:          &recordType,
		Failover:      jsii.String("SECONDARY"),
		SetIdentifier: jsii.String("standby"),
		AliasTarget: &awsroute53.CfnRecordSetGroup_AliasTargetProperty{
			DnsName:              jsii.String("dualstack." + *props.Secondary.LoadBalancerDnsName()),
			HostedZoneId:         props.Secondary.LoadBalancerCanonicalHostedZoneId(),
			EvaluateTargetHealth: jsii.Bool(true),
		},
	}
}

// addServingRecords writes the pair that CloudFront follows. They are CNAMEs
// because an alias to a load balancer is kept for 60 s, which cannot be lowered.
// They are L1 like the others, so that the pair is one change.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
func (f *Failover) addServingRecords(zone awsroute53.IHostedZone, serving *ServingName) {
	record := func(failover, identifier, target string, check awsroute53.IHealthCheck) any {
		return &awsroute53.CfnRecordSetGroup_RecordSetProperty{
			Name:            jsii.String(serving.Name + "."),
			Type:            jsii.String("CNAME"),
			Ttl:             jsii.Sprintf("%.0f", serving.TTL.Seconds()),
			Failover:        &failover,
			SetIdentifier:   &identifier,
			HealthCheckId:   check.HealthCheckId(),
			ResourceRecords: jsii.Strings(target + "."),
		}
	}
	awsroute53.NewCfnRecordSetGroup(f.Construct, &serving.Name, &awsroute53.CfnRecordSetGroupProps{
		HostedZoneId: zone.HostedZoneId(),
		RecordSets: []any{
			record("PRIMARY", "home", serving.Home, f.HomeServes),
			record("SECONDARY", "standby", serving.Standby, serving.StandbyEndpoint),
		},
	})
}
