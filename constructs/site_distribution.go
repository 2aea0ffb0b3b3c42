package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The ids of the distribution's origins, by which the edge function calls them.
const (
	homeOriginID    = "home"
	standbyOriginID = "standby"
)

// Where there is another region to ask, one that takes no connection is given
// up after twice two seconds, instead of CloudFront's three times ten. One that
// takes it and says nothing costs the response timeout, 30 s, each time: a
// shorter one would cut off slow writes too.
const (
	connectionAttempts       = 2
	connectionTimeoutSeconds = 2
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
	distribution := &awscloudfront.DistributionProps{
		Comment:                jsii.Sprintf("%s: the site", props.HostNames[0]),
		DomainNames:            jsii.Strings(props.HostNames...),
		Certificate:            props.Certificate,
		MinimumProtocolVersion: awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021,
		DefaultBehavior:        d.behavior(props),
		ErrorResponses:         errorResponses(props.ErrorCachingSeconds, 500, 502, 503, 504),
		EnableIpv6:             &props.IPv6,
		HttpVersion:            httpVersion(props.HTTP3),
		// A class that leaves regions out costs visitors near home half a second
		// a request.
		PriceClass: awscloudfront.PriceClass_PRICE_CLASS_ALL,
	}
	if props.WebACL != "" {
		distribution.WebAclId = &props.WebACL
	}
	if props.Logs != nil {
		distribution.EnableLogging = jsii.Bool(true)
		distribution.LogBucket = props.Logs
		distribution.LogFilePrefix = jsii.String("site-distribution/")
	}
	d.Distribution = awscloudfront.NewDistribution(d.Construct, jsii.String("Distribution"), distribution)
	if props.Standby != "" {
		d.addStandbyOrigin(props)
	}
	acknowledge(d.Distribution, "AwsSolutions-CFR1", servesAll)
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
				Comment: jsii.String("Retries reads at the standby"),
				Runtime: awscloudfront.FunctionRuntime_JS_2_0(),
				Code:    awscloudfront.FunctionCode_FromInline(&props.EdgeFunction),
			}),
		}}
	}
	return behavior
}

// homeOrigin is the home load balancer.
func homeOrigin(props *SiteDistributionProps) awscloudfront.IOrigin {
	origin := &awscloudfrontorigins.HttpOriginProps{
		OriginId:         jsii.String(homeOriginID),
		ProtocolPolicy:   awscloudfront.OriginProtocolPolicy_HTTP_ONLY,
		KeepaliveTimeout: awscdk.Duration_Seconds(&props.KeepAliveSeconds),
	}
	if props.OriginTLS {
		origin.ProtocolPolicy = awscloudfront.OriginProtocolPolicy_HTTPS_ONLY
		origin.OriginSslProtocols = &[]awscloudfront.OriginSslPolicy{awscloudfront.OriginSslPolicy_TLS_V1_2}
	}
	if props.OriginSecret != "" {
		origin.CustomHeaders = &map[string]*string{OriginSecretHeader: &props.OriginSecret}
	}
	if props.Standby != "" {
		origin.ConnectionAttempts = jsii.Number(connectionAttempts)
		origin.ConnectionTimeout = awscdk.Duration_Seconds(jsii.Number(connectionTimeoutSeconds))
	}
	return awscloudfrontorigins.NewHttpOrigin(&props.Home, origin)
}

// addStandbyOrigin adds the origin that only the edge function names. The L2
// adds an origin for a behaviour only, and a behaviour with a group of origins
// cannot take writes. With a second behaviour, the L2 would have a second
// origin of its own, and this one would have to be the third.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func (d *SiteDistribution) addStandbyOrigin(props *SiteDistributionProps) {
	distribution := d.Distribution.Node().DefaultChild().(awscloudfront.CfnDistribution)
	distribution.AddPropertyOverride(jsii.String("DistributionConfig.Origins.1"), map[string]any{
		"Id":                 standbyOriginID,
		"DomainName":         props.Standby,
		"ConnectionAttempts": connectionAttempts,
		"ConnectionTimeout":  connectionTimeoutSeconds,
		"CustomOriginConfig": map[string]any{
			"OriginProtocolPolicy":   "https-only",
			"OriginSSLProtocols":     []string{"TLSv1.2"},
			"OriginKeepaliveTimeout": props.KeepAliveSeconds,
		},
	})
}

// errorResponses sets how long answers with these statuses are repeated.
func errorResponses(seconds float64, statuses ...float64) *[]*awscloudfront.ErrorResponse {
	var responses []*awscloudfront.ErrorResponse
	for _, status := range statuses {
		responses = append(responses, &awscloudfront.ErrorResponse{
			HttpStatus: jsii.Number(status),
			Ttl:        awscdk.Duration_Seconds(jsii.Number(seconds)),
		})
	}
	return &responses
}
