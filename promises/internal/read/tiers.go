package read

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// A Tier is what stands behind a load balancer.
type Tier struct {
	site.Region
	site.Web
	Balancer, TargetGroup, Group, Template *assembly.Resource
	BalancerSecurity, WebSecurity          *assembly.Resource
}

// Tiers are both regions' tiers, home first.
func (in *Reader) Tiers() []*Tier { return []*Tier{in.Home(), in.Standby()} }

// Home is the tier of the home region.
func (in *Reader) Home() *Tier {
	return in.tier(in.HomeBalancer(), in.Site.Home.Region, in.Site.Web)
}

// Standby is the tier of the standby.
func (in *Reader) Standby() *Tier {
	return in.tier(in.StandbyBalancer(), in.Site.Standby.Region, in.Site.StandbyWeb())
}

func (in *Reader) tier(balancer *assembly.Resource, region site.Region, web site.Web) *Tier {
	t := &Tier{Region: region, Web: web, Balancer: balancer}
	InRegion(balancer, region.Name)
	t.BalancerSecurity = Target(balancer, "SecurityGroups", "AWS::EC2::SecurityGroup")
	t.TargetGroup = Only("target groups behind "+balancer.String(), must.Get(topology.TargetGroups(in.Assembly, balancer))...)
	t.Group = Only("Auto Scaling groups behind "+t.TargetGroup.String(), topology.AutoScalingGroups(in.Assembly, t.TargetGroup)...)
	t.Template = Target(t.Group, "LaunchTemplate.LaunchTemplateId", "AWS::EC2::LaunchTemplate")
	t.WebSecurity = Target(t.Template, "LaunchTemplateData.SecurityGroupIds", "AWS::EC2::SecurityGroup")
	return t
}

// CheckTag demands that a resource has a tag.
func CheckTag(r *assembly.Resource, key, value string) {
	for _, tag := range Objects(r, "Tags") {
		if tag["Key"] == key && tag["Value"] == value {
			return
		}
	}
	Fail(r, "Tags", "lacks the tag %s", key)
}

// RouteTable is the route table of a subnet.
func (in *Reader) RouteTable(subnet *assembly.Resource) *assembly.Resource {
	return Follow(Only("route tables of "+subnet.String(),
		in.Referrers(subnet, "AWS::EC2::SubnetRouteTableAssociation")...), "RouteTableId")
}

// ScalingAlarm is the one alarm on a group's average CPU with an operator.
func (in *Reader) ScalingAlarm(t *Tier, operator string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range in.Referrers(t.Group, topology.AlarmType) {
		if alarm.Has("MetricName") && Text(alarm, "MetricName") == "CPUUtilization" && Text(alarm, "ComparisonOperator") == operator {
			found = append(found, alarm)
		}
	}
	return Only("alarms "+operator+" on "+t.Group.String(), found...)
}
