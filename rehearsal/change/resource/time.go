package resource

import "time"

// A Time is how long CloudFormation takes for a resource, from its own "in progress"
// to "complete". None of it is documented.
type Time struct{ Create, Update, Remove time.Duration }

// guesses are those of types that take longer than usual. [I]
var guesses = map[string]Time{
	"AWS::CloudFront::Distribution":             {5 * time.Minute, 4 * time.Minute, 6 * time.Minute},
	"AWS::CloudFront::Function":                 {30 * time.Second, 30 * time.Second, 30 * time.Second},
	"AWS::CertificateManager::Certificate":      {3 * time.Minute, 10 * time.Second, 10 * time.Second},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {3 * time.Minute, 10 * time.Second, time.Minute},
	"AWS::AutoScaling::AutoScalingGroup":        {2 * time.Minute, 5 * time.Minute, 3 * time.Minute},
	"AWS::EC2::NatGateway":                      {2 * time.Minute, 10 * time.Second, 2 * time.Minute},
	"AWS::EC2::VPCEndpoint":                     {30 * time.Second, 20 * time.Second, 30 * time.Second},
	"AWS::Route53::RecordSet":                   {40 * time.Second, 40 * time.Second, 40 * time.Second},
	"AWS::Route53::RecordSetGroup":              {40 * time.Second, 40 * time.Second, 40 * time.Second},
	"AWS::Route53::HostedZone":                  {time.Minute, 10 * time.Second, time.Minute},
	"AWS::EC2::InternetGateway":                 {20 * time.Second, 10 * time.Second, 20 * time.Second},
	"AWS::IAM::Role":                            {20 * time.Second, 15 * time.Second, 10 * time.Second},
	"AWS::IAM::InstanceProfile":                 {2 * time.Minute, 15 * time.Second, 10 * time.Second},
	"AWS::Lambda::Function":                     {15 * time.Second, 15 * time.Second, 10 * time.Second},
	"AWS::WAFv2::WebACL":                        {15 * time.Second, 15 * time.Second, 15 * time.Second},
	"AWS::KMS::Key":                             {90 * time.Second, 20 * time.Second, 10 * time.Second},
	"Custom::CDKBucketDeployment":               {40 * time.Second, 40 * time.Second, 10 * time.Second},
}

// usual is the guess of every other type. [I]
var usual = Time{10 * time.Second, 10 * time.Second, 10 * time.Second}

// Takes is how long CloudFormation takes for a resource of a type.
func Takes(typ string) Time {
	if t, ok := guesses[typ]; ok {
		return t
	}
	return usual
}

// Length says a duration as it can be guessed.
func Length(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return "seconds"
	case d < 2*time.Hour:
		return "minutes"
	}
	return "hours"
}
