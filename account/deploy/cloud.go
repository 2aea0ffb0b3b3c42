package deploy

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancing "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"twinsite/account"
	"twinsite/site"
)

// Of returns an account as a deployment asks it.
func Of(a *account.Account) Cloud { return cloud{a} }

type cloud struct{ account *account.Account }

func (c cloud) formation(region string) *cloudformation.Client {
	return cloudformation.NewFromConfig(c.account.In(region))
}

func (c cloud) Stack(ctx context.Context, region, name string) (Stack, error) {
	stack := Stack{Name: name, Region: region}
	answer, err := c.formation(region).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" && strings.Contains(refused.ErrorMessage(), "does not exist") {
		return stack, nil
	}
	if err != nil || len(answer.Stacks) == 0 {
		return stack, account.Refused("cloudformation:DescribeStacks in "+region, err)
	}
	found := answer.Stacks[0]
	stack.ARN, stack.Status = aws.ToString(found.StackId), string(found.StackStatus)
	stack.Protected = aws.ToBool(found.EnableTerminationProtection)
	stack.Outputs = map[string]string{}
	for _, output := range found.Outputs {
		stack.Outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return stack, nil
}

func (c cloud) Stood(ctx context.Context, stack Stack) (bool, error) {
	pages := cloudformation.NewDescribeStackEventsPaginator(c.formation(stack.Region),
		&cloudformation.DescribeStackEventsInput{StackName: &stack.ARN})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, account.Refused("cloudformation:DescribeStackEvents", err)
		}
		for _, event := range page.StackEvents {
			if aws.ToString(event.PhysicalResourceId) == stack.ARN && event.ResourceStatus == "CREATE_COMPLETE" {
				return true, nil
			}
		}
	}
	return false, nil
}

func (c cloud) Remains(ctx context.Context, stack Stack) ([]Resource, error) {
	pages := cloudformation.NewListStackResourcesPaginator(c.formation(stack.Region),
		&cloudformation.ListStackResourcesInput{StackName: &stack.ARN})
	var remains []Resource
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Refused("cloudformation:ListStackResources", err)
		}
		for _, r := range page.StackResourceSummaries {
			if status := string(r.ResourceStatus); status != "DELETE_COMPLETE" && status != "DELETE_SKIPPED" {
				remains = append(remains, Resource{
					LogicalID: aws.ToString(r.LogicalResourceId), PhysicalID: aws.ToString(r.PhysicalResourceId),
					Type: aws.ToString(r.ResourceType), Status: status, Reason: aws.ToString(r.ResourceStatusReason), Changed: aws.ToTime(r.LastUpdatedTimestamp),
				})
			}
		}
	}
	return remains, nil
}

func (c cloud) Unprotect(ctx context.Context, stack Stack) error {
	_, err := c.formation(stack.Region).UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{
		StackName: &stack.Name, EnableTerminationProtection: aws.Bool(false),
	})
	return account.Refused("cloudformation:UpdateTerminationProtection", err)
}

func (c cloud) UnprotectBalancer(ctx context.Context, region, arn string) error {
	_, err := elasticloadbalancingv2.NewFromConfig(c.account.In(region)).ModifyLoadBalancerAttributes(ctx,
		&elasticloadbalancingv2.ModifyLoadBalancerAttributesInput{
			LoadBalancerArn: &arn,
			Attributes:      []balancing.LoadBalancerAttribute{{Key: aws.String("deletion_protection.enabled"), Value: aws.String("false")}},
		})
	var gone *balancing.LoadBalancerNotFoundException
	if errors.As(err, &gone) {
		return nil
	}
	return account.Refused("elasticloadbalancing:ModifyLoadBalancerAttributes", err)
}

func (c cloud) Delete(ctx context.Context, stack Stack, without ...string) error {
	_, err := c.formation(stack.Region).DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &stack.Name, RetainResources: without})
	return account.Refused("cloudformation:DeleteStack", err)
}

// namePart is how much of a stack's name CloudFormation surely puts into the names
// of its buckets, which have 63 characters at most.
const namePart = 20

// Buckets finds them by the tags that CloudFormation puts on what it makes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html
func (c cloud) Buckets(ctx context.Context, s *site.Site) ([]Bucket, error) {
	client := func(region string) *s3.Client { return s3.NewFromConfig(c.account.In(region)) }
	pages := s3.NewListBucketsPaginator(client(site.GlobalRegion), &s3.ListBucketsInput{MaxBuckets: aws.Int32(1000)})
	var found []Bucket
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Refused("s3:ListAllMyBuckets", err)
		}
		for _, b := range page.Buckets {
			bucket := Bucket{Name: aws.ToString(b.Name)}
			id := madeBy(s, bucket.Name)
			if id == "" {
				continue
			}
			bucket.Region = s.StackRegion(id)
			tags, err := client(bucket.Region).GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: b.Name})
			if err != nil {
				continue // of another region or without tags: of another site, then
			}
			for _, tag := range tags.TagSet {
				if aws.ToString(tag.Key) == "aws:cloudformation:stack-id" {
					bucket.StackARN = aws.ToString(tag.Value)
				}
			}
			if strings.Contains(bucket.StackARN, ":stack/"+s.StackName(id)+"/") {
				found = append(found, bucket)
			}
		}
	}
	return found, nil
}

// madeBy is the id of the stack that a bucket may be of, by its name.
func madeBy(s *site.Site, bucket string) string {
	for _, id := range s.StackIDs() {
		name := strings.ToLower(s.StackName(id))
		if strings.HasPrefix(bucket, name[:min(len(name), namePart)]) {
			return id
		}
	}
	return ""
}
