package constructs

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/jsii-runtime-go"
)

// The ids of the origins of the site's distribution. The edge function names
// them.
const (
	// HomeOriginID is the home load balancer, by a name that never moves.
	HomeOriginID = "home"

	// ServingOriginID is the load balancer that serves, by the name that moves.
	ServingOriginID = "serving"

	// ReadsOriginID is the same, with less patience: a read can be asked elsewhere.
	ReadsOriginID = "serving-reads"

	// StandbyOriginID is the standby load balancer, by a name that never moves.
	StandbyOriginID = "standby"
)

// Where anything fails over, CloudFront waits 2 s for a connection, instead of its
// default of 10 s. A lost packet is sent again after 1 s, so that 2 s do not call
// a crowded way a dead region.
const connectionTimeout = 2 * time.Second

// healthTimeout is how long the home region's answer to a health checker may stay
// silent. Route 53 waits 2 s for it; what comes later than 3 s helps nobody.
const healthTimeout = 3 * time.Second

// homeOrigin is the home load balancer. With Serving, it answers nobody but health
// checkers.
func homeOrigin(props *SiteDistributionProps) awscloudfront.IOrigin {
	origin := balancerOrigin(HomeOriginID, props)
	origin.ReadTimeout = duration(props.ResponseTimeout)
	switch {
	case props.Serving != "":
		origin.ConnectionAttempts = jsii.Number(1)
		origin.ConnectionTimeout = duration(connectionTimeout)
		origin.ReadTimeout = duration(min(healthTimeout, props.ResponseTimeout))
	case props.ReadFunction != "":
		origin.ConnectionAttempts = jsii.Number(2)
		origin.ConnectionTimeout = duration(connectionTimeout)
	}
	if !props.OriginTLS {
		origin.ProtocolPolicy = awscloudfront.OriginProtocolPolicy_HTTP_ONLY
		origin.OriginSslProtocols = nil
	}
	return awscloudfrontorigins.NewHttpOrigin(&props.Home, origin)
}

// servingOrigin is the load balancer that serves, for all that is not grouped. The
// second attempt is for the other address of a load balancer that has lost a zone;
// a GET that stays silent is then asked twice, which an origin group would do too.
func servingOrigin(props *SiteDistributionProps) awscloudfront.IOrigin {
	origin := balancerOrigin(ServingOriginID, props)
	origin.ConnectionAttempts = jsii.Number(2)
	origin.ConnectionTimeout = duration(connectionTimeout)
	origin.ReadTimeout = duration(props.ResponseTimeout)
	return awscloudfrontorigins.NewHttpOrigin(&props.Serving, origin)
}

// standbyOrigin is the standby load balancer, for its health check. It knows no
// secret but the one of its own.
func standbyOrigin(props *SiteDistributionProps) awscloudfront.IOrigin {
	origin := balancerOrigin(StandbyOriginID, props)
	origin.ConnectionAttempts = jsii.Number(standbyAttempts(props))
	origin.ConnectionTimeout = duration(connectionTimeout)
	origin.ReadTimeout = duration(props.ResponseTimeout)
	return awscloudfrontorigins.NewHttpOrigin(&props.Standby, origin)
}

// standbyAttempts is how often a request is made at the standby: once, where home
// has been asked once.
func standbyAttempts(props *SiteDistributionProps) int {
	if props.Serving != "" {
		return 1
	}
	return 2
}

// balancerOrigin is what all load balancers have in common as origins.
func balancerOrigin(id string, props *SiteDistributionProps) *awscloudfrontorigins.HttpOriginProps {
	origin := &awscloudfrontorigins.HttpOriginProps{
		OriginId:           &id,
		ProtocolPolicy:     awscloudfront.OriginProtocolPolicy_HTTPS_ONLY,
		OriginSslProtocols: &[]awscloudfront.OriginSslPolicy{awscloudfront.OriginSslPolicy_TLS_V1_2},
		KeepaliveTimeout:   duration(props.KeepAlive),
		CustomHeaders:      originHeaders(id, props),
	}
	return origin
}

// originHeaders are the secrets that CloudFront sends to an origin: home's wherever
// the name may lead home, the standby's wherever it may lead there.
func originHeaders(id string, props *SiteDistributionProps) *map[string]*string {
	headers := map[string]*string{}
	if props.OriginSecret != "" && id != StandbyOriginID {
		headers[OriginSecretHeader] = &props.OriginSecret
	}
	if props.ForwardedSecret != "" && id != HomeOriginID {
		headers[ForwardedSecretHeader] = &props.ForwardedSecret
	}
	return &headers
}

// addGroupedOrigins adds the origins that only the edge function names. The L2 adds
// an origin with a behaviour only, and a behaviour with a group of origins cannot
// take writes. The overrides are for the places behind the L2's: a behaviour with
// an origin of its own that is added later would be overwritten.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func addGroupedOrigins(site awscloudfront.Distribution, props *SiteDistributionProps) {
	place := 1 // behind home
	var grouped []map[string]any
	if props.Serving != "" {
		place++
		grouped = append(grouped, groupedOrigin(ReadsOriginID, props.Serving, 1, props.ReadTimeout, props))
	}
	if props.StandbyCheck != nil {
		place++ // the standby is there
	} else {
		grouped = append(grouped, groupedOrigin(StandbyOriginID, props.Standby, standbyAttempts(props), props.ResponseTimeout, props))
	}
	distribution := site.Node().DefaultChild().(awscloudfront.CfnDistribution)
	for i, origin := range grouped {
		distribution.AddPropertyOverride(jsii.Sprintf("DistributionConfig.Origins.%d", place+i), origin)
	}
}

func groupedOrigin(id, host string, attempts int, silence time.Duration, props *SiteDistributionProps) map[string]any {
	origin := map[string]any{
		"Id":                 id,
		"DomainName":         host,
		"ConnectionAttempts": attempts,
		"ConnectionTimeout":  connectionTimeout.Seconds(),
		"CustomOriginConfig": map[string]any{
			"OriginProtocolPolicy":   "https-only",
			"OriginSSLProtocols":     []string{"TLSv1.2"},
			"OriginKeepaliveTimeout": props.KeepAlive.Seconds(),
			"OriginReadTimeout":      silence.Seconds(),
		},
	}
	var headers []any
	sent := *originHeaders(id, props)
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		headers = append(headers, map[string]any{"HeaderName": name, "HeaderValue": *sent[name]})
	}
	if headers != nil {
		origin["OriginCustomHeaders"] = headers
	}
	return origin
}
