package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CertificateProps describes a certificate.
type CertificateProps struct {
	// Domain, as "example.com", and all names one level below it are covered.
	// Required.
	Domain string

	// Zone is the domain's hosted zone, which takes the record that proves that
	// the domain is ours. Required.
	Zone awsroute53.IHostedZone
}

// NewCertificate requests a certificate for a domain and all names one level
// below it.
//
// A certificate serves its own region only: load balancers take the one of
// their region, and only CloudFront takes the one of us-east-1 everywhere. The
// stack waits in CREATE_IN_PROGRESS until the zone is delegated.
// https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
func NewCertificate(scope constructs.Construct, id string, props *CertificateProps) awscertificatemanager.ICertificate {
	require(id, "Domain", props.Domain)
	require(id, "Zone", props.Zone)
	return awscertificatemanager.NewCertificate(scope, &id, &awscertificatemanager.CertificateProps{
		DomainName:              &props.Domain,
		SubjectAlternativeNames: jsii.Strings("*." + props.Domain),
		Validation:              awscertificatemanager.CertificateValidation_FromDns(props.Zone),
	})
}
