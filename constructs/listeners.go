package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
)

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

// addListeners adds the listener that leads to the web servers, which it
// returns, and the one that redirects to it.
func (l *LoadBalancer) addListeners(props *LoadBalancerProps) elb.ApplicationListener {
	if props.Origin == nil {
		acknowledge(l.LoadBalancer.Node().FindChild(jsii.String("SecurityGroup")), "AwsSolutions-EC23",
			"Visitors come to this load balancer themselves, from anywhere.")
	}
	if props.Certificate == nil {
		return l.addForward("Http", 80, &elb.BaseApplicationListenerProps{}, props)
	}
	listener := l.addForward("Https", 443, &elb.BaseApplicationListenerProps{
		Certificates: &[]elb.IListenerCertificate{props.Certificate},
		// TLS 1.2 and 1.3, forward secrecy, no CBC, post-quantum key exchange.
		SslPolicy: elb.SslPolicy_TLS13_12_RES_PQ,
	}, props)
	if props.RedirectHTTP {
		l.addListener("Http", 80, &elb.BaseApplicationListenerProps{
			DefaultAction: elb.ListenerAction_Redirect(&elb.RedirectOptions{
				Protocol:  jsii.String("HTTPS"),
				Port:      jsii.String("443"),
				Permanent: jsii.Bool(true),
			}),
		}, props)
	}
	return listener
}

// addForward adds a listener that leads to the web servers: everybody, or those
// who know one of the secrets.
func (l *LoadBalancer) addForward(id string, port float64, listener *elb.BaseApplicationListenerProps, props *LoadBalancerProps) elb.ApplicationListener {
	forward := elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{l.TargetGroup}, nil)
	if props.Origin == nil {
		listener.DefaultAction = forward
		return l.addListener(id, port, listener, props)
	}
	listener.DefaultAction = elb.ListenerAction_FixedResponse(jsii.Number(403), &elb.FixedResponseOptions{
		ContentType: jsii.String("text/plain"),
		MessageBody: jsii.String("Forbidden"),
	})
	locked := l.addListener(id, port, listener, props)
	locked.AddAction(jsii.String("FromDistribution"), &elb.AddApplicationActionProps{
		Priority: jsii.Number(1),
		Conditions: &[]elb.ListenerCondition{
			elb.ListenerCondition_HttpHeader(jsii.String(OriginSecretHeader), jsii.Strings(props.Origin.Secrets.Values()...)),
		},
		Action: forward,
	})
	return locked
}

// addListener adds a listener whose port visitors, or CloudFront alone, can
// reach. Its protocol is the port's.
func (l *LoadBalancer) addListener(id string, port float64, listener *elb.BaseApplicationListenerProps, props *LoadBalancerProps) elb.ApplicationListener {
	open := func(peer awsec2.IPeer, who string) {
		l.LoadBalancer.Connections().AllowFrom(peer, awsec2.Port_Tcp(&port), jsii.Sprintf("%s to port %v", who, port))
	}
	if props.Origin != nil {
		open(awsec2.Peer_PrefixList(&props.Origin.PrefixList), "CloudFront")
	} else {
		open(awsec2.Peer_AnyIpv4(), "Everybody")
		if props.IPv6 {
			open(awsec2.Peer_AnyIpv6(), "Everybody by IPv6")
		}
	}
	listener.Port = &port
	listener.Open = jsii.Bool(false) // or it would open the port to the whole world
	return l.LoadBalancer.AddListener(&id, listener)
}
