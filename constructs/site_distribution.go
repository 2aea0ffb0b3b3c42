package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// SiteDistributionProps describes the distribution that visitors reach.
type SiteDistributionProps struct {
	// HostNames are the names visitors use, as "www.example.com". Required.
	HostNames []string

	// Certificate, of us-east-1, covers HostNames. Required.
	Certificate awscertificatemanager.ICertificate

	// Home is the name of the home load balancer. Required.
	Home string

	// Standby is the name of the standby load balancer, at which reads are
	// retried; it must answer HTTPS. Default: reads are not retried.
	Standby string

	// EdgeFunction is the code that decides which requests are retried, for
	// runtime cloudfront-js-2.0. Required with Standby.
	EdgeFunction string

	// OriginTLS reaches the home load balancer by HTTPS on port 443; its
	// certificate must cover Home. Default: HTTP on port 80.
	OriginTLS bool

	// OriginSecret is shown to the home load balancer. Default: nothing is.
	OriginSecret string

	// KeepAliveSeconds is how long an idle connection to a load balancer is
	// kept: 1 to 120. Required.
	KeepAliveSeconds float64

	// ErrorCachingSeconds is how long an answer 500, 502, 503 or 504 is
	// repeated. CloudFront's own default, 10, prolongs every outage and blurs
	// the health check. Default: 0.
	ErrorCachingSeconds float64

	// SecurityHeaders adds security headers to answers that lack them. Default:
	// none is added.
	SecurityHeaders bool

	// IPv6 serves visitors by IPv6 too. Default: IPv4 only.
	IPv6 bool

	// HTTP3 offers HTTP/3 beside HTTP/2. Default: HTTP/2.
	HTTP3 bool

	// WebACL is the ARN of a web ACL for distributions. Default: none stands
	// before it.
	WebACL string

	// Logs is the bucket for a line about every request. Default: no log.
	Logs awss3.IBucket
}

// SiteDistribution is the CloudFront distribution in front of the home load
// balancer: it caches nothing and forwards everything.
type SiteDistribution struct {
	constructs.Construct

	// Distribution is the distribution itself.
	Distribution awscloudfront.Distribution
}

// NewSiteDistribution makes the distribution that visitors reach.
func NewSiteDistribution(scope constructs.Construct, id string, props *SiteDistributionProps) *SiteDistribution {
	d := &SiteDistribution{Construct: constructs.NewConstruct(scope, &id)}
	distribution := awscloudfront.DistributionProps{
		Comment:         jsii.Sprintf("%s: the site", props.HostNames[0]),
		DomainNames:     jsii.Strings(props.HostNames...),
		Certificate:     props.Certificate,
		DefaultBehavior: d.behavior(props),
		ErrorResponses:  errorResponses(props.ErrorCachingSeconds, 500, 502, 503, 504),
		EnableIpv6:      &props.IPv6,
		HttpVersion:     httpVersion(props.HTTP3),
	}
	if props.WebACL != "" {
		distribution.WebAclId = &props.WebACL
	}
	d.Distribution = newDistribution(d.Construct, distribution, props.Logs, "site-distribution/")
	if props.Standby != "" {
		addStandbyOrigin(d.Distribution, props)
	}
	if props.WebACL == "" {
		acknowledge(d.Distribution, "AwsSolutions-CFR2",
			"A web ACL is paid for by the month, whatever it refuses: whoever describes a small site may decide against it.")
	}
	return d
}

func (d *SiteDistribution) behavior(props *SiteDistributionProps) *awscloudfront.BehaviorOptions {
	behavior := &awscloudfront.BehaviorOptions{
		Origin:               homeOrigin(props),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
		OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER(),
		// CloudFront compresses nothing that it does not cache: the web server
		// does. The article ticks the box, so it is ticked.
		Compress: jsii.Bool(true),
	}
	if props.SecurityHeaders {
		behavior.ResponseHeadersPolicy = newSecurityHeaders(d.Construct, "SecurityHeaders")
	}
	if props.Standby != "" {
		behavior.FunctionAssociations = &[]*awscloudfront.FunctionAssociation{{
			EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
			Function: awscloudfront.NewFunction(d.Construct, jsii.String("ReadFailover"), &awscloudfront.FunctionProps{
				FunctionName: uniqueName(d.Construct),
				Comment:      jsii.String("Retries reads at the standby"),
				Runtime:      awscloudfront.FunctionRuntime_JS_2_0(),
				Code:         awscloudfront.FunctionCode_FromInline(&props.EdgeFunction),
			}),
		}}
	}
	return behavior
}
