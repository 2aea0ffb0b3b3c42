package constructs

import (
	"cmp"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
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

	// Redirects are the host names that only redirect, each with the one to which it
	// leads. GET and HEAD are redirected; all else is forwarded, as a load balancer
	// redirects with 301 and 302 only, for which a browser makes a GET of a POST.
	// Default: none.
	Redirects map[string]string

	// UnredirectedPath is a path of these names that is forwarded, as "/healthz".
	// Required with Redirects.
	UnredirectedPath string

	// Origin closes the listener to all but one CloudFront distribution.
	// Default: it is open to everybody.
	Origin *OriginLock

	// ForwardByRule has the listener answer 403, and a rule forward every request
	// all the same. An origin lock can then come, and go, while visitors are served:
	// its rule and this one stand side by side until CloudFront sends the secret.
	// With an origin lock it changes nothing. Default: false, the listener forwards.
	ForwardByRule bool

	// IngressApart opens each port by a resource of its own, not in the security group:
	// CloudFormation opens a new port before anything uses it, and closes an old one
	// when all else is done. Rules in the group itself change at once. A prefix list's
	// rule always is apart. Default: false.
	IngressApart bool

	// IdleTimeout is how long an idle connection stays open, in whole seconds. It
	// must be longer than the other side's, which would otherwise send requests into
	// connections that have just been closed. Default, and least: 60 s.
	IdleTimeout time.Duration

	// IPv6 gives the load balancer IPv6 addresses too; the network must be
	// dual-stack. Default: IPv4 only.
	IPv6 bool

	// ZonalShift lets a zonal shift lead visitors away from a zone. Default: false.
	ZonalShift bool

	// DeletionProtection refuses to delete the load balancer. Default: false.
	DeletionProtection bool

	// Logs is the bucket, of the same region, for a line about every request.
	// Default: no log.
	Logs awss3.IBucket

	// Port is the port of the web servers. Default: 80.
	Port int

	// Drain is how long a server that leaves may finish its requests, in whole
	// seconds. Default: 0s, it is cut off at once.
	Drain time.Duration

	// Sticky is how long a visitor stays with one server, by a cookie, in whole
	// seconds. Default: 0s, each request goes to any server.
	Sticky time.Duration
}

// LoadBalancerProps describes the load balancer of one region, and what it stands
// between.
type LoadBalancerProps struct {
	LoadBalancerOptions

	// Vpc is the network; the load balancer stands in its public subnets.
	// Required.
	Vpc awsec2.IVpc

	// Target is the group of web servers, reached by HTTP. Required.
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
	if len(props.Redirects) > 0 {
		requireWith(id, "Redirects", "UnredirectedPath", props.UnredirectedPath)
		if props.Origin != nil || props.ForwardByRule {
			panic(id + ": redirects beside rules that forward would be passed over: leave one of them out")
		}
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
	// False is said too: an attribute that leaves the template stays as it is.
	l.LoadBalancer.SetAttribute(jsii.String("zonal_shift.config.enabled"), jsii.String(strconv.FormatBool(props.ZonalShift)))
	l.closeOutbound(props.IPv6)
	if props.Logs != nil {
		l.logRequests(props.Logs)
	}
	l.TargetGroup = l.newTargetGroup(props)
	l.Listener = l.addListeners(props)
	return l
}

// closeOutbound leads the load balancer's own outbound rules nowhere. A group without rules of its own gets two that allow
// everything, and CloudFormation does not promise to take them away for the rule that leads to the web servers, which is a
// resource apart.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
func (l *LoadBalancer) closeOutbound(ipv6 bool) {
	nowhere := []map[string]any{{"CidrIp": "127.0.0.1/32", "IpProtocol": "-1", "Description": "Nowhere, instead of everywhere"}}
	if ipv6 {
		nowhere = append(nowhere, map[string]any{"CidrIpv6": "::1/128", "IpProtocol": "-1", "Description": "Nowhere, instead of everywhere"})
	}
	group := l.LoadBalancer.Connections().SecurityGroups()
	(*group)[0].Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("SecurityGroupEgress"), nowhere)
}

// logRequests does what the CDK's LogAccessLogs does, which lets AWS's log delivery write for anybody's load balancer. The
// load balancer itself writes by an account of Elastic Load Balancing's, which has no condition: its path names ours.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
func (l *LoadBalancer) logRequests(bucket awss3.IBucket) {
	const prefix = "load-balancer"
	l.LoadBalancer.SetAttribute(jsii.String("access_logs.s3.enabled"), jsii.String("true"))
	l.LoadBalancer.SetAttribute(jsii.String("access_logs.s3.bucket"), bucket.BucketName())
	l.LoadBalancer.SetAttribute(jsii.String("access_logs.s3.prefix"), jsii.String(prefix))
	files := bucket.ArnForObjects(jsii.Sprintf("%s/AWSLogs/%s/*", prefix, *awscdk.Aws_ACCOUNT_ID()))
	delivery := awsiam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil)
	let := func(principal awsiam.IPrincipal, action, on string, equals map[string]any) {
		var conditions *map[string]any
		if equals != nil {
			equals["aws:SourceAccount"] = awscdk.Aws_ACCOUNT_ID()
			conditions = &map[string]any{"StringEquals": equals}
		}
		bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{principal}, Actions: &[]*string{&action}, Resources: &[]*string{&on}, Conditions: conditions,
		}))
	}
	let(writesLogs(bucket), "s3:PutObject", *files, nil)
	let(delivery, "s3:PutObject", *files, map[string]any{"s3:x-amz-acl": "bucket-owner-full-control"})
	let(delivery, "s3:GetBucketAcl", *bucket.BucketArn(), map[string]any{})
	// The load balancer tries to write when logging is switched on.
	l.LoadBalancer.Node().AddDependency(bucket.Policy())
}

// writesLogs is who writes the log of a load balancer of the bucket's region.
func writesLogs(bucket awss3.IBucket) awsiam.IPrincipal {
	account := regioninfo.RegionInfo_Get(awscdk.Stack_Of(bucket).Region()).Elbv2Account()
	if account == nil {
		return awsiam.NewServicePrincipal(jsii.String("logdelivery.elasticloadbalancing.amazonaws.com"), nil)
	}
	return awsiam.NewAccountPrincipal(account)
}

func (l *LoadBalancer) newTargetGroup(props *LoadBalancerProps) elb.ApplicationTargetGroup {
	group := &elb.ApplicationTargetGroupProps{
		Vpc:      props.Vpc,
		Protocol: elb.ApplicationProtocol_HTTP,
		Port:     jsii.Number(cmp.Or(props.Port, defaultPort)),
		Targets:  &[]elb.IApplicationLoadBalancerTarget{props.Target},
		// Said always: an attribute that leaves the template stays as it is.
		DeregistrationDelay: duration(props.Drain),
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
	}
	if props.Sticky > 0 {
		group.StickinessCookieDuration = duration(props.Sticky)
	}
	return elb.NewApplicationTargetGroup(l.Construct, jsii.String("TargetGroup"), group)
}

// defaultPort is the port of HTTP.
const defaultPort = 80

func ipAddressType(ipv6 bool) elb.IpAddressType {
	if ipv6 {
		return elb.IpAddressType_DUAL_STACK
	}
	return elb.IpAddressType_IPV4
}
