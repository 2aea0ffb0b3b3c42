package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// testDistribution is a distribution by its names only.
func testDistribution(scope constructs.Construct) awscloudfront.IDistribution {
	return awscloudfront.Distribution_FromDistributionAttributes(scope, jsii.String("ImportedDistribution"),
		&awscloudfront.DistributionAttributes{
			DistributionId: jsii.String("E1"),
			DomainName:     jsii.String("d1.cloudfront.net"),
		})
}

func newTestFailover(stage awscdk.Stage, id string, mutate func(*FailoverProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &FailoverProps{
		Zone:      testZone(stack),
		HostNames: []string{"example.com"},
		Primary:   testDistribution(stack),
		Secondary: testLoadBalancer(stack),
		Path:      "/healthz",
		Interval:  10 * time.Second,
		Threshold: 3,
	}
	mutate(props)
	NewFailover(stack, "Failover", props)
	return stack
}

func TestFailover(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestFailover(stage, "Minimal", func(*FailoverProps) {})
	exhaustive := newTestFailover(stage, "Exhaustive", func(props *FailoverProps) {
		props.HostNames = []string{"example.com", "www.example.com"}
		props.Path = "/other"
		props.Interval = 30 * time.Second
		props.Threshold = 10
		props.IPv6 = true
	})
	switched := newTestFailover(stage, "Switched", func(props *FailoverProps) {
		props.SwitchHost, props.SwitchPath = "standby.example.com", "/failover-switch"
	})

	serving := newTestFailover(stage, "Serving", func(props *FailoverProps) {
		props.SwitchHost, props.SwitchPath = "standby.example.com", "/failover-switch"
		props.Serving = testServing(props)
	})
	front := newTestFailover(stage, "Front", func(props *FailoverProps) {
		props.SwitchHost, props.SwitchPath = "standby.example.com", "/failover-switch"
		props.Serving = testServing(props)
		props.StandbyCheckPath = "/standby"
	})

	// What the console would make first: a check without SNI, and one simple
	// record.
	plain := newTestStack(stage, "Plain")
	awsroute53.NewHealthCheck(plain, jsii.String("Check"), &awsroute53.HealthCheckProps{
		Type: awsroute53.HealthCheckType_HTTPS, Fqdn: jsii.String("d1.cloudfront.net"), EnableSNI: jsii.Bool(false),
	})
	awsroute53.NewARecord(plain, jsii.String("A"), &awsroute53.ARecordProps{
		Zone:   testZone(plain),
		Target: awsroute53.RecordTarget_FromAlias(awsroute53targets.NewCloudFrontTarget(testDistribution(plain))),
	})

	empty := newTestStack(stage, "Empty")

	checkPromises(t, []promise{
		{"home is checked through the distribution, every 10 seconds", healthCheck("/healthz", 10, 3), minimal, exhaustive},
		{"other path, interval and threshold", healthCheck("/other", 30, 10), exhaustive, minimal},
		{"one check for all names", total("AWS::Route53::HealthCheck", 1), exhaustive, empty},
		{"with the server's name, which CloudFront needs", has("AWS::Route53::HealthCheck", object{
			"HealthCheckConfig": object{"EnableSNI": true},
		}), minimal, plain},

		{"the switch is off while it is not there", has("AWS::Route53::HealthCheck", object{"HealthCheckConfig": object{
			"Type": "HTTPS", "FullyQualifiedDomainName": "standby.example.com", "ResourcePath": "/failover-switch",
			"Inverted": true, "EnableSNI": true,
		}}), switched, minimal},
		{"home serves while it answers and the switch is off", has("AWS::Route53::HealthCheck", object{"HealthCheckConfig": object{
			"Type": "CALCULATED", "HealthThreshold": 2,
			"ChildHealthChecks": list{
				ref("FailoverHomeEndpoint"), ref("FailoverSwitchOff"),
			},
		}}), switched, minimal},
		{"the records follow both", has("AWS::Route53::RecordSetGroup", object{"RecordSets": list{
			object{"Failover": "PRIMARY", "HealthCheckId": ref("FailoverHomeServes")}, object{"Failover": "SECONDARY"},
		}}), switched, minimal},

		{"what serves follows the check too, kept for ten seconds, as an alias cannot be", servingPair("FailoverHomeServes"), serving, minimal},
		{"no name of what serves", total("AWS::Route53::RecordSetGroup", 1), minimal, serving},
		{"a front at the edge stays while either region answers there", every(
			has("AWS::Route53::HealthCheck", object{"HealthCheckConfig": object{
				"Type": "HTTPS", "FullyQualifiedDomainName": "d1.cloudfront.net", "ResourcePath": "/standby", "Inverted": false,
				"RequestInterval": 10, "FailureThreshold": 3,
			}}),
			has("AWS::Route53::HealthCheck", object{"HealthCheckConfig": object{
				"Type": "CALCULATED", "HealthThreshold": 1,
				"ChildHealthChecks": list{ref("FailoverHomeEndpoint"), ref("FailoverStandbyBehindEdge")},
			}}),
			has("AWS::Route53::RecordSetGroup", object{"RecordSets": list{
				object{"Type": "A", "Failover": "PRIMARY", "HealthCheckId": ref("FailoverEdgeServes")}, object{"Failover": "SECONDARY"},
			}}),
			servingPair("FailoverHomeServes"),
		), front, serving},

		{"a pair for the name", pairs("example.com", "A"), minimal, exhaustive},
		{"a pair for each name and address family", every(
			pairs("example.com", "A", "AAAA"), pairs("www.example.com", "A", "AAAA"),
		), exhaustive, minimal},
		{"one change a name", total("AWS::Route53::RecordSetGroup", 2), exhaustive, minimal},
		{"no record that does not fail over", total("AWS::Route53::RecordSet", 0), minimal, plain},
	})
}

func testServing(props *FailoverProps) *ServingName {
	return &ServingName{
		Name: "origin.example.com", Home: "origin-home.example.com", Standby: "origin-standby.example.com",
		StandbyEndpoint: awsroute53.HealthCheck_FromHealthCheckId(props.Zone.Stack(), jsii.String("StandbyEndpoint"), jsii.String("standby")),
		TTL:             10 * time.Second,
	}
}

// servingPair demands the records of what serves, exactly, which follow a check at
// home.
func servingPair(check string) assertion {
	record := func(failover, identifier, target string, check any) any {
		return exactly(object{
			"Name": "origin.example.com.", "Type": "CNAME", "TTL": "10", "Failover": failover, "SetIdentifier": identifier,
			"HealthCheckId": check, "ResourceRecords": list{target},
		})
	}
	return hasExactly("AWS::Route53::RecordSetGroup", object{"HostedZoneId": "Z123", "RecordSets": list{
		record("PRIMARY", "home", "origin-home.example.com.", ref(check)),
		record("SECONDARY", "standby", "origin-standby.example.com.", "standby"),
	}})
}

// healthCheck demands exactly this check, as further settings such as an
// inversion would change what it says.
func healthCheck(path string, intervalSeconds, threshold int) assertion {
	return has("AWS::Route53::HealthCheck", object{"HealthCheckConfig": exactly(object{
		"Type":                     "HTTPS",
		"FullyQualifiedDomainName": "d1.cloudfront.net",
		"Port":                     443,
		"ResourcePath":             path,
		"RequestInterval":          intervalSeconds,
		"FailureThreshold":         threshold,
		"EnableSNI":                true,
		"Inverted":                 false,
		"MeasureLatency":           false, // cannot be changed later
	})})
}

// pairs demands a name's records, exactly: the primary follows the health
// check and never CloudFront's own health, which Route 53 does not know; the
// secondary follows the load balancer's.
func pairs(name string, types ...string) assertion {
	var records list
	for _, recordType := range types {
		records = append(records, exactly(object{
			"Name": name + ".", "Type": recordType, "Failover": "PRIMARY", "SetIdentifier": "home",
			"HealthCheckId": ref("FailoverHomeEndpoint"),
			"AliasTarget": exactly(object{
				"DNSName": "d1.cloudfront.net", "HostedZoneId": "Z2FDTNDATAQYW2", "EvaluateTargetHealth": false,
			}),
		}), exactly(object{
			"Name": name + ".", "Type": recordType, "Failover": "SECONDARY", "SetIdentifier": "standby",
			"AliasTarget": exactly(object{
				"DNSName": "dualstack.x-1.elb.amazonaws.com", "HostedZoneId": "ZELB", "EvaluateTargetHealth": true,
			}),
		}))
	}
	return hasExactly("AWS::Route53::RecordSetGroup", object{"HostedZoneId": "Z123", "RecordSets": records})
}
