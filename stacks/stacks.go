// Package stacks deploys the constructs: one file a stack, each composition
// only.
//
// References point one way: Domain, Global, Secondary, Primary, Failover. No
// stack reads from one that comes later.
package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/site"
)

// Assets are the texts and files that a site is deployed with. They are handed
// in: no stack reads a file, so none depends on the working directory.
type Assets struct {
	// UserData is the bash script that web servers run at their first boot, as
	// root. Default: none.
	UserData string

	// ReadFunction is the code of the viewer-request function, for runtime
	// cloudfront-js-2.0, that has reads asked at two origins. Required with
	// Edge.ReadFailover.
	ReadFunction string

	// RedirectFunction is the code of the viewer-request function, for the same runtime,
	// that answers hosts which only redirect. ReadFunction does it, too. Required with
	// Edge.Redirects.
	RedirectFunction string

	// StandbyFunction is the code of the viewer-request function, for the same
	// runtime, that turns [site.StandbyCheckPath] into the health path. Required
	// where Failover.Front is "edge".
	StandbyFunction string

	// StaticFolder is the path of the folder whose files are uploaded to the home
	// bucket. Default: nothing is uploaded.
	StaticFolder string

	// Unprotected are the ids of the stacks that are deployed without termination
	// protection, and without deletion protection of their load balancers, whatever
	// the site says: a creation that fails can be rolled back and repeated only
	// without. Default: none.
	Unprotected []string
}

// forStack is the site as the stack of this id is made from it.
func (a Assets) forStack(id string, s *site.Site) *site.Site {
	if !slices.Contains(a.Unprotected, id) {
		return s
	}
	unprotected := *s
	unprotected.Retention.TerminationProtection = false
	return &unprotected
}

// Stacks are the stacks of one site.
type Stacks struct {
	// Domain holds the hosted zone; nil where the site names one that exists.
	Domain *Domain

	Global    *Global
	Secondary *Secondary
	Primary   *Primary
	Failover  *Failover
}

// Add adds the stacks of a site to an app or a stage, in the order of their
// deployment, and the site's tags.
func Add(app awsconstructs.Construct, s *site.Site, assets Assets) *Stacks {
	tags := awscdk.Tags_Of(app)
	tags.Add(jsii.String("Site"), &s.Name, nil)
	for key, value := range s.Tags {
		tags.Add(&key, &value, nil)
	}
	all := &Stacks{}
	if s.Zone.ID == "" {
		all.Domain = NewDomain(app, assets.forStack(site.DomainStack, s))
	}
	all.Global = NewGlobal(app, assets.forStack(site.GlobalStack, s), all.Domain)
	all.Secondary = NewSecondary(app, assets.forStack(site.SecondaryStack, s), all.Global, assets)
	all.Primary = NewPrimary(app, assets.forStack(site.PrimaryStack, s), all.Global, all.Secondary, assets)
	all.Failover = NewFailover(app, assets.forStack(site.FailoverStack, s), all.Global, all.Secondary, all.Primary)
	return all
}

// newStack makes a stack that is named after the site and its id.
//
// The region is set and the account is not: templates then need neither
// credentials nor look-ups, and references still cross regions.
func newStack(scope awsconstructs.Construct, id, region, description string, s *site.Site) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &awscdk.StackProps{
		StackName:             jsii.String(s.StackName(id)),
		Description:           jsii.Sprintf("%s: %s", s.Domain, description),
		Env:                   &awscdk.Environment{Region: &region},
		TerminationProtection: &s.Retention.TerminationProtection,
		// The L2 getters of names and ARNs refuse references across regions without
		// it. As references are weak, it adds no custom resources.
		CrossRegionReferences: jsii.Bool(true),
	})
	constructs.KeepLogs(stack, s.Retention.Days)
	return stack
}

// output prints a value at the end of a deployment.
func output(stack awscdk.Stack, id, value, description string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Value: &value, Description: &description})
}

// removalPolicy is what a site's retention means to the CDK, for what is empty
// when it is new: zones and log groups. What is retained goes nevertheless when its
// own creation fails, so that a deployment can be tried again.
func removalPolicy(removal site.Removal) awscdk.RemovalPolicy {
	if removal == site.Delete {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
}

// bucketRemovalPolicy is what it means for buckets. One that is retained stays when
// the creation of its stack fails: logs arrive at once, and CloudFormation could not
// delete it, so the rollback would fail too.
func bucketRemovalPolicy(removal site.Removal) awscdk.RemovalPolicy {
	if removal == site.Delete {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN
}
