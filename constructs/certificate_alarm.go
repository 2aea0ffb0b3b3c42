package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// expiryDays is when a certificate is old: ACM should have renewed it about two
// weeks before.
// https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
const expiryDays = 30

// NewCertificateAlarm watches a certificate of the alarms' region.
func NewCertificateAlarm(scope constructs.Construct, id string, alarms *Alarms, certificate awscertificatemanager.ICertificate) awscloudwatch.Alarm {
	return alarms.add(scope, id, alarmProps{
		title: "A certificate is about to expire",
		means: "ACM renews certificates by itself, and has failed to. Until the certificate expires, nobody notices; then, no browser lets anybody in.",
		metric: certificate.MetricDaysToExpiry(&awscloudwatch.MetricOptions{
			Period: awscdk.Duration_Days(jsii.Number(1)), Statistic: awscloudwatch.Stats_MINIMUM(),
		}),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		threshold: expiryDays,
		// ACM says it twice a day, and of a new certificate not yet: until it does,
		// what was known holds.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}
