package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancing "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"twinsite/account"
	"twinsite/account/report"
)

// A quota is one of AWS's, by its codes in Service Quotas.
type quota struct{ service, code, what string }

var (
	addressQuota  = quota{"ec2", "L-0263D0A3", "Elastic IPs"}
	networkQuota  = quota{"vpc", "L-F678F1CE", "VPCs"}
	balancerQuota = quota{"elasticloadbalancing", "L-53DA6B97", "Application Load Balancers"}
)

// vCPUQuotas are the quotas of running On-Demand instances, in vCPUs, by how the
// names of their families begin. The first that fits counts: all others but Mac are
// of the standard families.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
var vCPUQuotas = []struct{ prefix, code, families string }{
	{"dl", "L-6E869C2A", "DL"}, {"hpc", "L-F7808C92", "HPC"}, {"inf", "L-1945791B", "Inf"}, {"trn", "L-2C3B7624", "Trn"},
	{"vt", "L-DB2E81BA", "G and VT"}, {"u", "L-43DA4232", "High Memory"},
	{"f", "L-74FC7D96", "F"}, {"g", "L-DB2E81BA", "G and VT"}, {"p", "L-417A185B", "P"}, {"x", "L-7295265B", "X"},
	{"", "L-1216C47A", "Standard"},
}

// vCPUQuota is the quota of an instance type.
func vCPUQuota(instanceType string) quota {
	i := slices.IndexFunc(vCPUQuotas, func(q struct{ prefix, code, families string }) bool { return strings.HasPrefix(instanceType, q.prefix) })
	return quota{"ec2", vCPUQuotas[i].code, "vCPUs of running On-Demand " + vCPUQuotas[i].families + " instances"}
}

// allowed is what the account may have: the value that AWS has set for it, or the
// default of all accounts.
func (c *Check) allowed(ctx context.Context, region string, q quota) (int, error) {
	client := servicequotas.NewFromConfig(c.Account.In(region))
	answer, err := client.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: &q.service, QuotaCode: &q.code})
	switch {
	case err == nil && answer.Quota != nil && answer.Quota.Value != nil:
		return int(*answer.Quota.Value), nil
	case err != nil && !refusedWith(err, "NoSuchResourceException"):
		return 0, account.Unanswered("servicequotas:GetServiceQuota", err)
	}
	usual, err := client.GetAWSDefaultServiceQuota(ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &q.service, QuotaCode: &q.code})
	if err != nil {
		return 0, account.Unanswered("servicequotas:GetAWSDefaultServiceQuota", err)
	}
	if usual.Quota == nil || usual.Quota.Value == nil {
		return 0, errors.New("AWS does not say how many are allowed")
	}
	return int(*usual.Quota.Value), nil
}

// compare judges a quota against what the site needs at most, beside what others of
// the account have.
func (c *Check) compare(ctx context.Context, region string, q quota, need, others int) (report.Finding, error) {
	allowed, err := c.allowed(ctx, region, q)
	if err != nil {
		return report.Finding{}, err
	}
	said := fmt.Sprintf("%d allowed, %d taken by others, %d needed at most", allowed, others, need)
	if allowed-others < need {
		return red(fmt.Sprintf("aws service-quotas request-service-quota-increase --region %s --service-code %s --quota-code %s --desired-value %d",
			region, q.service, q.code, need+others), "%s: %s", q.what, said), nil
	}
	return report.Good("%s", said), nil
}

// vCPUs compares the quota with the servers at their greatest number, while an
// instance refresh replaces them.
func (c *Check) vCPUs(ctx context.Context, region string) (report.Finding, error) {
	web, _ := c.web(region)
	info, err := c.describeType(ctx, region, web.InstanceType)
	if err != nil {
		return report.Finding{}, err
	}
	if info.VCpuInfo == nil || info.VCpuInfo.DefaultVCpus == nil {
		return report.Finding{}, fmt.Errorf("AWS does not say how many vCPUs %s has", web.InstanceType)
	}
	q := vCPUQuota(web.InstanceType)
	others, err := c.othersVCPUs(ctx, region, q)
	if err != nil {
		return report.Finding{}, err
	}
	return c.compare(ctx, region, q, mostServers(web)*int(*info.VCpuInfo.DefaultVCpus), others)
}

// othersVCPUs are those of running On-Demand instances that are not the site's and
// count for the same quota.
func (c *Check) othersVCPUs(ctx context.Context, region string, q quota) (int, error) {
	pages := ec2.NewDescribeInstancesPaginator(c.ec2(region), &ec2.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}},
	})
	others := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, account.Unanswered("ec2:DescribeInstances", err)
		}
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				if instance.InstanceLifecycle == "" && vCPUQuota(string(instance.InstanceType)) == q && !c.ours(instance.Tags) {
					others += vCPUsOf(instance)
				}
			}
		}
	}
	return others, nil
}

func vCPUsOf(instance types.Instance) int {
	if instance.CpuOptions == nil {
		return 0
	}
	return int(aws.ToInt32(instance.CpuOptions.CoreCount) * aws.ToInt32(instance.CpuOptions.ThreadsPerCore))
}

// ours says by the tag that every resource of the site has whether it is the site's.
func (c *Check) ours(tags []types.Tag) bool {
	return slices.ContainsFunc(tags, func(tag types.Tag) bool {
		return aws.ToString(tag.Key) == "Site" && aws.ToString(tag.Value) == c.Site.Name
	})
}

func (c *Check) addresses(ctx context.Context, region string) (report.Finding, error) {
	answer, err := c.ec2(region).DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
	if err != nil {
		return report.Finding{}, account.Unanswered("ec2:DescribeAddresses", err)
	}
	others := 0
	for _, address := range answer.Addresses {
		if !c.ours(address.Tags) {
			others++
		}
	}
	half, _ := c.half(region)
	return c.compare(ctx, region, addressQuota, natGateways(half), others)
}

// vpcs are the networks of a region that are the site's, and how many others there are.
func (c *Check) vpcs(ctx context.Context, region string) (ours []string, others int, err error) {
	pages := ec2.NewDescribeVpcsPaginator(c.ec2(region), &ec2.DescribeVpcsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, 0, account.Unanswered("ec2:DescribeVpcs", err)
		}
		for _, vpc := range page.Vpcs {
			if c.ours(vpc.Tags) {
				ours = append(ours, aws.ToString(vpc.VpcId))
			} else {
				others++
			}
		}
	}
	return ours, others, nil
}

func (c *Check) networks(ctx context.Context, region string) (report.Finding, error) {
	_, others, err := c.vpcs(ctx, region)
	if err != nil {
		return report.Finding{}, err
	}
	return c.compare(ctx, region, networkQuota, 1, others)
}

func (c *Check) balancers(ctx context.Context, region string) (report.Finding, error) {
	ours, _, err := c.vpcs(ctx, region)
	if err != nil {
		return report.Finding{}, err
	}
	pages := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(elasticloadbalancingv2.NewFromConfig(c.Account.In(region)),
		&elasticloadbalancingv2.DescribeLoadBalancersInput{})
	others := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("elasticloadbalancing:DescribeLoadBalancers", err)
		}
		for _, balancer := range page.LoadBalancers {
			if balancer.Type == balancing.LoadBalancerTypeEnumApplication && !slices.Contains(ours, aws.ToString(balancer.VpcId)) {
				others++
			}
		}
	}
	return c.compare(ctx, region, balancerQuota, 1, others)
}
