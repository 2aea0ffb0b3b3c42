package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EndpointCheckProps describes a health check that asks a host by HTTPS.
type EndpointCheckProps struct {
	// Host is what is asked, as "d1.cloudfront.net". Required.
	Host string

	// Path is what for; it must answer 200: a redirect would count as healthy.
	// Required.
	Path string

	// IntervalSeconds is the time between two requests of one health checker:
	// 10 or 30. Required.
	IntervalSeconds float64

	// Threshold is how many consecutive answers change a checker's mind: 1 to
	// 10. Required.
	Threshold int

	// Inverted makes the check healthy while the host does not answer. Default:
	// false.
	Inverted bool
}

// NewEndpointCheck makes a health check that asks a host by HTTPS. Checkers do
// not validate the certificate.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
func NewEndpointCheck(scope constructs.Construct, id string, props *EndpointCheckProps) awsroute53.HealthCheck {
	return awsroute53.NewHealthCheck(scope, &id, &awsroute53.HealthCheckProps{
		Type:             awsroute53.HealthCheckType_HTTPS,
		Fqdn:             &props.Host,
		ResourcePath:     &props.Path,
		RequestInterval:  awscdk.Duration_Seconds(&props.IntervalSeconds),
		FailureThreshold: jsii.Number(props.Threshold),
		EnableSNI:        jsii.Bool(true), // CloudFront shows no certificate without
		Inverted:         &props.Inverted,
	})
}
