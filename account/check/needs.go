package check

import "twinsite/site"

// refreshPercent is how many servers an instance refresh has at most, in percent of
// the group's size, rounded up: MaxHealthyPercentage of the groups.
const refreshPercent = 110

// mostServers is how many web servers a region can have at once: at the greatest
// maximum, of the group's or of its schedules, while they are replaced.
func mostServers(web site.Web) int {
	most := web.Maximum
	for _, schedule := range web.Schedules {
		most = max(most, schedule.Maximum)
	}
	return (most*refreshPercent + 99) / 100
}

// natGateways is how many a region has, each with an Elastic IP.
func natGateways(half site.Region) int {
	switch half.NATGateways {
	case site.NATPerZone:
		return len(half.AvailabilityZones)
	case site.NATSingle:
		return 1
	}
	return 0
}
