package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/jsii-runtime-go"
)

// The ids of the origins of the site's distribution. The edge function names them.
const (
	homeOriginID    = "home"
	standbyOriginID = "standby"
)

// With a standby to retry at, CloudFront gives up a region that accepts no
// connection after two attempts of 2 s, instead of its default of three of 10 s.
// A region that accepts the connection and does not answer costs the response
// timeout, 30 s, each time: a shorter one would cut off slow writes too.
const (
	connectionAttempts = 2
	connectionTimeout  = 2 * time.Second
)

// homeOrigin is the home load balancer.
func homeOrigin(props *SiteDistributionProps) awscloudfront.IOrigin {
	origin := &awscloudfrontorigins.HttpOriginProps{
		OriginId:         jsii.String(homeOriginID),
		ProtocolPolicy:   awscloudfront.OriginProtocolPolicy_HTTP_ONLY,
		KeepaliveTimeout: duration(props.KeepAlive),
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
		origin.ConnectionTimeout = duration(connectionTimeout)
	}
	return awscloudfrontorigins.NewHttpOrigin(&props.Home, origin)
}

// addStandbyOrigin adds the origin that only the edge function names. The L2 adds
// an origin with a behaviour only, and a behaviour with a group of origins cannot
// take writes. The override is for the second place in the list: a second
// behaviour with an origin of its own would be overwritten.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func addStandbyOrigin(site awscloudfront.Distribution, props *SiteDistributionProps) {
	distribution := site.Node().DefaultChild().(awscloudfront.CfnDistribution)
	distribution.AddPropertyOverride(jsii.String("DistributionConfig.Origins.1"), map[string]any{
		"Id":                 standbyOriginID,
		"DomainName":         props.Standby,
		"ConnectionAttempts": connectionAttempts,
		"ConnectionTimeout":  connectionTimeout.Seconds(),
		"CustomOriginConfig": map[string]any{
			"OriginProtocolPolicy":   "https-only",
			"OriginSSLProtocols":     []string{"TLSv1.2"},
			"OriginKeepaliveTimeout": props.KeepAlive.Seconds(),
		},
	})
}
