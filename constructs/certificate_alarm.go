package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// expiryDays is how many days before a certificate expires the alarm goes off.
// ACM should have renewed it about two weeks before that.
// https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
const expiryDays = 30

// CertificateAlarmProps describes the alarm on one certificate.
type CertificateAlarmProps struct {
	// Alarms is what the alarms of the certificate's region share. Required.
	Alarms *Alarms

	// Certificate is the certificate. Required.
	Certificate awscertificatemanager.ICertificate
}

// NewCertificateAlarm makes an alarm that goes off when ACM has not renewed a
// certificate in time.
func NewCertificateAlarm(scope constructs.Construct, id string, props *CertificateAlarmProps) awscloudwatch.Alarm {
	require(id, "Alarms", props.Alarms)
	require(id, "Certificate", props.Certificate)
	return props.Alarms.add(scope, id, alarmProps{
		title: "A certificate is about to expire",
		means: "ACM renews certificates by itself, and has failed to. Until the certificate expires, nobody notices; then, no browser lets anybody in.",
		metric: props.Certificate.MetricDaysToExpiry(&awscloudwatch.MetricOptions{
			Period: awscdk.Duration_Days(jsii.Number(1)), Statistic: awscloudwatch.Stats_MINIMUM(),
		}),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		threshold: expiryDays,
		// ACM publishes it twice a day, and not at once for a new certificate: in
		// between, the alarm stays as it is.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}
