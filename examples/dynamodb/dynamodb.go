// Package dynamodb extends a site by a DynamoDB global table: one table, of which
// each region has a replica that takes reads and writes. Its servers use the replica
// of their own region, so a failover needs nothing from the region that failed.
//
// What the last second before an outage has written at home may arrive at the
// standby only after it. Two writes to one item, one in each region: the later one
// stays.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
package dynamodb

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"twinsite/site"
	"twinsite/stacks"
)

// TableVariable is the name in web.environment by which servers know the table's
// name.
const TableVariable = "TABLE_NAME"

// StackID is the id of the table's stack.
const StackID = "Table"

// Extend adds the table that web.environment names as TABLE_NAME, with a replica in
// each region, and lets the servers of each region use their own. Call it from
// [twinsite/own.Extend]. It adds nothing to a site that names no table.
//
// The table stands in a stack of its own in the standby region, which still can be
// changed while home is down. It is deployed before the servers that ask for it.
func Extend(app awscdk.App, s *site.Site, all *stacks.Stacks) {
	name, ok := s.Web.Environment[TableVariable]
	if !ok {
		return
	}
	stack := awscdk.NewStack(app, jsii.String(StackID), &awscdk.StackProps{
		StackName:             jsii.String(s.StackName(StackID)),
		Description:           jsii.Sprintf("%s: the table of both regions", s.Domain),
		Env:                   &awscdk.Environment{Region: &s.Standby.Region.Name},
		TerminationProtection: &s.Retention.TerminationProtection,
	})
	awsdynamodb.NewTableV2(stack, jsii.String("Table"), &awsdynamodb.TablePropsV2{
		TableName:    &name,
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING},
		Replicas:     &[]*awsdynamodb.ReplicaTableProps{{Region: &s.Home.Region.Name}},
		// Backups of the last 35 days: a global table copies a mistake in a second, too.
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               &s.Retention.TerminationProtection,
		// The data of a site outlives it; a creation that fails leaves nothing.
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
	letUse(all.Secondary.Stack, all.Secondary.WebTier.Group, name)
	letUse(all.Primary.Stack, all.Primary.WebTier.Group, name)
	all.Secondary.Stack.AddStackDependency(stack, nil) // servers ask for the table as they boot
}

// letUse lets the servers of a group use the replica in their stack's region. The
// policy is a managed one, as those of web.policies: the promises hold the servers'
// own to what the product needs.
func letUse(stack awscdk.Stack, group awsautoscaling.AutoScalingGroup, table string) {
	policy := awsiam.NewManagedPolicy(stack, jsii.String("TablePolicy"), &awsiam.ManagedPolicyProps{Roles: &[]awsiam.IRole{group.Role()}})
	awsdynamodb.TableV2_FromTableName(stack, jsii.String("Replica"), &table).GrantReadWriteData(policy)
}
