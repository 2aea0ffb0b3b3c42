package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/site"
)

func (c *Check) ec2(region string) *ec2.Client { return ec2.NewFromConfig(c.Account.In(region)) }

// regions asks whether the account has opted into the regions that want it.
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
func (c *Check) regions(ctx context.Context, _ string) (report.Finding, error) {
	answer, err := c.ec2(site.GlobalRegion).DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: aws.Bool(true)})
	if err != nil {
		return report.Finding{}, account.Unanswered("ec2:DescribeRegions", err)
	}
	var closed []string
	for _, name := range c.everywhere() {
		open := slices.ContainsFunc(answer.Regions, func(r types.Region) bool {
			return aws.ToString(r.RegionName) == name && aws.ToString(r.OptInStatus) != "not-opted-in"
		})
		if !open {
			closed = append(closed, name)
		}
	}
	if len(closed) > 0 {
		return red(fmt.Sprintf("aws account enable-region --region-name %s; it takes minutes to hours", closed[0]),
			"the account has not opted into %s", listed(closed)), nil
	}
	return report.Good("the account may use %s", listed(c.everywhere())), nil
}

// zones asks whether the site's availability zones exist, by name, and work.
func (c *Check) zones(ctx context.Context, region string) (report.Finding, error) {
	answer, err := c.ec2(region).DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		return report.Finding{}, account.Unanswered("ec2:DescribeAvailabilityZones", err)
	}
	states := map[string]types.AvailabilityZoneState{}
	var names []string
	for _, zone := range answer.AvailabilityZones {
		name := aws.ToString(zone.ZoneName)
		names, states[name] = append(names, name), zone.State
	}
	half, field := c.half(region)
	var missing, impaired []string
	for _, zone := range half.AvailabilityZones {
		switch state := states[zone]; state {
		case "":
			missing = append(missing, zone)
		case types.AvailabilityZoneStateAvailable:
		default:
			impaired = append(impaired, fmt.Sprintf("%s is %s", zone, state))
		}
	}
	switch {
	case len(missing) > 0:
		return red(fmt.Sprintf("name others in %s.availabilityZones: %s", field, listed(names)), "this account has no %s", listed(missing)), nil
	case len(impaired) > 0:
		return warning("see https://health.aws.amazon.com, or name others in "+field+".availabilityZones", "%s", listed(impaired)), nil
	}
	return report.Good("%s are there", listed(half.AvailabilityZones)), nil
}

// originFacing is the name of CloudFront's managed prefix list.
const originFacing = "com.amazonaws.global.cloudfront.origin-facing"

// prefixList asks whether the id of CloudFront's prefix list at home is the one that
// the load balancer lets in: with another, no visitor reaches it.
func (c *Check) prefixList(ctx context.Context, _ string) (report.Finding, error) {
	if len(c.Site.Edge.OriginSecrets) == 0 {
		return report.Good("not used, as edge.originSecrets is empty"), nil
	}
	home, wanted := c.Site.Home.Region.Name, c.Site.Home.PrefixList()
	answer, err := c.ec2(home).DescribeManagedPrefixLists(ctx, &ec2.DescribeManagedPrefixListsInput{
		Filters: []types.Filter{{Name: aws.String("prefix-list-name"), Values: []string{originFacing}}},
	})
	if err != nil {
		return report.Finding{}, account.Unanswered("ec2:DescribeManagedPrefixLists", err)
	}
	if len(answer.PrefixLists) == 0 {
		return red("give edge.originSecrets as [], or choose another home region", "%s has no prefix list of CloudFront's", home), nil
	}
	if there := aws.ToString(answer.PrefixLists[0].PrefixListId); there != wanted {
		return red(fmt.Sprintf("set home.cloudFrontPrefixList to %s", there), "CloudFront's in %s is %s, the site says %s", home, there, wanted), nil
	}
	return report.Good("CloudFront's in %s is %s", home, wanted), nil
}
