package constructs

import (
	"testing"
)

func TestCertificateAlarm(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestStackIn(stage, "Minimal", globalRegion)
	alarm := NewCertificateAlarm(minimal, "CertificateExpires", &CertificateAlarmProps{
		Alarms: testAlarms(minimal), Certificate: testCertificate(minimal),
	})
	if got := *alarm.Node().Path(); got != "Test/Minimal/CertificateExpires" {
		t.Errorf("it is alarm %s", got)
	}

	// The CDK's own choices: below 1 is too late.
	plain := newTestStackIn(stage, "Plain", globalRegion)
	plainAlarm(plain, "CertificateExpires", testCertificate(plain).MetricDaysToExpiry(nil))

	checkPromises(t, []promise{
		{"a month before", tells("A certificate is about to expire", "a-certificate-is-about-to-expire", object{
			"Namespace": "AWS/CertificateManager", "MetricName": "DaysToExpiry",
			"Dimensions": list{object{"Name": "CertificateArn", "Value": testCertificateARN}},
			"Statistic":  "Minimum", "Period": 24 * 60 * 60,
			"ComparisonOperator": "LessThanThreshold", "Threshold": 30,
			"DatapointsToAlarm": 1, "EvaluationPeriods": 1,
			"TreatMissingData": "ignore", // ACM is silent about a new certificate
		}), minimal, plain},
	})
}
