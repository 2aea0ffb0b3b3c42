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

	// Home is the name of the home load balancer: one that never moves, or the
	// health check would call a dead region healthy. Required.
	Home string

	// Standby is the name of the standby load balancer, which must answer HTTPS.
	// StandbyCheck needs it too. Required with ReadFunction.
	Standby string

	// Serving is a name that leads to the load balancer that serves. Everything
	// goes there but what HealthPath says. Default: everything goes to Home.
	Serving string

	// HealthPath is the path by which health checkers ask for the home region, as
	// "/healthz". It leads to Home, whatever the rest does, and takes GET and HEAD
	// only. ReadFunction and CachePaths need it too. Required with Serving.
	HealthPath string

	// ReadFunction is the code, for runtime cloudfront-js-2.0, that groups the
	// origins of reads: [ReadsOriginID], or [HomeOriginID] without Serving, and
	// [StandbyOriginID]. Default: reads go where all goes.
	ReadFunction string

	// RedirectFunction is the code, for the same runtime, that answers hosts which only
	// redirect. With ReadFunction, that has to do it: a request meets one function.
	// Default: none does.
	RedirectFunction string

	// StandbyCheck is a path that leads to Standby. Default: none does.
	StandbyCheck *StandbyCheck

	// CachePaths are patterns of paths whose answers CloudFront keeps as their
	// Cache-Control says, as "/news/*". Default: nothing is kept.
	CachePaths []string

	// OriginTLS reaches the home load balancer by HTTPS on port 443; its
	// certificate must cover Home, or the names that visitors use. Default: HTTP on
	// port 80. Required with Serving.
	OriginTLS bool

	// ViewerAddress sends the visitor's address and port to the servers in
	// CloudFront-Viewer-Address, which a visitor cannot forge, with CloudFront's
	// other headers. Default: what the visitor sends is all they get.
	ViewerAddress bool

	// OriginSecret is sent to Home and Serving in the header
	// [OriginSecretHeader]. Default: the header is not sent.
	OriginSecret string

	// ForwardedSecret is sent to Standby and Serving in the header
	// [ForwardedSecretHeader]. Default: the header is not sent.
	ForwardedSecret string

	// ResponseTimeout is how long an answer may stay silent, in whole seconds: 1 s
	// to 120 s. Required.
	ResponseTimeout time.Duration

	// ReadTimeout is how long a read may stay silent at Serving before Standby is
	// asked, in whole seconds: 1 s to ResponseTimeout. Required with ReadFunction.
	ReadTimeout time.Duration

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

// A StandbyCheck is how health checkers ask for the standby through CloudFront.
type StandbyCheck struct {
	// Path is the path that they ask for. Required.
	Path string

	// Function is the code, for runtime cloudfront-js-2.0, that turns it into the
	// path that the standby knows. Required.
	Function string
}

// NewSiteDistribution makes the distribution that visitors reach, in front of the
// load balancers. Beyond CachePaths, it caches
// nothing and forwards everything.
func NewSiteDistribution(scope constructs.Construct, id string, props *SiteDistributionProps) awscloudfront.Distribution {
	requireSiteDistribution(id, props)
	scope = constructs.NewConstruct(scope, &id)
	home := homeOrigin(props)
	behavior := siteBehavior(scope, props)
	behavior.Origin = home
	if props.Serving != "" {
		behavior.Origin = servingOrigin(props)
	}
	settings := awscloudfront.DistributionProps{
		Comment:         jsii.Sprintf("%s: the site", props.HostNames[0]),
		DomainNames:     jsii.Strings(props.HostNames...),
		Certificate:     props.Certificate,
		DefaultBehavior: behavior,
		ErrorResponses:  errorResponses(props.ErrorCaching, 500, 502, 503, 504),
		EnableIpv6:      &props.IPv6,
		HttpVersion:     httpVersion(props.HTTP3),
	}
	if props.WebACL != "" {
		settings.WebAclId = &props.WebACL
	}
	distribution := newDistribution(scope, settings, props.Logs, "site-distribution/")
	if props.failsOver() || len(props.CachePaths) > 0 {
		distribution.AddBehavior(&props.HealthPath, home, checkBehavior(behavior))
	}
	if props.StandbyCheck != nil {
		standby := checkBehavior(behavior)
		// A scope of its own gives the function a name of its own.
		check := constructs.NewConstruct(scope, jsii.String("StandbyCheck"))
		standby.FunctionAssociations = viewerRequest(check, "Function", "Asks the standby for its health", props.StandbyCheck.Function)
		distribution.AddBehavior(&props.StandbyCheck.Path, standbyOrigin(props), standby)
	}
	addCachePaths(scope, distribution, behavior, props.CachePaths)
	if props.ReadFunction != "" {
		addGroupedOrigins(distribution, props)
	}
	if props.WebACL == "" {
		acknowledge(distribution, "AwsSolutions-CFR2",
			"A web ACL is paid for by the month, whatever it refuses: whoever describes a small site may decide against it.")
	}
	return distribution
}

func requireSiteDistribution(id string, props *SiteDistributionProps) {
	require(id, "HostNames", props.HostNames)
	require(id, "Certificate", props.Certificate)
	require(id, "Home", props.Home)
	require(id, "ResponseTimeout", props.ResponseTimeout)
	require(id, "KeepAlive", props.KeepAlive)
	if props.Serving != "" {
		requireWith(id, "Serving", "HealthPath", props.HealthPath)
		requireWith(id, "Serving", "OriginTLS", props.OriginTLS)
	}
	if props.ReadFunction != "" {
		requireWith(id, "ReadFunction", "HealthPath", props.HealthPath)
		requireWith(id, "ReadFunction", "Standby", props.Standby)
		requireWith(id, "ReadFunction", "ReadTimeout", props.ReadTimeout)
	}
	if len(props.CachePaths) > 0 {
		requireWith(id, "CachePaths", "HealthPath", props.HealthPath)
	}
	if props.StandbyCheck != nil {
		requireWith(id, "StandbyCheck", "Standby", props.Standby)
		require(id, "StandbyCheck.Path", props.StandbyCheck.Path)
		require(id, "StandbyCheck.Function", props.StandbyCheck.Function)
	}
}

// failsOver tells whether anything moves behind CloudFront.
func (p *SiteDistributionProps) failsOver() bool { return p.Serving != "" || p.ReadFunction != "" }

// siteBehavior is what CloudFront does with every request.
func siteBehavior(scope constructs.Construct, props *SiteDistributionProps) *awscloudfront.BehaviorOptions {
	behavior := &awscloudfront.BehaviorOptions{
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
		OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER(),
		// It has no effect without caching: the web server compresses. The article
		// ticks the box, so it is ticked here.
		Compress: jsii.Bool(true),
	}
	if props.ViewerAddress {
		behavior.OriginRequestPolicy = awscloudfront.OriginRequestPolicy_ALL_VIEWER_AND_CLOUDFRONT_2022()
	}
	if props.SecurityHeaders {
		behavior.ResponseHeadersPolicy = newSecurityHeaders(scope, "SecurityHeaders")
	}
	if props.ReadFunction != "" {
		of := scope
		if props.Serving != "" {
			// With and without a name that moves, the function names other origins. If its code
			// were changed, that would act at once, and CloudFront has the origins minutes later:
			// reads would fail until then. As another function, it comes and goes with the origins.
			of = constructs.NewConstruct(scope, jsii.String("Serving"))
		}
		behavior.FunctionAssociations = viewerRequest(of, "ReadFailover", "Retries reads at the standby", props.ReadFunction)
	}
	if props.ReadFunction == "" && props.RedirectFunction != "" {
		// A scope of its own gives the function a name of its own.
		of := constructs.NewConstruct(scope, jsii.String("Redirects"))
		behavior.FunctionAssociations = viewerRequest(of, "Function", "Answers hosts that only redirect", props.RedirectFunction)
	}
	return behavior
}

// checkBehavior is that of a path for health checkers: as for every request, but
// without the function, which could lead it elsewhere, and without writes.
func checkBehavior(behavior *awscloudfront.BehaviorOptions) *awscloudfront.AddBehaviorOptions {
	return &awscloudfront.AddBehaviorOptions{
		ViewerProtocolPolicy:  behavior.ViewerProtocolPolicy,
		AllowedMethods:        awscloudfront.AllowedMethods_ALLOW_GET_HEAD(),
		CachePolicy:           behavior.CachePolicy,
		OriginRequestPolicy:   behavior.OriginRequestPolicy,
		ResponseHeadersPolicy: behavior.ResponseHeadersPolicy,
		Compress:              behavior.Compress,
	}
}

// viewerRequest is a function that runs before CloudFront decides on an origin.
func viewerRequest(scope constructs.Construct, id, comment, code string) *[]*awscloudfront.FunctionAssociation {
	return &[]*awscloudfront.FunctionAssociation{{
		EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
		Function: awscloudfront.NewFunction(scope, &id, &awscloudfront.FunctionProps{
			FunctionName: uniqueName(scope),
			Comment:      &comment,
			Runtime:      awscloudfront.FunctionRuntime_JS_2_0(),
			Code:         awscloudfront.FunctionCode_FromInline(&code),
		}),
	}}
}
