package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/jsii-runtime-go"
)

func newTestSiteDistribution(stage awscdk.Stage, id string, mutate func(awscdk.Stack, *SiteDistributionProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &SiteDistributionProps{
		HostNames:       []string{"example.com"},
		Certificate:     testCertificate(stack),
		Home:            "home.elb.amazonaws.com",
		ResponseTimeout: 30 * time.Second,
		KeepAlive:       5 * time.Second,
	}
	mutate(stack, props)
	NewSiteDistribution(stack, "Site", props)
	return stack
}

func TestSiteDistribution(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestSiteDistribution(stage, "Minimal", func(awscdk.Stack, *SiteDistributionProps) {})
	exhaustive := newTestSiteDistribution(stage, "Exhaustive", func(stack awscdk.Stack, props *SiteDistributionProps) {
		props.HostNames = []string{"example.com", "www.example.com"}
		props.Home = "origin-home.example.com"
		props.Standby = "origin-standby.example.com"
		props.Serving = "origin.example.com"
		props.HealthPath = "/healthz"
		props.ReadFunction = "function handler(event) { return event.request; }"
		props.ResponseTimeout = 50 * time.Second
		props.ReadTimeout = 20 * time.Second
		props.OriginTLS = true
		props.OriginSecret = "{{resolve:secretsmanager:x}}"
		props.ForwardedSecret = "{{resolve:secretsmanager:y}}"
		props.KeepAlive = time.Minute
		props.ErrorCaching = 10 * time.Second
		props.SecurityHeaders = true
		props.ViewerAddress = true
		props.IPv6 = true
		props.HTTP3 = true
		props.WebACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/0"
		props.Logs = testLogs(stack)
	})

	front := newTestSiteDistribution(stage, "Front", func(_ awscdk.Stack, props *SiteDistributionProps) {
		allFailover(props)
		props.StandbyCheck = &StandbyCheck{Path: "/standby", Function: "check"}
	})
	writes := newTestSiteDistribution(stage, "Writes", func(_ awscdk.Stack, props *SiteDistributionProps) {
		allFailover(props)
		props.ReadFunction = ""
	})
	reads := newTestSiteDistribution(stage, "Reads", func(_ awscdk.Stack, props *SiteDistributionProps) {
		allFailover(props)
		props.Serving = ""
	})

	cached := newTestSiteDistribution(stage, "Cached", func(_ awscdk.Stack, props *SiteDistributionProps) {
		allFailover(props)
		props.CachePaths = []string{"/news/*"}
		props.SecurityHeaders = true
	})
	cachedAtHome := newTestSiteDistribution(stage, "CachedAtHome", func(_ awscdk.Stack, props *SiteDistributionProps) {
		props.CachePaths = []string{"/news/*"}
		props.HealthPath = "/healthz"
	})

	redirecting := newTestSiteDistribution(stage, "Redirecting", func(_ awscdk.Stack, props *SiteDistributionProps) {
		props.RedirectFunction = "function handler(event) { return event.request; }"
	})

	// The CDK's own choices, and the opposite of some.
	plain := newTestStack(stage, "Plain")
	awscloudfront.NewDistribution(plain, jsii.String("Site"), &awscloudfront.DistributionProps{
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("home.elb.amazonaws.com"), nil),
		},
		PriceClass: awscloudfront.PriceClass_PRICE_CLASS_100,
	})
	careless := newTestStack(stage, "Careless")
	awscloudfront.NewDistribution(careless, jsii.String("Site"), &awscloudfront.DistributionProps{
		DefaultBehavior:     carelessBehavior(),
		AdditionalBehaviors: &map[string]*awscloudfront.BehaviorOptions{"/static/*": carelessBehavior()},
	})

	checkPromises(t, []promise{
		{"a line about every request", distribution(object{"Logging": object{"Prefix": "site-distribution/"}}), exhaustive, minimal},
		{"a web ACL stands before it", distribution(object{"WebACLId": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/0"}), exhaustive, minimal},
		{"no web ACL", distribution(object{"WebACLId": absent()}), minimal, exhaustive},
		{"the host names, by the certificate", distribution(object{
			"Aliases": list{"example.com", "www.example.com"},
			"ViewerCertificate": object{
				"AcmCertificateArn": testCertificateARN, "MinimumProtocolVersion": "TLSv1.2_2025", "SslSupportMethod": "sni-only",
			},
		}), exhaustive, minimal},
		{"TLS 1.2 at least", distribution(object{
			"ViewerCertificate": object{"MinimumProtocolVersion": "TLSv1.2_2025"},
		}), minimal, plain},
		{"every edge location", distribution(object{"PriceClass": "PriceClass_All"}), minimal, plain},
		{"IPv4 and HTTP/2 only", distribution(object{"IPV6Enabled": false, "HttpVersion": "http2"}), minimal, exhaustive},
		{"IPv6 and HTTP/3", distribution(object{"IPV6Enabled": true, "HttpVersion": "http2and3"}), exhaustive, minimal},

		{"viewers are led to HTTPS", behavior(object{"ViewerProtocolPolicy": "redirect-to-https"}), minimal, careless},
		{"every method", behavior(object{
			"AllowedMethods": list{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"},
		}), minimal, plain},
		// The managed policies CachingDisabled and AllViewer.
		{"nothing is cached", behavior(object{"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}), minimal, plain},
		{"everything is forwarded", behavior(object{"OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3"}), minimal, plain},
		{"the visitor's address, too", behavior(object{"OriginRequestPolicyId": viewerAddressPolicy}), exhaustive, minimal},
		{"compression is ticked", behavior(object{"Compress": true}), minimal, careless},
		{"errors are not cached", distribution(object{"CustomErrorResponses": errorsCached(0)}), minimal, exhaustive},
		{"errors are cached as long as told", distribution(object{"CustomErrorResponses": errorsCached(10)}), exhaustive, minimal},
		{"no security headers", behavior(object{"ResponseHeadersPolicyId": absent()}), minimal, exhaustive},
		{"security headers", behavior(object{"ResponseHeadersPolicyId": ref("SiteSecurityHeaders")}), exhaustive, minimal},
		{"no other behaviour", distribution(object{"CacheBehaviors": absent()}), minimal, careless},

		{"home by HTTP, CloudFront's own number of attempts", distribution(object{"Origins": list{exactly(object{
			"Id": "home", "DomainName": "home.elb.amazonaws.com",
			"CustomOriginConfig": object{
				"OriginProtocolPolicy": "http-only", "OriginSSLProtocols": list{"TLSv1.2"}, "OriginKeepaliveTimeout": 5, "OriginReadTimeout": 30,
			},
		})}}), minimal, exhaustive},
		{"what serves, home for its health, what serves for reads, and the standby", distribution(object{"Origins": list{
			exactly(secretive(origin("serving", "origin.example.com", 2, 50), "Forwarded", "y", "Origin", "x")),
			exactly(secretive(origin("home", "origin-home.example.com", 1, 3), "Origin", "x")),
			exactly(secretive(origin("serving-reads", "origin.example.com", 1, 20), "Forwarded", "y", "Origin", "x")),
			exactly(secretive(origin("standby", "origin-standby.example.com", 1, 50), "Forwarded", "y")),
		}}), exhaustive, minimal},
		{"the standby is there once, for its check and for reads", distribution(object{"Origins": list{
			exactly(origin("serving", "origin.example.com", 2, 50)),
			exactly(origin("home", "origin-home.example.com", 1, 3)),
			exactly(origin("standby", "origin-standby.example.com", 1, 50)),
			exactly(origin("serving-reads", "origin.example.com", 1, 20)),
		}}), front, exhaustive},
		{"writes alone need no standby", distribution(object{"Origins": list{
			exactly(origin("serving", "origin.example.com", 2, 50)),
			exactly(origin("home", "origin-home.example.com", 1, 3)),
		}}), writes, exhaustive},
		{"reads alone begin at home", distribution(object{"Origins": list{
			exactly(origin("home", "origin-home.example.com", 2, 50)),
			exactly(origin("standby", "origin-standby.example.com", 2, 50)),
		}}), reads, exhaustive},

		{"a host that only redirects, without a function for reads", behavior(object{"FunctionAssociations": list{object{
			"EventType": "viewer-request", "FunctionARN": att("SiteRedirectsFunction", "FunctionARN"),
		}}}), redirecting, minimal},
		{"requests go to what serves", behavior(object{"TargetOriginId": "serving"}), exhaustive, reads},
		{"without it, requests go home", behavior(object{"TargetOriginId": "home"}), reads, exhaustive},
		{"the health path leads home, and runs no function", distribution(object{"CacheBehaviors": list{healthBehavior()}}), writes, front},
		{"its requests look as visitors' do", distribution(object{"CacheBehaviors": list{object{"OriginRequestPolicyId": viewerAddressPolicy}}}), exhaustive, writes},
		{"also where reads alone fail over", distribution(object{"CacheBehaviors": list{healthBehavior()}}), reads, front},
		{"the health path comes before the standby's", distribution(object{"CacheBehaviors": list{
			healthBehavior(),
			object{
				"PathPattern": "/standby", "TargetOriginId": "standby", "AllowedMethods": list{"GET", "HEAD"},
				"FunctionAssociations": list{object{"EventType": "viewer-request", "FunctionARN": att("SiteStandbyCheckFunction", "FunctionARN")}},
			},
		}}), front, exhaustive},
		{"what is kept comes behind the health path, by the same function to the same origin", distribution(object{"CacheBehaviors": list{
			healthBehavior(),
			object{
				"PathPattern": "/news/*", "TargetOriginId": "serving", "AllowedMethods": list{"GET", "HEAD", "OPTIONS"},
				"CachePolicyId": ref("SiteCachePolicy"), "OriginRequestPolicyId": absent(),
				"ResponseHeadersPolicyId": ref("SiteSecurityHeaders"), "ViewerProtocolPolicy": "redirect-to-https",
				"FunctionAssociations": list{object{"EventType": "viewer-request", "FunctionARN": att("SiteServingReadFailover", "FunctionARN")}},
			},
		}}), cached, exhaustive},
		{"also where nothing fails over", distribution(object{"CacheBehaviors": list{
			healthBehavior(), object{"PathPattern": "/news/*", "TargetOriginId": "home", "FunctionAssociations": absent()},
		}}), cachedAtHome, exhaustive},
		{"the application says how long, by host, path and query", has("AWS::CloudFront::CachePolicy", object{"CachePolicyConfig": object{
			"MinTTL": 0, "DefaultTTL": 0,
			"ParametersInCacheKeyAndForwardedToOrigin": object{
				"HeadersConfig":      object{"HeaderBehavior": "whitelist", "Headers": list{"Host"}},
				"QueryStringsConfig": object{"QueryStringBehavior": "all"},
				"CookiesConfig":      object{"CookieBehavior": "none"},
			},
		}}), cached, exhaustive},
		{"the standby's path runs its function", has("AWS::CloudFront::Function", object{
			"FunctionCode": "check", "FunctionConfig": object{"Runtime": "cloudfront-js-2.0"},
		}), front, exhaustive},
		{"no group of origins, which could not take writes", distribution(object{"OriginGroups": absent()}), exhaustive, careless},

		{"the function decides about every request", every(
			has("AWS::CloudFront::Function", object{
				"FunctionCode":   "function handler(event) { return event.request; }",
				"FunctionConfig": object{"Runtime": "cloudfront-js-2.0"},
				"AutoPublish":    true,
			}),
			behavior(object{"FunctionAssociations": list{object{
				"EventType": "viewer-request", "FunctionARN": att("SiteServingReadFailover", "FunctionARN"),
			}}}),
		), exhaustive, minimal},
		{"no function", total("AWS::CloudFront::Function", 0), minimal, exhaustive},
	})
}

// carelessBehavior serves HTTP, uncompressed, by a group of origins.
func carelessBehavior() *awscloudfront.BehaviorOptions {
	return &awscloudfront.BehaviorOptions{
		Origin: awscloudfrontorigins.NewOriginGroup(&awscloudfrontorigins.OriginGroupProps{
			PrimaryOrigin:  awscloudfrontorigins.NewHttpOrigin(jsii.String("home.elb.amazonaws.com"), nil),
			FallbackOrigin: awscloudfrontorigins.NewHttpOrigin(jsii.String("standby.elb.amazonaws.com"), nil),
		}),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_ALLOW_ALL,
		Compress:             jsii.Bool(false),
	}
}

// viewerAddressPolicy is the managed policy AllViewerAndCloudFrontHeaders-2022-06.
const viewerAddressPolicy = "33f36d7e-f396-46d9-90e0-52428a34d9dc"

func distribution(config object) assertion {
	return has("AWS::CloudFront::Distribution", object{"DistributionConfig": config})
}

func behavior(config object) assertion {
	return distribution(object{"DefaultCacheBehavior": config})
}

// errorsCached demands the statuses of an outage, and that no page of
// CloudFront's takes their place: the health check has to see them.
func errorsCached(seconds int) list {
	var responses list
	for _, status := range []int{500, 502, 503, 504} {
		responses = append(responses, exactly(object{"ErrorCode": status, "ErrorCachingMinTTL": seconds}))
	}
	return responses
}

// origin is a load balancer by TLS.
func origin(id, host string, attempts, silenceSeconds int) object {
	return object{
		"Id": id, "DomainName": host, "ConnectionAttempts": attempts, "ConnectionTimeout": 2,
		"CustomOriginConfig": object{
			"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": list{"TLSv1.2"},
			"OriginKeepaliveTimeout": 60, "OriginReadTimeout": silenceSeconds,
		},
	}
}

// secretive adds the secrets that an origin gets: of each, what its header's name
// begins with, and which it is.
func secretive(origin object, secrets ...string) object {
	headers := list{}
	for i := 0; i < len(secrets); i += 2 {
		headers = append(headers, object{"HeaderName": "X-Twinsite-" + secrets[i], "HeaderValue": "{{resolve:secretsmanager:" + secrets[i+1] + "}}"})
	}
	origin["OriginCustomHeaders"] = headers
	return origin
}

// healthBehavior is that of the health path, which takes neither function nor writes, and is
// for the rest as the default.
func healthBehavior() object {
	return object{
		"PathPattern": "/healthz", "TargetOriginId": "home", "AllowedMethods": list{"GET", "HEAD"},
		"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
		"ViewerProtocolPolicy": "redirect-to-https", "FunctionAssociations": absent(),
	}
}

// allFailover lets reads and writes fail over.
func allFailover(props *SiteDistributionProps) {
	props.Home, props.Standby, props.Serving = "origin-home.example.com", "origin-standby.example.com", "origin.example.com"
	props.HealthPath = "/healthz"
	props.ReadFunction = "reads"
	props.OriginTLS = true
	props.ResponseTimeout, props.ReadTimeout, props.KeepAlive = 50*time.Second, 20*time.Second, time.Minute
}
