package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// LoadBalancerProps describes the way into one region.
type LoadBalancerProps struct {
	// Vpc is the network; the load balancer stands in its public subnets.
	// Required.
	Vpc awsec2.IVpc

	// Target is the group of web servers, reached by HTTP on port 80. Required.
	Target elb.IApplicationLoadBalancerTarget

	// HealthPath is what every web server is asked for; it must answer 200.
	// Required.
	HealthPath string

	// Certificate, of the load balancer's own region, makes the listener HTTPS
	// on port 443. Default: HTTP on port 80.
	Certificate awscertificatemanager.ICertificate

	// RedirectHTTP sends visitors of port 80 to port 443. Default: port 80 is
	// closed when there is a certificate.
	RedirectHTTP bool

	// Origin closes the listener to all but one CloudFront distribution.
	// Default: it is open to everybody.
	Origin *OriginLock

	// IdleTimeoutSeconds is how long an idle connection is kept: longer than
	// whoever connects keeps it, or requests are sent into connections that have
	// just been closed. Default, and least: 60.
	IdleTimeoutSeconds float64

	// IPv6 gives the load balancer IPv6 addresses too; the network must be
	// dual-stack. Default: IPv4 only.
	IPv6 bool

	// DeletionProtection refuses to delete the load balancer. Default: false.
	DeletionProtection bool

	// Logs is the bucket, of the same region, for a line about every request.
	// Default: no log.
	Logs awss3.IBucket
}

// LoadBalancer is an internet-facing Application Load Balancer, its listeners
// and its target group.
type LoadBalancer struct {
	constructs.Construct

	// LoadBalancer is the load balancer itself.
	LoadBalancer elb.ApplicationLoadBalancer

	// TargetGroup holds the web servers.
	TargetGroup elb.ApplicationTargetGroup

	// Listener leads to them.
	Listener elb.ApplicationListener
}

// NewLoadBalancer makes the way into one region. It panics when Origin comes
// with RedirectHTTP: the prefix list fills a security group with one port.
func NewLoadBalancer(scope constructs.Construct, id string, props *LoadBalancerProps) *LoadBalancer {
	if props.Origin != nil && props.RedirectHTTP {
		panic(id + ": redirect HTTP with an origin lock opens two ports to the prefix list: leave one of them out")
	}
	l := &LoadBalancer{Construct: constructs.NewConstruct(scope, &id)}
	l.LoadBalancer = elb.NewApplicationLoadBalancer(l.Construct, jsii.String("LoadBalancer"), &elb.ApplicationLoadBalancerProps{
		Vpc:                props.Vpc,
		VpcSubnets:         &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC},
		InternetFacing:     jsii.Bool(true),
		IpAddressType:      ipAddressType(props.IPv6),
		DeletionProtection: &props.DeletionProtection,
		IdleTimeout:        awscdk.Duration_Seconds(jsii.Number(max(props.IdleTimeoutSeconds, 60))),
		// A header that the servers would read otherwise than the load balancer
		// did is how requests are smuggled.
		DropInvalidHeaderFields: jsii.Bool(true),
		DesyncMitigationMode:    elb.DesyncMitigationMode_DEFENSIVE,
	})
	if props.Logs != nil {
		l.LoadBalancer.LogAccessLogs(props.Logs, jsii.String("load-balancer"))
	}
	l.TargetGroup = l.newTargetGroup(props)
	l.Listener = l.addListeners(props)
	return l
}

func (l *LoadBalancer) newTargetGroup(props *LoadBalancerProps) elb.ApplicationTargetGroup {
	return elb.NewApplicationTargetGroup(l.Construct, jsii.String("TargetGroup"), &elb.ApplicationTargetGroupProps{
		Vpc:      props.Vpc,
		Protocol: elb.ApplicationProtocol_HTTP,
		Port:     jsii.Number(80),
		Targets:  &[]elb.IApplicationLoadBalancerTarget{props.Target},
		// Two answers 10 s apart: a dead server gets no more requests after half a
		// minute, and a standby that recovers is in service as soon.
		HealthCheck: &elb.HealthCheck{
			Protocol:                elb.Protocol_HTTP,
			Path:                    &props.HealthPath,
			HealthyHttpCodes:        jsii.String("200"),
			Interval:                awscdk.Duration_Seconds(jsii.Number(10)),
			Timeout:                 awscdk.Duration_Seconds(jsii.Number(5)),
			HealthyThresholdCount:   jsii.Number(2),
			UnhealthyThresholdCount: jsii.Number(2),
		},
	})
}

func ipAddressType(ipv6 bool) elb.IpAddressType {
	if ipv6 {
		return elb.IpAddressType_DUAL_STACK
	}
	return elb.IpAddressType_IPV4
}
