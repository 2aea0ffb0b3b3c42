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
		HostNames:   []string{"example.com"},
		Certificate: testCertificate(stack),
		Home:        "home.elb.amazonaws.com",
		KeepAlive:   5 * time.Second,
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
		props.EdgeFunction = "function handler(event) { return event.request; }"
		props.OriginTLS = true
		props.OriginSecret = "{{resolve:secretsmanager:x}}"
		props.KeepAlive = time.Minute
		props.ErrorCaching = 10 * time.Second
		props.SecurityHeaders = true
		props.IPv6 = true
		props.HTTP3 = true
		props.WebACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/0"
		props.Logs = testLogs(stack)
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
				"AcmCertificateArn": testCertificateARN, "MinimumProtocolVersion": "TLSv1.2_2021", "SslSupportMethod": "sni-only",
			},
		}), exhaustive, minimal},
		{"TLS 1.2 at least", distribution(object{
			"ViewerCertificate": object{"MinimumProtocolVersion": "TLSv1.2_2021"},
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
		{"compression is ticked", behavior(object{"Compress": true}), minimal, careless},
		{"errors are not cached", distribution(object{"CustomErrorResponses": errorsCached(0)}), minimal, exhaustive},
		{"errors are cached as long as told", distribution(object{"CustomErrorResponses": errorsCached(10)}), exhaustive, minimal},
		{"no security headers", behavior(object{"ResponseHeadersPolicyId": absent()}), minimal, exhaustive},
		{"security headers", behavior(object{"ResponseHeadersPolicyId": ref("SiteSecurityHeaders")}), exhaustive, minimal},
		{"no other behaviour", distribution(object{"CacheBehaviors": absent()}), minimal, careless},

		{"home by HTTP, CloudFront's own patience", distribution(object{"Origins": list{exactly(object{
			"Id": "home", "DomainName": "home.elb.amazonaws.com",
			"CustomOriginConfig": object{"OriginProtocolPolicy": "http-only", "OriginSSLProtocols": list{"TLSv1.2"}, "OriginKeepaliveTimeout": 5},
		})}}), minimal, exhaustive},
		{"home by TLS with the secret, then the standby, both given up in seconds", distribution(object{"Origins": list{
			exactly(object{
				"Id": "home", "DomainName": "origin-home.example.com",
				"ConnectionAttempts": 2, "ConnectionTimeout": 2,
				"CustomOriginConfig": tlsOnly(60),
				"OriginCustomHeaders": list{
					object{"HeaderName": "X-Twinsite-Origin", "HeaderValue": "{{resolve:secretsmanager:x}}"},
				},
			}),
			exactly(object{
				"Id": "standby", "DomainName": "origin-standby.example.com",
				"ConnectionAttempts": 2, "ConnectionTimeout": 2,
				"CustomOriginConfig": tlsOnly(60),
			}),
		}}), exhaustive, minimal},
		{"requests go home", behavior(object{"TargetOriginId": "home"}), exhaustive, plain},
		{"no group of origins, which could not take writes", distribution(object{"OriginGroups": absent()}), exhaustive, careless},

		{"the function decides about every request", every(
			has("AWS::CloudFront::Function", object{
				"FunctionCode":   "function handler(event) { return event.request; }",
				"FunctionConfig": object{"Runtime": "cloudfront-js-2.0"},
				"AutoPublish":    true,
			}),
			behavior(object{"FunctionAssociations": list{object{
				"EventType": "viewer-request", "FunctionARN": att("SiteReadFailover", "FunctionARN"),
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

func tlsOnly(keepAliveSeconds int) object {
	return object{
		"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": list{"TLSv1.2"}, "OriginKeepaliveTimeout": keepAliveSeconds,
	}
}
