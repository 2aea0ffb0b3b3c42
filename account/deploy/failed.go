package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// reviewed is the status of a stack that has a change set and nothing else.
const reviewed = "REVIEW_IN_PROGRESS"

// Holds reports whether the stack holds anything: one with a change set alone does not.
func (s Stack) Holds() bool {
	return s.Status != "" && s.Status != reviewed && s.Status != "DELETE_COMPLETE"
}

// What a stack can be to a deployment.
type state int

const (
	stands         state = iota
	absent               // holds nothing
	failedCreation       // holds what is left of a first creation
)

// judge says what a stack that nobody is working on is to a deployment. Its error
// says why it can be neither deployed nor removed, and the remedy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
func (d *Deployment) judge(ctx context.Context, stack Stack) (state, error) {
	if !stack.Holds() {
		return absent, nil
	}
	switch stack.Status {
	case "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED": // of creations only: an update's begin with UPDATE_
		return failedCreation, nil
	case "UPDATE_ROLLBACK_FAILED":
		return stands, fmt.Errorf("%s is in %s: an update failed, and so did its way back; see in its events what hinders it, then run: "+
			"aws cloudformation continue-update-rollback --region %s --stack-name %s", stack.Name, stack.Status, stack.Region, stack.Name)
	case "DELETE_FAILED":
		stood, err := d.Cloud.Stood(ctx, stack)
		if err != nil || !stood {
			return failedCreation, err
		}
		return stands, fmt.Errorf("%s is in %s: it stood, and somebody is deleting it; see in its events what hinders that, then run: "+
			"aws cloudformation delete-stack --region %s --stack-name %s", stack.Name, stack.Status, stack.Region, stack.Name)
	}
	return stands, nil
}

// remove deletes a stack whose first creation failed. It never stood, so nobody
// uses what it holds. Buckets that cannot be deleted, because logs have arrived,
// are left.
func (d *Deployment) remove(ctx context.Context, stack Stack) error {
	d.say("%s: its first creation failed (%s): removing what is left of it", stack.Name, stack.Status)
	if err := d.unprotect(ctx, stack); err != nil {
		return err
	}
	gone, err := d.delete(ctx, stack)
	if err != nil || gone {
		return err
	}
	remains, err := d.Cloud.Remains(ctx, stack)
	if err != nil {
		return err
	}
	var buckets, others []string
	for _, r := range remains {
		switch {
		case r.Status != "DELETE_FAILED":
		case r.Type == "AWS::S3::Bucket":
			buckets = append(buckets, r.LogicalID)
		default:
			others = append(others, fmt.Sprintf("%s %s (%s)", r.Type, r.PhysicalID, strings.Join(strings.Fields(r.Reason), " ")))
		}
	}
	if len(others) > 0 || len(buckets) == 0 {
		return fmt.Errorf("%s cannot be removed: AWS does not delete %s: delete it by hand, then run the same command again",
			stack.Name, strings.Join(others, ", "))
	}
	if gone, err = d.delete(ctx, stack, buckets...); err == nil && !gone {
		err = fmt.Errorf("%s cannot be removed: see its events, delete what hinders it, then run the same command again", stack.Name)
	}
	return err
}

// delete deletes a stack without the resources of these logical ids, and says
// whether it is gone, or its deletion failed.
func (d *Deployment) delete(ctx context.Context, stack Stack, without ...string) (gone bool, err error) {
	if err := d.Cloud.Delete(ctx, stack, without...); err != nil {
		return false, err
	}
	for {
		if err := d.pause(ctx); err != nil { // before the question: the last deletion may have failed too
			return false, err
		}
		now, err := d.Cloud.Stack(ctx, stack.Region, stack.Name)
		switch {
		case err != nil:
			return false, err
		case now.Status == "" || now.Status == "DELETE_COMPLETE":
			return true, nil
		case now.Status == "DELETE_FAILED":
			return false, nil
		}
	}
}

// unprotect switches off what would refuse the deletion of a failed creation:
// somebody ran "cdk deploy" itself, which creates with protection.
func (d *Deployment) unprotect(ctx context.Context, stack Stack) error {
	if stack.Protected {
		d.say("%s: termination protection goes off, as the stack never stood", stack.Name)
		if err := d.Cloud.Unprotect(ctx, stack); err != nil {
			return err
		}
	}
	remains, err := d.Cloud.Remains(ctx, stack)
	if err != nil {
		return err
	}
	for _, r := range remains {
		if r.Type != "AWS::ElasticLoadBalancingV2::LoadBalancer" || r.PhysicalID == "" {
			continue
		}
		d.say("%s: deletion protection of its load balancer goes off", stack.Name)
		if err := d.Cloud.UnprotectBalancer(ctx, stack.Region, r.PhysicalID); err != nil {
			return err
		}
	}
	return nil
}

// sayWhatIsLeft names the buckets of stacks that are gone, or failed: logs may be
// in them, so nobody but the site's owner deletes them.
func (d *Deployment) sayWhatIsLeft(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	buckets, err := d.Cloud.Buckets(ctx, d.Site)
	if err != nil {
		d.say("whether earlier tries have left buckets is not known: %v", err)
		return
	}
	var standing []string
	for _, id := range d.Site.StackIDs() {
		stack, err := d.Cloud.Stack(ctx, d.Site.StackRegion(id), d.Site.StackName(id))
		if err != nil {
			d.say("whether earlier tries have left buckets is not known: %v", err)
			return
		}
		if stack.Status != "CREATE_FAILED" && !strings.HasPrefix(stack.Status, "ROLLBACK_") {
			standing = append(standing, stack.ARN)
		}
	}
	for _, bucket := range buckets {
		if !slices.Contains(standing, bucket.StackARN) {
			d.say("left by an earlier stack of this site: bucket %s in %s; if you need nothing in it, empty and delete it in the S3 console",
				bucket.Name, bucket.Region)
		}
	}
}
