package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/jsii-runtime-go"
)

// The ids of the origins of the site's distribution, by which the edge function
// calls them.
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
func addStandbyOrigin(site awscloudfront.Distribution, props *SiteDistributionProps) {
	distribution := site.Node().DefaultChild().(awscloudfront.CfnDistribution)
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
