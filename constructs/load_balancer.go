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

// OriginLock is what tells our distribution from everybody else.
type OriginLock struct {
	// PrefixList is the id of CloudFront's managed prefix list in the region.
	// It lets every distribution in the world through, hence Secrets. It counts
	// 55 of a security group's 60 rules, so it opens one port only.
	// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
	PrefixList string

	// Secrets are what the distribution may say to be let in.
	Secrets *OriginSecrets
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
	l.addListeners(props)
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

func (l *LoadBalancer) addListeners(props *LoadBalancerProps) {
	if props.Certificate == nil {
		l.open(props, 80)
		l.Listener = l.addForward("Http", elb.ApplicationProtocol_HTTP, props)
		return
	}
	l.open(props, 443)
	l.Listener = l.addForward("Https", elb.ApplicationProtocol_HTTPS, props)
	if props.RedirectHTTP {
		l.open(props, 80)
		l.LoadBalancer.AddListener(jsii.String("Http"), &elb.BaseApplicationListenerProps{
			Protocol: elb.ApplicationProtocol_HTTP,
			Open:     jsii.Bool(false), // l.open says who may come in
			DefaultAction: elb.ListenerAction_Redirect(&elb.RedirectOptions{
				Protocol:  jsii.String("HTTPS"),
				Port:      jsii.String("443"),
				Permanent: jsii.Bool(true),
			}),
		})
	}
}

// addForward adds the listener that leads to the web servers: for everybody,
// or for those who know one of the secrets.
func (l *LoadBalancer) addForward(id string, protocol elb.ApplicationProtocol, props *LoadBalancerProps) elb.ApplicationListener {
	forward := elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{l.TargetGroup}, nil)
	listener := &elb.BaseApplicationListenerProps{
		Protocol:      protocol,
		Open:          jsii.Bool(false), // l.open says who may come in
		DefaultAction: forward,
	}
	if props.Certificate != nil {
		listener.Certificates = &[]elb.IListenerCertificate{props.Certificate}
		// TLS 1.2 and 1.3, forward secrecy, no CBC, post-quantum key exchange.
		listener.SslPolicy = elb.SslPolicy_TLS13_12_RES_PQ
	}
	if props.Origin == nil {
		return l.LoadBalancer.AddListener(&id, listener)
	}
	listener.DefaultAction = elb.ListenerAction_FixedResponse(jsii.Number(403), &elb.FixedResponseOptions{
		ContentType: jsii.String("text/plain"),
		MessageBody: jsii.String("Forbidden"),
	})
	locked := l.LoadBalancer.AddListener(&id, listener)
	locked.AddAction(jsii.String("FromDistribution"), &elb.AddApplicationActionProps{
		Priority: jsii.Number(1),
		Conditions: &[]elb.ListenerCondition{
			elb.ListenerCondition_HttpHeader(jsii.String(OriginSecretHeader), jsii.Strings(props.Origin.Secrets.Values()...)),
		},
		Action: forward,
	})
	return locked
}

// open lets visitors, or CloudFront alone, reach a port. AddListener would let
// in the whole world.
func (l *LoadBalancer) open(props *LoadBalancerProps, port float64) {
	from := func(peer awsec2.IPeer, who string) {
		l.LoadBalancer.Connections().AllowFrom(peer, awsec2.Port_Tcp(&port), jsii.Sprintf("%s to port %v", who, port))
	}
	if props.Origin != nil {
		from(awsec2.Peer_PrefixList(&props.Origin.PrefixList), "CloudFront")
		return
	}
	if port == 443 || props.Certificate == nil { // once
		acknowledge(l.LoadBalancer.Node().FindChild(jsii.String("SecurityGroup")), "AwsSolutions-EC23",
			"Visitors come to this load balancer themselves, from anywhere.")
	}
	from(awsec2.Peer_AnyIpv4(), "Everybody")
	if props.IPv6 {
		from(awsec2.Peer_AnyIpv6(), "Everybody by IPv6")
	}
}

func ipAddressType(ipv6 bool) elb.IpAddressType {
	if ipv6 {
		return elb.IpAddressType_DUAL_STACK
	}
	return elb.IpAddressType_IPV4
}
