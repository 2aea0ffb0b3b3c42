// Package container extends a site whose servers run a container: user-data.sh
// pulls it from Amazon ECR in the server's own region, and keeps it running. A
// registry in the other region would be down when it is needed most.
package container

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/site"
	"twinsite/stacks"
)

// The names in web.environment that user-data.sh reads.
const (
	RegistryVariable = "CONTAINER_REGISTRY_ID" // the account of the registry, as "111122223333"
	ImageVariable    = "CONTAINER_IMAGE"       // repository and tag, as "shop:1.4.2", or digest, as "shop@sha256:…"
	LogsVariable     = "CONTAINER_LOG_GROUP"   // a log group of each region, as "/shop/container"
)

// Extend lets the servers of each region pull the image that web.environment names,
// and write to the log group that it names, which it makes, for retention.days. Call it
// from [twinsite/own.Extend]. It panics if web.environment lacks one of the names.
// Without it, the first server of a region makes the group, for CONTAINER_LOG_DAYS.
//
// The repository is not made here: its image has to be there before the first server
// boots. docs/application.md says how ECR copies it to the other region.
func Extend(_ awscdk.App, s *site.Site, all *stacks.Stacks) {
	for _, name := range []string{RegistryVariable, ImageVariable, LogsVariable} {
		if s.Web.Environment[name] == "" {
			panic(fmt.Sprintf("web.environment: %s is missing: set it, as in examples/startup.yaml", name))
		}
	}
	extend(all.Secondary.Stack, all.Secondary.WebTier, s)
	extend(all.Primary.Stack, all.Primary.WebTier, s)
}

func extend(stack awscdk.Stack, tier *constructs.WebTier, s *site.Site) {
	// A managed policy, as those of web.policies: the promises hold the role's own policy
	// to what the product needs.
	policy := awsiam.NewManagedPolicy(stack, jsii.String("ContainerPolicy"), &awsiam.ManagedPolicyProps{Roles: &[]awsiam.IRole{tier.Group.Role()}})
	name := repository(s.Web.Environment[ImageVariable])
	registry := s.Web.Environment[RegistryVariable]
	arn := stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("ecr"), Account: &registry, Resource: jsii.String("repository"), ResourceName: &name})
	awsecr.Repository_FromRepositoryArn(stack, jsii.String("ContainerRepository"), arn).GrantPull(policy)

	logs := s.Web.Environment[LogsVariable]
	// L1: the L2 takes names of numbers of days only.
	made := awslogs.NewCfnLogGroup(stack, jsii.String("ContainerLogs"), &awslogs.CfnLogGroupProps{
		LogGroupName:    &logs,
		RetentionInDays: jsii.Number(s.Retention.Days),
	})
	awslogs.LogGroup_FromLogGroupName(stack, jsii.String("ContainerLogGroup"), &logs).GrantWrite(policy)
	tier.Group.Node().AddDependency(made) // the first servers write as they boot
}

// repository returns an image's name without tag and digest: "team/shop" of
// "team/shop:1.4.2", of "team/shop@sha256:…", and of one that has both.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	name, _, _ = strings.Cut(name, ":")
	return name
}
