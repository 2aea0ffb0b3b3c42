package constructs

import (
	"fmt"
	"hash/fnv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
)

// OriginLock lets one CloudFront distribution in, and nobody else.
type OriginLock struct {
	// PrefixList is the id of CloudFront's managed prefix list in the region, as
	// "pl-22a6434b". It lets every distribution in the world in, hence Secrets. It
	// counts as 55 of a security group's 60 rules, so it can open one port only.
	// Required.
	// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
	PrefixList string

	// Secrets are the values of which the distribution has to send one. Required.
	Secrets *OriginSecrets
}

// addListeners adds the listener that forwards to the web servers, which it
// returns, and with RedirectHTTP the one that redirects to it.
func (l *LoadBalancer) addListeners(props *LoadBalancerProps) elb.ApplicationListener {
	if props.Origin == nil && !props.IngressApart {
		acknowledge(l.LoadBalancer.Node().FindChild(jsii.String("SecurityGroup")), "AwsSolutions-EC23", openToAll)
	}
	if props.Certificate == nil {
		return l.addForward("Http", 80, &elb.BaseApplicationListenerProps{}, props)
	}
	listener := l.addForward("Https", 443, &elb.BaseApplicationListenerProps{
		Certificates: &[]elb.IListenerCertificate{props.Certificate},
		// TLS 1.2 and 1.3, forward secrecy, no CBC, post-quantum key exchange.
		SslPolicy: elb.SslPolicy_TLS13_12_RES_PQ,
	}, props)
	l.addRedirects(listener, props)
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

// The priorities of the rules. They differ, because the rules of what comes and of
// what goes are there together during a deployment, and a listener refuses a
// priority that it has. A secret's, or a redirected host's, follows from its name, so
// that no other that comes or goes changes it.
const (
	unredirectedPriority = 1
	openPriority         = 2
	namePriorities       = 100 // and above: AWS's greatest is 50000
)

func namePriority(name string) int {
	hash := fnv.New32a()
	hash.Write([]byte(name))
	return namePriorities + int(hash.Sum32()%49_000)
}

// addForward adds a listener that forwards to the web servers. With an origin lock,
// it answers 403 to requests without one of the secrets.
//
// Each secret has a rule of its own. CloudFormation makes a new secret's rule before
// it changes the distribution, which depends on it, and deletes the rule of one that
// is gone when all else is done: CloudFront never sends what no rule accepts. One
// rule for all would change at once.
func (l *LoadBalancer) addForward(id string, port float64, listener *elb.BaseApplicationListenerProps, props *LoadBalancerProps) elb.ApplicationListener {
	forward := elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{l.TargetGroup}, nil)
	if props.Origin == nil && !props.ForwardByRule {
		listener.DefaultAction = forward
		return l.addListener(id, port, listener, props)
	}
	listener.DefaultAction = elb.ListenerAction_FixedResponse(jsii.Number(403), &elb.FixedResponseOptions{
		ContentType: jsii.String("text/plain"),
		MessageBody: jsii.String("Forbidden"),
	})
	closed := l.addListener(id, port, listener, props)
	rule := func(id string, priority int, condition elb.ListenerCondition) {
		closed.AddAction(&id, &elb.AddApplicationActionProps{
			Priority: jsii.Number(priority), Conditions: &[]elb.ListenerCondition{condition}, Action: forward,
		})
	}
	if props.Origin == nil {
		rule("FromEverybody", openPriority, elb.ListenerCondition_PathPatterns(jsii.Strings("/*")))
		return closed
	}
	taken := map[int]string{}
	for i, value := range props.Origin.Secrets.Values() {
		name := props.Origin.Secrets.names[i]
		if other, ok := taken[namePriority(name)]; ok {
			panic(fmt.Sprintf("%s: the secrets %q and %q would have rules of one priority: give one of them another name", *l.Node().Id(), other, name))
		}
		taken[namePriority(name)] = name
		rule("FromDistribution-"+name, namePriority(name), elb.ListenerCondition_HttpHeader(jsii.String(OriginSecretHeader), jsii.Strings(value)))
	}
	return closed
}

// addListener adds a listener and opens its port: to everybody, or with an origin
// lock to CloudFront. The CDK derives the protocol from the port.
func (l *LoadBalancer) addListener(id string, port float64, listener *elb.BaseApplicationListenerProps, props *LoadBalancerProps) elb.ApplicationListener {
	open := func(peer awsec2.IPeer, who string) {
		description := jsii.Sprintf("%s to port %v", who, port)
		if props.Origin == nil && props.IngressApart {
			l.openApart(peer, port, description)
			return
		}
		l.LoadBalancer.Connections().AllowFrom(peer, awsec2.Port_Tcp(&port), description)
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

// openApart opens a port by a resource of its own.
func (l *LoadBalancer) openApart(peer awsec2.IPeer, port float64, description *string) {
	group := l.LoadBalancer.Node().FindChild(jsii.String("SecurityGroup")).(awsec2.SecurityGroup)
	props := &awsec2.CfnSecurityGroupIngressProps{
		GroupId: group.SecurityGroupId(), IpProtocol: jsii.String("tcp"), FromPort: &port, ToPort: &port, Description: description,
	}
	family := "4"
	if source := peer.UniqueId(); *source == "::/0" {
		props.CidrIpv6, family = source, "6"
	} else {
		props.CidrIp = source
	}
	rule := awsec2.NewCfnSecurityGroupIngress(group, jsii.Sprintf("Everybody%sTo%v", family, port), props)
	acknowledge(rule, "AwsSolutions-EC23", openToAll)
}

const openToAll = "Visitors come to this load balancer themselves, from anywhere."
