package change

import (
	"cmp"
	"slices"
	"time"
)

// A guess is how long CloudFormation takes for a resource, from its own "in progress"
// to "complete". None of it is documented.
type guess struct{ create, update, remove time.Duration }

// guesses are those of types that take longer than usual. [I]
var guesses = map[string]guess{
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
var usual = guess{10 * time.Second, 10 * time.Second, 10 * time.Second}

// takes is how long a step takes.
func (s *Step) takes() time.Duration {
	g, ok := guesses[s.Type]
	if !ok {
		g = usual
	}
	switch s.Action {
	case Create, Replace:
		return g.create
	case Update:
		return g.update
	case Delete:
		return g.remove
	}
	return 0
}

// schedule lets each step begin when all that it waits for are done, and puts them
// into the order in which they end. Removals come last.
func schedule(steps []*Step) {
	byNumber := map[int]*Step{}
	for _, step := range steps {
		byNumber[step.Number] = step
	}
	ends := map[*Step]time.Duration{}
	var made time.Duration
	var end func(step *Step) time.Duration
	end = func(step *Step) time.Duration {
		if at, ok := ends[step]; ok {
			return at
		}
		var begin time.Duration
		if step.removes() {
			begin = made
		}
		for _, number := range step.After {
			begin = max(begin, end(byNumber[number]))
		}
		ends[step] = begin + step.takes()
		return ends[step]
	}
	for _, step := range steps {
		if !step.removes() {
			made = max(made, end(step))
		}
	}
	for _, step := range steps {
		step.Ends = end(step)
	}
	slices.SortStableFunc(steps, func(a, b *Step) int {
		return cmp.Or(compareBool(a.removes(), b.removes()), cmp.Compare(a.Ends, b.Ends))
	})
	renumber(steps)
}

// removes reports whether the step belongs to the end, when all is made.
func (s *Step) removes() bool { return s.Action == Delete || s.Action == Retain }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// renumber numbers the steps as they are in order, and what they wait for with them.
func renumber(steps []*Step) {
	numbers := map[int]int{}
	for i, step := range steps {
		numbers[step.Number] = i + 1
	}
	for _, step := range steps {
		step.Number = numbers[step.Number]
		for i, number := range step.After {
			step.After[i] = numbers[number]
		}
		slices.Sort(step.After)
		step.After = slices.Compact(step.After)
	}
}

// length says a duration as it can be guessed.
func length(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return "seconds"
	case d < 2*time.Hour:
		return "minutes"
	}
	return "hours"
}
