package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// StaticSiteProps describes the static files of one region.
type StaticSiteProps struct {
	// HostName is the distribution's own name, as "static.example.com".
	// Default: CloudFront's name for it.
	HostName string

	// Certificate, of us-east-1, covers HostName. Required with HostName.
	Certificate awscertificatemanager.ICertificate

	// Zone holds HostName's records. Required with HostName.
	Zone awsroute53.IHostedZone

	// Headers adds security headers and lets pages of any origin load the files,
	// after a preflight request too, and show them in a frame. Default: no header is
	// added.
	Headers bool

	// IPv6 serves the files by IPv6 too. Default: IPv4 only.
	IPv6 bool

	// HTTP3 offers HTTP/3 beside HTTP/2. Default: HTTP/2.
	HTTP3 bool

	// Switch is served at its own path, from its own bucket. Errors of the
	// distribution are then never cached, not even that an object is missing.
	// Default: none.
	Switch *FailoverSwitch

	// ReplicateTo is the bucket that receives a copy of every object and
	// deletion. Default: none.
	ReplicateTo awss3.IBucket

	// TimeControl replicates within 15 minutes by S3's service level agreement,
	// Replication Time Control. Default: without it.
	TimeControl bool

	// Fallback is a bucket with the same files, of another stack and region, that
	// the distribution asks when the bucket fails. Its stack has to set Lent on
	// the site that it belongs to. Default: none.
	Fallback awss3.IBucket

	// Lent lets every distribution of the account read the bucket, so that it can
	// be the Fallback of one in a later stack. Default: its own distribution only.
	Lent bool

	// Removal is what happens to the bucket and its files when the stack is
	// deleted. Default: the CDK's own, to retain them.
	Removal awscdk.RemovalPolicy

	// Logs is the bucket, of the same region, for a line about every request to
	// the bucket and the distribution. Default: no log.
	Logs awss3.IBucket
}

// StaticSite is a private, versioned bucket and the distribution that serves its
// files. Both stand in one stack, because their policies refer to each other.
type StaticSite struct {
	constructs.Construct

	// Bucket holds the files.
	Bucket awss3.Bucket

	// Distribution serves them.
	Distribution awscloudfront.Distribution

	// Host is the name they are served by, as "static.example.com". It is a
	// token unless HostName was given.
	Host string
}

// NewStaticSite makes the bucket and distribution of one region.
func NewStaticSite(scope constructs.Construct, id string, props *StaticSiteProps) *StaticSite {
	if props.HostName != "" {
		requireWith(id, "HostName", "Certificate", props.Certificate)
		requireWith(id, "HostName", "Zone", props.Zone)
	}
	s := &StaticSite{Construct: constructs.NewConstruct(scope, &id)}
	bucket := awss3.BucketProps{
		Versioned:     jsii.Bool(true), // replication demands it
		RemovalPolicy: props.Removal,
	}
	if props.Headers {
		bucket.Cors = staticCors()
	}
	if props.ReplicateTo != nil {
		bucket.ReplicationRules = &[]*awss3.ReplicationRule{replicationRule(props.ReplicateTo, props.TimeControl)}
	}
	if props.Logs != nil {
		bucket.ServerAccessLogsBucket = props.Logs
		bucket.ServerAccessLogsPrefix = jsii.String("static-bucket/")
	}
	s.Bucket = newBucket(s.Construct, "Bucket", bucket)
	if props.ReplicateTo != nil {
		role := s.Bucket.Node().FindChild(jsii.String("ReplicationRole"))
		acknowledgePolicy(role, replicatesAll, allObjects)
		// The CDK also lets it give replicas to another owner. Both buckets are ours.
		role.Node().FindChild(jsii.String("DefaultPolicy")).Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(
			jsii.String("PolicyDocument.Statement.2.Action"), replicateTo)
	}
	s.Distribution = newStaticDistribution(s.Construct, s.Bucket, props)
	if props.Lent {
		readByDistributions(s.Bucket, "*")
	}
	if props.Switch != nil {
		props.Switch.moveFrom(s.Bucket, s.Distribution)
	}
	acknowledge(s.Distribution, "AwsSolutions-CFR2",
		"It hands out files from a private bucket, mostly from its cache: there is nothing behind it to attack.")
	s.Host = *s.Distribution.DistributionDomainName()
	if props.HostName != "" {
		s.Host = props.HostName
		NewAliasRecords(s.Construct, "Records", &AliasRecordsProps{
			Zone:   props.Zone,
			Name:   props.HostName,
			Target: awsroute53targets.NewCloudFrontTarget(s.Distribution),
			IPv6:   props.IPv6,
		})
	}
	return s
}

// replicateTo is what replication does to the bucket it leads to.
var replicateTo = []string{"s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"}

const (
	// replicatesAll is why a policy may name all objects of a bucket.
	replicatesAll = "Every object of the bucket is replicated."

	// allObjects matches cdk-nag's finding about a policy for all objects of a
	// bucket of the same stack.
	allObjects = `/^Resource::<\w+\.Arn>\/\*$/`
)

// Address is the URL of the files, as "https://static.example.com".
func (s *StaticSite) Address() string { return "https://" + s.Host }
