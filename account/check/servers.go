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
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"twinsite/account"
	"twinsite/account/report"
)

// offered asks whether the zones have the instance type: not every zone has each.
func (c *Check) offered(ctx context.Context, region string) (report.Finding, error) {
	web, typeField := c.web(region)
	half, field := c.half(region)
	pages := ec2.NewDescribeInstanceTypeOfferingsPaginator(c.ec2(region), &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone,
		Filters:      []types.Filter{{Name: aws.String("instance-type"), Values: []string{web.InstanceType}}},
	})
	var zones []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("ec2:DescribeInstanceTypeOfferings", err)
		}
		for _, offering := range page.InstanceTypeOfferings {
			if string(offering.InstanceType) == web.InstanceType {
				zones = append(zones, aws.ToString(offering.Location))
			}
		}
	}
	slices.Sort(zones)
	missing := slices.DeleteFunc(slices.Clone(half.AvailabilityZones), func(zone string) bool { return slices.Contains(zones, zone) })
	switch {
	case len(zones) == 0:
		return red("choose another "+typeField, "%s is not offered in %s", web.InstanceType, region), nil
	case len(missing) > 0:
		return red(fmt.Sprintf("name others in %s.availabilityZones (%s), or choose another %s", field, listed(zones), typeField),
			"%s is not offered in %s", web.InstanceType, listed(missing)), nil
	}
	return report.Good("%s is offered in %s", web.InstanceType, listed(half.AvailabilityZones)), nil
}

// describeType asks what an instance type is.
func (c *Check) describeType(ctx context.Context, region, name string) (types.InstanceTypeInfo, error) {
	answer, err := c.ec2(region).DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{types.InstanceType(name)}})
	switch {
	case refusedWith(err, "InvalidInstanceType"), err == nil && len(answer.InstanceTypes) == 0:
		return types.InstanceTypeInfo{}, fmt.Errorf("%s has no instance type %s", region, name)
	case err != nil:
		return types.InstanceTypeInfo{}, account.Unanswered("ec2:DescribeInstanceTypes", err)
	}
	return answer.InstanceTypes[0], nil
}

// refusedWith says whether AWS's error has a code that begins so.
func refusedWith(err error, code string) bool {
	var refused smithy.APIError
	return errors.As(err, &refused) && strings.HasPrefix(refused.ErrorCode(), code)
}

// amazonLinux is how the names of the parameters with Amazon Linux's images begin, as
// the CDK reads them; the architecture follows.
// https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
const amazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-"

// image asks for the image of a region's servers, by the parameter that names it
// where one does, and whether the instance type runs it.
func (c *Check) image(ctx context.Context, region string) (report.Finding, error) {
	web, typeField := c.web(region)
	info, err := c.describeType(ctx, region, web.InstanceType)
	if err != nil {
		return report.Finding{}, err
	}
	if info.ProcessorInfo == nil || len(info.ProcessorInfo.SupportedArchitectures) == 0 {
		return report.Finding{}, fmt.Errorf("AWS does not say which architecture %s has", web.InstanceType)
	}
	var runs []string
	for _, architecture := range info.ProcessorInfo.SupportedArchitectures {
		runs = append(runs, string(architecture))
	}
	named := web.Images[region]
	if named == "" {
		named = amazonLinux + runs[len(runs)-1] // the last is the wider of i386 and x86_64
	}
	id, finding, err := c.imageID(ctx, region, named)
	if id == "" {
		return finding, err
	}
	field := "web.images." + region
	answer, err := c.ec2(region).DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	switch {
	case refusedWith(err, "InvalidAMIID"), err == nil && len(answer.Images) == 0:
		return red("give an image of this region in "+field, "%s has no image %s that this account may use", region, id), nil
	case err != nil:
		return report.Finding{}, account.Unanswered("ec2:DescribeImages", err)
	}
	image := answer.Images[0]
	switch {
	case image.State != "" && image.State != types.ImageStateAvailable:
		return red("give another in "+field, "the image %s is %s", id, image.State), nil
	case !slices.Contains(runs, string(image.Architecture)):
		return red(fmt.Sprintf("give another image in %s, or another %s", field, typeField),
			"the image %s is for %s, and %s runs %s", id, image.Architecture, web.InstanceType, listed(runs)), nil
	}
	return report.Good("%s, for %s as %s", id, image.Architecture, web.InstanceType), nil
}

// imageID is the image that a name of the site's means. Without one, the finding or
// the error says why.
func (c *Check) imageID(ctx context.Context, region, named string) (string, report.Finding, error) {
	if strings.HasPrefix(named, "ami-") {
		return named, report.Finding{}, nil
	}
	answer, err := ssm.NewFromConfig(c.Account.In(region)).GetParameter(ctx, &ssm.GetParameterInput{Name: &named})
	field := "web.images." + region
	switch {
	case refusedWith(err, "ParameterNotFound"):
		return "", red(fmt.Sprintf("make the parameter there, or name another in %s", field), "%s has no parameter %s", region, named), nil
	case err != nil:
		return "", report.Finding{}, account.Unanswered("ssm:GetParameter", err)
	}
	id := aws.ToString(answer.Parameter.Value)
	if !strings.HasPrefix(id, "ami-") {
		return "", red(fmt.Sprintf("put the id of an image there, or name another in %s", field), "the parameter %s holds %q, which is no image", named, id), nil
	}
	return id, report.Finding{}, nil
}
