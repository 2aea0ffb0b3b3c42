package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AliasRecordsProps describes one name that leads to one AWS resource.
type AliasRecordsProps struct {
	// Zone is the hosted zone. Required.
	Zone awsroute53.IHostedZone

	// Name is the full host name, as "static.example.com". Required.
	Name string

	// Target is the alias target. Required.
	Target awsroute53.IAliasRecordTarget

	// IPv6 adds an AAAA record beside the A record; the target must have IPv6
	// addresses. Default: A only.
	IPv6 bool
}

// NewAliasRecords makes the alias records of one name: an A record, and an AAAA
// record with IPv6.
func NewAliasRecords(scope constructs.Construct, id string, props *AliasRecordsProps) constructs.Construct {
	require(id, "Zone", props.Zone)
	require(id, "Name", props.Name)
	require(id, "Target", props.Target)
	scope = constructs.NewConstruct(scope, &id)
	target := awsroute53.RecordTarget_FromAlias(props.Target)
	awsroute53.NewARecord(scope, jsii.String("A"), &awsroute53.ARecordProps{
		Zone: props.Zone, RecordName: &props.Name, Target: target,
	})
	if props.IPv6 {
		awsroute53.NewAaaaRecord(scope, jsii.String("AAAA"), &awsroute53.AaaaRecordProps{
			Zone: props.Zone, RecordName: &props.Name, Target: target,
		})
	}
	return scope
}
