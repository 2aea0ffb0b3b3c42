package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EndpointCheckProps describes a health check of one host by HTTPS.
type EndpointCheckProps struct {
	// Host is the host that the checkers connect to, as "d1.cloudfront.net".
	// Required.
	Host string

	// Path is the path that the checkers request, as "/healthz". It must answer
	// 200: a redirect would count as healthy. Required.
	Path string

	// Interval is the time between two requests of one health checker: 10 s or
	// 30 s. Required.
	Interval time.Duration

	// Threshold is how many answers in a row, good or bad, change a checker's
	// verdict: 1 to 10. Required.
	Threshold int

	// Inverted makes the check healthy while the host does not answer. Default:
	// false.
	Inverted bool
}

// NewEndpointCheck makes a health check of one host by HTTPS. Checkers do not
// validate the certificate.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
func NewEndpointCheck(scope constructs.Construct, id string, props *EndpointCheckProps) awsroute53.HealthCheck {
	require(id, "Host", props.Host)
	require(id, "Path", props.Path)
	require(id, "Interval", props.Interval)
	require(id, "Threshold", props.Threshold)
	return awsroute53.NewHealthCheck(scope, &id, &awsroute53.HealthCheckProps{
		Type:             awsroute53.HealthCheckType_HTTPS,
		Fqdn:             &props.Host,
		ResourcePath:     &props.Path,
		RequestInterval:  duration(props.Interval),
		FailureThreshold: jsii.Number(props.Threshold),
		EnableSNI:        jsii.Bool(true), // without it, CloudFront shows no certificate
		Inverted:         &props.Inverted,
	})
}
