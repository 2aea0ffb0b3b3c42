package constructs

import (
	"time"

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

	// OriginSecret is sent to the home load balancer in the header
	// [OriginSecretHeader]. Default: the header is not sent.
	OriginSecret string

	// KeepAlive is how long CloudFront keeps an idle connection to a load balancer
	// open: whole seconds, 1 s to 120 s. Required.
	KeepAlive time.Duration

	// ErrorCaching is how long an answer 500, 502, 503 or 504 is cached, in whole
	// seconds. CloudFront's own default, 10 s, prolongs every outage, and health
	// checkers would see cached answers too. Default: 0 s.
	ErrorCaching time.Duration

	// SecurityHeaders adds security headers to answers that lack them. Default:
	// none is added.
	SecurityHeaders bool

	// IPv6 serves visitors by IPv6 too. Default: IPv4 only.
	IPv6 bool

	// HTTP3 offers HTTP/3 beside HTTP/2. Default: HTTP/2.
	HTTP3 bool

	// WebACL is the ARN of a web ACL for distributions. Default: none.
	WebACL string

	// Logs is the bucket for a line about every request. Default: no log.
	Logs awss3.IBucket
}

// NewSiteDistribution makes the distribution that visitors reach, in front of the
// home load balancer. It caches nothing and forwards everything.
func NewSiteDistribution(scope constructs.Construct, id string, props *SiteDistributionProps) awscloudfront.Distribution {
	require(id, "HostNames", props.HostNames)
	require(id, "Certificate", props.Certificate)
	require(id, "Home", props.Home)
	require(id, "KeepAlive", props.KeepAlive)
	if props.Standby != "" {
		requireWith(id, "Standby", "EdgeFunction", props.EdgeFunction)
	}
	scope = constructs.NewConstruct(scope, &id)
	settings := awscloudfront.DistributionProps{
		Comment:         jsii.Sprintf("%s: the site", props.HostNames[0]),
		DomainNames:     jsii.Strings(props.HostNames...),
		Certificate:     props.Certificate,
		DefaultBehavior: siteBehavior(scope, props),
		ErrorResponses:  errorResponses(props.ErrorCaching, 500, 502, 503, 504),
		EnableIpv6:      &props.IPv6,
		HttpVersion:     httpVersion(props.HTTP3),
	}
	if props.WebACL != "" {
		settings.WebAclId = &props.WebACL
	}
	distribution := newDistribution(scope, settings, props.Logs, "site-distribution/")
	if props.Standby != "" {
		addStandbyOrigin(distribution, props)
	}
	if props.WebACL == "" {
		acknowledge(distribution, "AwsSolutions-CFR2",
			"A web ACL is paid for by the month, whatever it refuses: whoever describes a small site may decide against it.")
	}
	return distribution
}

// siteBehavior is what CloudFront does with every request.
func siteBehavior(scope constructs.Construct, props *SiteDistributionProps) *awscloudfront.BehaviorOptions {
	behavior := &awscloudfront.BehaviorOptions{
		Origin:               homeOrigin(props),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
		OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER(),
		// It has no effect without caching: the web server compresses. The article
		// ticks the box, so it is ticked here.
		Compress: jsii.Bool(true),
	}
	if props.SecurityHeaders {
		behavior.ResponseHeadersPolicy = newSecurityHeaders(scope, "SecurityHeaders")
	}
	if props.Standby != "" {
		behavior.FunctionAssociations = &[]*awscloudfront.FunctionAssociation{{
			EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
			Function: awscloudfront.NewFunction(scope, jsii.String("ReadFailover"), &awscloudfront.FunctionProps{
				FunctionName: uniqueName(scope),
				Comment:      jsii.String("Retries reads at the standby"),
				Runtime:      awscloudfront.FunctionRuntime_JS_2_0(),
				Code:         awscloudfront.FunctionCode_FromInline(&props.EdgeFunction),
			}),
		}}
	}
	return behavior
}
