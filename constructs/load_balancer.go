package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// idleTimeout is the least time for which a load balancer keeps an idle connection
// open.
const idleTimeout = time.Minute

// clientKeepAlive is how long a client may keep a connection, however busy: the
// least that there is. Whoever holds one does not ask DNS again, so that after a
// failover it is this long until the last visitor moves. The default is an hour.
// WebSockets are not ended by it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
const clientKeepAlive = time.Minute

// LoadBalancerOptions describes the load balancer of one region.
type LoadBalancerOptions struct {
	// HealthPath is the path that the load balancer requests from every web server,
	// as "/healthz"; it must answer 200. Required.
	HealthPath string

	// Certificate, of the load balancer's own region, makes the listener HTTPS
	// on port 443. Default: HTTP on port 80.
	Certificate awscertificatemanager.ICertificate

	// RedirectHTTP redirects visitors from port 80 to port 443. Default: port 80 is
	// closed when there is a certificate.
	RedirectHTTP bool

	// Origin closes the listener to all but one CloudFront distribution.
	// Default: it is open to everybody.
	Origin *OriginLock

	// IdleTimeout is how long an idle connection stays open, in whole seconds. It
	// must be longer than the other side's, which would otherwise send requests into
	// connections that have just been closed. Default, and least: 60 s.
	IdleTimeout time.Duration

	// IPv6 gives the load balancer IPv6 addresses too; the network must be
	// dual-stack. Default: IPv4 only.
	IPv6 bool

	// DeletionProtection refuses to delete the load balancer. Default: false.
	DeletionProtection bool

	// Logs is the bucket, of the same region, for a line about every request.
	// Default: no log.
	Logs awss3.IBucket
}

// LoadBalancerProps describes the load balancer of one region, and what it stands
// between.
type LoadBalancerProps struct {
	LoadBalancerOptions

	// Vpc is the network; the load balancer stands in its public subnets.
	// Required.
	Vpc awsec2.IVpc

	// Target is the group of web servers, reached by HTTP on port 80. Required.
	Target elb.IApplicationLoadBalancerTarget
}

// LoadBalancer is an internet-facing Application Load Balancer, its listeners
// and its target group.
type LoadBalancer struct {
	constructs.Construct

	// LoadBalancer is the load balancer itself.
	LoadBalancer elb.ApplicationLoadBalancer

	// TargetGroup holds the web servers.
	TargetGroup elb.ApplicationTargetGroup

	// Listener is the one that forwards to them.
	Listener elb.ApplicationListener
}

// NewLoadBalancer makes the load balancer of one region. It panics when Origin
// comes with RedirectHTTP: the prefix list fills a security group with one port.
func NewLoadBalancer(scope constructs.Construct, id string, props *LoadBalancerProps) *LoadBalancer {
	require(id, "Vpc", props.Vpc)
	require(id, "Target", props.Target)
	require(id, "HealthPath", props.HealthPath)
	if props.Origin != nil {
		require(id, "Origin.PrefixList", props.Origin.PrefixList)
		require(id, "Origin.Secrets", props.Origin.Secrets)
	}
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
		IdleTimeout:        duration(max(props.IdleTimeout, idleTimeout)),
		ClientKeepAlive:    duration(clientKeepAlive),
		// Request smuggling uses headers that the load balancer and the servers
		// understand differently.
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
		// Two answers 10 s apart decide: after half a minute at most, a dead server gets
		// no more requests and a recovered one gets them again.
		HealthCheck: &elb.HealthCheck{
			Protocol:                elb.Protocol_HTTP,
			Path:                    &props.HealthPath,
			HealthyHttpCodes:        jsii.String("200"),
			Interval:                duration(10 * time.Second),
			Timeout:                 duration(5 * time.Second),
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
