package topology

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"twinsite/assembly"
)

// Needs are what a site takes of one region's quotas, at most.
type Needs struct {
	// Region is as "us-east-1".
	Region string

	// LeastVCPUs and VCPUs are those of the web servers: when every group is at its
	// minimum, and at most, when groups at the greatest maximum that they or their
	// scheduled actions have are replaced by an instance refresh.
	LeastVCPUs, VCPUs int

	// UnknownTypes are instance types whose vCPUs cannot be read from their names;
	// their servers are not counted.
	UnknownTypes []string

	// ElasticIPs and VPCs are how many there are.
	ElasticIPs, VPCs int
}

// What a region of a new account allows. AWS may have given yours more, or less.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const (
	NewAccountVCPUs      = 5 // of the Standard families: A, C, D, H, I, M, R, T, Z
	NewAccountElasticIPs = 5
	NewAccountVPCs       = 5
)

// AllNeeds returns the needs of every region in which a site has a stack, in the
// order of their deployment.
func AllNeeds(a *assembly.Assembly) ([]Needs, error) {
	var all []Needs
	for _, stack := range a.Stacks() {
		i := slices.IndexFunc(all, func(n Needs) bool { return n.Region == stack.Region })
		if i < 0 {
			i = len(all)
			all = append(all, Needs{Region: stack.Region})
		}
		for _, r := range stack.Resources() {
			if err := all[i].add(a, r); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (n *Needs) add(a *assembly.Assembly, r *assembly.Resource) error {
	switch r.Type {
	case "AWS::EC2::EIP":
		n.ElasticIPs++
	case "AWS::EC2::VPC":
		n.VPCs++
	case GroupType:
		return n.addGroup(a, r)
	}
	return nil
}

func (n *Needs) addGroup(a *assembly.Assembly, group *assembly.Resource) error {
	p := &properties{of: group}
	template := p.target("LaunchTemplate.LaunchTemplateId")
	least, most := p.number("MinSize"), p.number("MaxSize")
	refresh := p.numberOr(".UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MaxHealthyPercentage", 100)
	if p.err != nil {
		return p.err
	}
	for _, action := range a.Resources(ScheduledActionType) {
		if of, err := action.Target("AutoScalingGroupName"); err != nil || of != group {
			continue
		}
		maximum, err := OrDefault(action, "MaxSize", (*assembly.Resource).Int, most)
		if err != nil {
			return err
		}
		most = max(most, maximum)
	}
	instance, err := template.Text("LaunchTemplateData.InstanceType")
	if err != nil {
		return err
	}
	each := VCPUs(instance)
	if each == 0 {
		n.UnknownTypes = append(n.UnknownTypes, instance)
		return nil
	}
	n.LeastVCPUs += each * least
	n.VCPUs += each * int(math.Ceil(float64(most*refresh)/100))
	return nil
}

// instanceSize is the size in an instance type's name, as in "m7i-flex.2xlarge".
var instanceSize = regexp.MustCompile(`^([a-z])[a-z0-9-]*\.(?:(nano|micro|small)|(medium)|(large)|(\d*)xlarge)$`)

// VCPUs returns the default vCPUs of an instance type by its name, 0 where the name
// does not say, as of bare metal.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-types.html
func VCPUs(instanceType string) int {
	size := instanceSize.FindStringSubmatch(instanceType)
	small := instanceType == "t1.micro" || instanceType == "t2.nano" || instanceType == "t2.micro" || instanceType == "t2.small"
	switch {
	case size == nil:
		return 0
	case small, size[3] != "" && size[1] != "t": // of most families, a medium has one
		return 1
	case size[2] != "", size[3] != "", size[4] != "":
		return 2
	case size[5] == "":
		return 4
	}
	times, _ := strconv.Atoi(size[5]) // digits, by the expression
	return 4 * times
}
