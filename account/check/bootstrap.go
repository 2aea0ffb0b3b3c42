package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"twinsite/account"
	"twinsite/account/deploy"
	"twinsite/account/report"
)

const (
	// toolkit is the stack that "cdk bootstrap" makes in a region.
	toolkit = "CDKToolkit"

	// leastBootstrap is the version that the CDK's assemblies ask for:
	// requiresBootstrapStackVersion of their manifests.
	leastBootstrap = 8
)

// bootstrap asks for the CDK's bootstrap stack of a region.
func (c *Check) bootstrap(ctx context.Context, region string) (report.Finding, error) {
	s, err := c.describeStack(ctx, region, toolkit)
	if err != nil {
		return report.Finding{}, err
	}
	remedy := fmt.Sprintf("npx cdk bootstrap aws://%s/%s", c.Account.ID, region)
	version, _ := strconv.Atoi(s.Outputs["BootstrapVersion"])
	switch {
	case s.Status == "":
		return red(remedy, "the region has no stack %s", toolkit), nil
	case strings.HasSuffix(s.Status, "_IN_PROGRESS"):
		return warning("wait until that ends", "the stack %s is worked on (%s)", toolkit, s.Status), nil
	case strings.HasPrefix(s.Status, "UPDATE_") && strings.HasSuffix(s.Status, "_FAILED"): // every app of the region needs it
		return red(fmt.Sprintf("aws cloudformation continue-update-rollback --region %s --stack-name %s, then: %s", region, toolkit, remedy),
			"the stack %s is in %s", toolkit, s.Status), nil
	case s.Status != "UPDATE_ROLLBACK_COMPLETE" && (strings.Contains(s.Status, "FAILED") || strings.Contains(s.Status, "ROLLBACK")):
		return red(fmt.Sprintf("delete the stack, then: %s", remedy), "the stack %s is in %s", toolkit, s.Status), nil
	case version < leastBootstrap:
		return red(remedy, "the stack %s has version %d, and the CDK wants %d", toolkit, version, leastBootstrap), nil
	}
	return report.Good("version %d", version), nil
}

// executionRole asks IAM whether the role with which CloudFormation deploys may read
// the outputs of other stacks, which Fn::GetStackOutput does in its name.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
func (c *Check) executionRole(ctx context.Context, region string) (report.Finding, error) {
	s, err := c.describeStack(ctx, region, toolkit)
	if err != nil {
		return report.Finding{}, err
	}
	if s.Status == "" {
		return warning("bootstrap the region first", "there is none yet"), nil
	}
	i := slices.IndexFunc(s.resources, func(r deploy.Resource) bool { return r.LogicalID == "CloudFormationExecutionRole" })
	if i < 0 {
		return red(fmt.Sprintf("npx cdk bootstrap aws://%s/%s", c.Account.ID, region), "the stack %s has no execution role", toolkit), nil
	}
	role := s.resources[i].PhysicalID
	answer, err := iam.NewFromConfig(c.Account.In(region)).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(fmt.Sprintf("arn:aws:iam::%s:role/%s", c.Account.ID, role)),
		ActionNames:     []string{"cloudformation:DescribeStacks"},
		ResourceArns:    c.stackARNs(),
	})
	if err != nil {
		return report.Finding{}, account.Unanswered("iam:SimulatePrincipalPolicy", err)
	}
	if len(answer.EvaluationResults) == 0 {
		return report.Finding{}, errors.New("IAM does not say what the role may do")
	}
	for _, result := range answer.EvaluationResults {
		if result.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
			return red("allow the role cloudformation:DescribeStacks, by another policy of: npx cdk bootstrap --cloudformation-execution-policies",
				"the role %s may not read other stacks' outputs (%s)", role, result.EvalDecision), nil
		}
	}
	return report.Good("may read other stacks' outputs"), nil
}

// stackARNs are those of the site's stacks, whatever their last part is.
func (c *Check) stackARNs() (arns []string) {
	for _, id := range c.Site.StackIDs() {
		arns = append(arns, fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/*", c.Site.StackRegion(id), c.Account.ID, c.Site.StackName(id)))
	}
	return arns
}
