package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NewCertificate asks for a certificate for a domain and all names one level
// below it, validated by a record in the zone.
//
// A certificate serves its own region only: load balancers take the one of
// their region, and only CloudFront takes the one of us-east-1 everywhere. The
// stack waits in CREATE_IN_PROGRESS until the zone is delegated.
// https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
func NewCertificate(scope constructs.Construct, id, domain string, zone awsroute53.IHostedZone) awscertificatemanager.ICertificate {
	return awscertificatemanager.NewCertificate(scope, &id, &awscertificatemanager.CertificateProps{
		DomainName:              &domain,
		SubjectAlternativeNames: jsii.Strings("*." + domain),
		Validation:              awscertificatemanager.CertificateValidation_FromDns(zone),
	})
}
