package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func newTestStaticSite(stage awscdk.Stage, id string, mutate func(awscdk.Stack, *StaticSiteProps)) (awscdk.Stack, *StaticSite) {
	stack := newTestStack(stage, id)
	props := &StaticSiteProps{}
	mutate(stack, props)
	return stack, NewStaticSite(stack, "StaticSite", props)
}

// replicaBucket is bucket "replica", by its name only.
func replicaBucket(scope constructs.Construct) awss3.IBucket {
	return awss3.Bucket_FromBucketArn(scope, jsii.String("Replica"), jsii.String("arn:aws:s3:::replica"))
}

func TestStaticSite(t *testing.T) {
	stage := newTestStage(t)
	minimal, minimalSite := newTestStaticSite(stage, "Minimal", func(awscdk.Stack, *StaticSiteProps) {})
	exhaustive, exhaustiveSite := newTestStaticSite(stage, "Exhaustive", func(stack awscdk.Stack, props *StaticSiteProps) {
		props.HostName = "static.example.com"
		props.Certificate = testCertificate(stack)
		props.Zone = testZone(stack)
		props.Headers = true
		props.IPv6 = true
		props.HTTP3 = true
		props.ReplicateTo = replicaBucket(stack)
		props.TimeControl = true
		props.Removal = awscdk.RemovalPolicy_DESTROY
		props.Switch = NewFailoverSwitch(stack, "Switch", &FailoverSwitchProps{Path: "/now", Removal: awscdk.RemovalPolicy_DESTROY})
		props.Lent = true
	})
	logged, _ := newTestStaticSite(stage, "Logged", func(stack awscdk.Stack, props *StaticSiteProps) {
		props.Logs = testLogs(stack)
	})
	untimed, _ := newTestStaticSite(stage, "Untimed", func(stack awscdk.Stack, props *StaticSiteProps) {
		props.ReplicateTo = replicaBucket(stack)
	})

	fallback, _ := newTestStaticSite(stage, "Fallback", func(stack awscdk.Stack, props *StaticSiteProps) {
		props.Fallback = awss3.Bucket_FromBucketAttributes(stack, jsii.String("Other"), &awss3.BucketAttributes{
			BucketName: jsii.String("fallback"), BucketRegionalDomainName: jsii.String("fallback.s3.eu-west-1.amazonaws.com"),
		})
	})

	// A public site, as the article has it.
	public := newTestStack(stage, "Public")
	bucket := awss3.NewBucket(public, jsii.String("StaticSiteBucket"), &awss3.BucketProps{
		PublicReadAccess: jsii.Bool(true),
		BlockPublicAccess: awss3.NewBlockPublicAccess(&awss3.BlockPublicAccessOptions{
			BlockPublicPolicy: jsii.Bool(false), RestrictPublicBuckets: jsii.Bool(false),
		}),
	})
	awscloudfront.NewDistribution(public, jsii.String("StaticSite"), &awscloudfront.DistributionProps{
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin:               awscloudfrontorigins.NewHttpOrigin(bucket.BucketDomainName(), nil),
			ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_ALLOW_ALL,
			CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
			Compress:             jsii.Bool(false),
		},
		PriceClass: awscloudfront.PriceClass_PRICE_CLASS_100,
	})

	awscdk.NewCfnOutput(minimal, jsii.String("Address"), &awscdk.CfnOutputProps{Value: jsii.String(minimalSite.Address())})
	awscdk.NewCfnOutput(exhaustive, jsii.String("Address"), &awscdk.CfnOutputProps{Value: jsii.String(exhaustiveSite.Address())})

	checkPromises(t, []promise{
		{"a line about every request", every(
			has("AWS::S3::Bucket", object{"LoggingConfiguration": object{
				"DestinationBucketName": ref("AccessLogs"), "LogFilePrefix": "static-bucket/",
			}}),
			has("AWS::CloudFront::Distribution", object{"DistributionConfig": object{"Logging": object{
				"Bucket": att("AccessLogs", "RegionalDomainName"), "Prefix": "static-distribution/",
			}}}),
		), logged, minimal},
		{"the switch has its own bucket at its own path", distribution(object{
			"CacheBehaviors": list{object{
				"PathPattern": "/now", "CachePolicyId": ref("SwitchCaching"), "TargetOriginId": matching("DistributionOrigin2"),
				"Compress": false, "ViewerProtocolPolicy": "redirect-to-https",
			}},
			"Origins": list{object{}, object{
				"Id": matching("DistributionOrigin2"), "DomainName": att("SwitchBucket", "RegionalDomainName"),
				"OriginAccessControlId": att("StaticSiteDistributionOrigin2S3OriginAccessControl", "Id"),
			}},
		}), exhaustive, minimal},
		{"no error is cached beside a switch", distribution(object{"CustomErrorResponses": list{
			object{"ErrorCode": 403, "ErrorCachingMinTTL": 0}, object{"ErrorCode": 404, "ErrorCachingMinTTL": 0},
			object{"ErrorCode": 500, "ErrorCachingMinTTL": 0}, object{"ErrorCode": 502, "ErrorCachingMinTTL": 0},
			object{"ErrorCode": 503, "ErrorCachingMinTTL": 0}, object{"ErrorCode": 504, "ErrorCachingMinTTL": 0},
		}}), exhaustive, minimal},
		{"a switch that is on is there before the distribution looks", hasWhole("AWS::CloudFront::Distribution", object{
			"DependsOn": list{matching("^SwitchBucketPolicy"), matching("^SwitchMoveCustomResourcePolicy"), matching("^SwitchMove")},
		}), exhaustive, minimal},
		{"lent to the account's distributions", has("AWS::S3::BucketPolicy", object{
			"Bucket": ref("StaticSiteBucket"), "PolicyDocument": object{"Statement": listWith(readsByDistributions("StaticSiteBucket", "/*"))},
		}), exhaustive, minimal},
		{"one bucket", distribution(object{"OriginGroups": absent()}), minimal, fallback},
		{"another bucket after five seconds", distribution(object{
			"OriginGroups": object{"Quantity": 1, "Items": list{object{
				"Members": object{"Quantity": 2, "Items": list{
					object{"OriginId": matching("DistributionOrigin1")}, object{"OriginId": matching("DistributionOrigin2")},
				}},
				"FailoverCriteria": object{"StatusCodes": object{"Quantity": 4, "Items": list{500, 502, 503, 504}}},
			}}},
			"DefaultCacheBehavior": object{"TargetOriginId": matching("DistributionOriginGroup1")},
			"Origins": list{
				object{
					"DomainName": att("StaticSiteBucket", "RegionalDomainName"), "ConnectionAttempts": 1, "ConnectionTimeout": 2,
					"S3OriginConfig": object{"OriginReadTimeout": 5},
				},
				object{
					"DomainName":            "fallback.s3.eu-west-1.amazonaws.com",
					"OriginAccessControlId": att("StaticSiteDistributionOrigin2S3OriginAccessControl", "Id"),
				},
			},
		}), fallback, minimal},
		{"private bucket", has("AWS::S3::Bucket", object{"PublicAccessBlockConfiguration": object{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		}}), minimal, public},
		{"read by its distribution, and by nobody without TLS", has("AWS::S3::BucketPolicy", object{
			"PolicyDocument": object{"Statement": list{
				object{
					"Effect": "Deny", "Action": "s3:*", "Principal": object{"AWS": "*"},
					"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
				},
				object{
					"Effect": "Allow", "Action": "s3:GetObject", "Principal": object{"Service": "cloudfront.amazonaws.com"},
					"Condition": object{"StringEquals": object{"AWS:SourceArn": object{"Fn::Join": list{"", listWith(
						":distribution/", ref("StaticSiteDistribution"))}}}},
				},
			}},
		}), minimal, public},
		{"versioned, which replication demands", has("AWS::S3::Bucket", object{
			"VersioningConfiguration": object{"Status": "Enabled"},
		}), minimal, public},
		{"encrypted", has("AWS::S3::Bucket", object{"BucketEncryption": object{"ServerSideEncryptionConfiguration": list{
			object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}},
		}}}), minimal, public},
		{"retained", hasWhole("AWS::S3::Bucket", object{"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}), minimal, exhaustive},
		{"deleted with its files", every(
			hasWhole("AWS::S3::Bucket", object{"DeletionPolicy": "Delete"}),
			has("Custom::S3AutoDeleteObjects", object{"BucketName": ref("StaticSiteBucket")}),
		), exhaustive, minimal},

		{"origin by its regional name and origin access control", every(
			distribution(object{"Origins": list{object{
				"DomainName":            att("StaticSiteBucket", "RegionalDomainName"),
				"OriginAccessControlId": att("StaticSiteDistributionOrigin1S3OriginAccessControl", "Id"),
			}}}),
			has("AWS::CloudFront::OriginAccessControl", object{"OriginAccessControlConfig": object{
				"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4",
			}}),
		), minimal, public},
		{"viewers are led to HTTPS", behavior(object{"ViewerProtocolPolicy": "redirect-to-https"}), minimal, public},
		{"reads only", behavior(object{"AllowedMethods": list{"GET", "HEAD", "OPTIONS"}}), minimal, public},
		// The managed policy CachingOptimized.
		{"cached and compressed", behavior(object{
			"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6", "Compress": true,
		}), minimal, public},
		{"every edge location", distribution(object{"PriceClass": "PriceClass_All"}), minimal, public},
		{"no headers", behavior(object{"ResponseHeadersPolicyId": absent()}), minimal, exhaustive},
		{"a preflight request is passed on", behavior(object{
			"OriginRequestPolicyId": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", // the managed policy CORS-S3Origin
			"AllowedMethods":        list{"GET", "HEAD", "OPTIONS"},
		}), exhaustive, minimal},
		{"and answered", has("AWS::S3::Bucket", object{"CorsConfiguration": object{"CorsRules": list{object{
			"AllowedMethods": list{"GET", "HEAD"}, "AllowedOrigins": list{"*"}, "AllowedHeaders": list{"*"},
		}}}}), exhaustive, minimal},
		{"for any page, which may show a file in a frame", has("AWS::CloudFront::ResponseHeadersPolicy", object{"ResponseHeadersPolicyConfig": object{
			"CorsConfig": object{
				"AccessControlAllowOrigins":     object{"Items": list{"*"}},
				"AccessControlAllowMethods":     object{"Items": list{"GET", "HEAD", "OPTIONS"}},
				"AccessControlAllowHeaders":     object{"Items": list{"*"}},
				"AccessControlAllowCredentials": false,
			},
			"SecurityHeadersConfig": object{
				"ContentTypeOptions": object{"Override": true}, "StrictTransportSecurity": object{}, "FrameOptions": absent(),
			},
		}}), exhaustive, minimal},
		{"CORS and security headers", behavior(object{
			"ResponseHeadersPolicyId": ref("StaticSiteHeaders"),
		}), exhaustive, minimal},
		{"IPv4 and HTTP/2 only", distribution(object{"IPV6Enabled": false, "HttpVersion": "http2"}), minimal, exhaustive},
		{"IPv6 and HTTP/3", distribution(object{"IPV6Enabled": true, "HttpVersion": "http2and3"}), exhaustive, minimal},

		{"CloudFront's name", every(
			distribution(object{"Aliases": absent(), "ViewerCertificate": absent()}),
			total("AWS::Route53::RecordSet", 0),
			hasOutput("Address", object{"Value": object{"Fn::Join": list{"", list{"https://", att("StaticSiteDistribution", "DomainName")}}}}),
		), minimal, exhaustive},
		{"own name, by the certificate", every(
			distribution(object{
				"Aliases": list{"static.example.com"},
				"ViewerCertificate": object{
					"AcmCertificateArn": testCertificateARN, "MinimumProtocolVersion": "TLSv1.2_2025", "SslSupportMethod": "sni-only",
				},
			}),
			hasOutput("Address", object{"Value": "https://static.example.com"}),
		), exhaustive, minimal},
		{"own name leads to the distribution", every(staticRecord("A"), staticRecord("AAAA")), exhaustive, minimal},

		{"nothing is replicated", has("AWS::S3::Bucket", object{
			"VersioningConfiguration": object{"Status": "Enabled"}, "ReplicationConfiguration": absent(),
		}), minimal, exhaustive},
		{"everything is replicated", replicates(object{
			"Status": "Enabled", "Filter": object{"Prefix": ""},
			"DeleteMarkerReplication": object{"Status": "Enabled"},
			"SourceSelectionCriteria": object{"ReplicaModifications": object{"Status": "Enabled"}},
			"Destination":             object{"Bucket": "arn:aws:s3:::replica"},
		}), untimed, minimal},
		{"within 15 minutes", replicates(object{"Destination": exactly(object{
			"Bucket":          "arn:aws:s3:::replica",
			"Metrics":         object{"Status": "Enabled", "EventThreshold": object{"Minutes": 15}},
			"ReplicationTime": object{"Status": "Enabled", "Time": object{"Minutes": 15}},
		})}), exhaustive, untimed},
		{"in its own time, measured", replicates(object{"Destination": exactly(object{
			"Bucket": "arn:aws:s3:::replica", "Metrics": object{"Status": "Enabled"},
		})}), untimed, exhaustive},
	})
}

func replicates(rule object) assertion {
	return has("AWS::S3::Bucket", object{"ReplicationConfiguration": object{
		"Role":  att("StaticSiteBucketReplicationRole", "Arn"),
		"Rules": list{rule},
	}})
}

func staticRecord(recordType string) assertion {
	return has("AWS::Route53::RecordSet", object{
		"HostedZoneId": "Z123", "Name": "static.example.com.", "Type": recordType,
		"AliasTarget": object{"DNSName": att("StaticSiteDistribution", "DomainName")},
	})
}
