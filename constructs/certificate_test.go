package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/jsii-runtime-go"
)

func TestCertificate(t *testing.T) {
	stage := newTestStage(t)
	stack := newTestStack(stage, "Minimal")
	NewCertificate(stack, "Certificate", &CertificateProps{Domain: "example.com", Zone: testZone(stack)})

	plain := newTestStack(stage, "Plain")
	awscertificatemanager.NewCertificate(plain, jsii.String("Certificate"), &awscertificatemanager.CertificateProps{
		DomainName: jsii.String("example.com"),
	})
	checkPromises(t, []promise{
		{"the domain and all names one level below it", has("AWS::CertificateManager::Certificate", object{
			"DomainName": "example.com", "SubjectAlternativeNames": list{"*.example.com"},
		}), stack, plain},
		{"validated by records in the zone", has("AWS::CertificateManager::Certificate", object{
			"ValidationMethod": "DNS",
			"DomainValidationOptions": list{
				object{"DomainName": "example.com", "HostedZoneId": "Z123"},
			},
		}), stack, plain},
	})
}
