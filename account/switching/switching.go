// Package switching moves a site to the standby by its failover switch, and lets it come
// home: it puts or removes the object that the health checkers ask for. It needs the data
// planes of S3 alone, once it is known where the switch is.
package switching

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"twinsite/account"
	"twinsite/site"
)

// Form is the form of a switch's address. The key counts: an object under any other key
// would not move the site, and nobody would notice.
const Form = "s3://BUCKET/" + site.SwitchKey

var address = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/` + site.SwitchKey + `$`)

// IsObject reports whether a text is a switch's address.
func IsObject(text string) bool { return address.MatchString(text) }

// A Switch is the failover switch of a deployed site.
type Switch struct {
	Bucket, Region string

	client *s3.Client
}

// At is the switch at an address of the form [Form], in the standby region of a site. Its
// error is that the address has another form.
func At(in func(region string) aws.Config, s *site.Site, object string) (*Switch, error) {
	match := address.FindStringSubmatch(object)
	if match == nil {
		return nil, fmt.Errorf("%q is no failover switch: give it as %s", object, Form)
	}
	region := s.Standby.Region.Name
	return &Switch{Bucket: match[1], Region: region, client: s3.NewFromConfig(in(region))}, nil
}

// ErrNone is the error of [Find] for a site that has no switch.
var ErrNone = errors.New("there is no failover switch")

// Find asks CloudFormation where the switch of a site is.
func Find(ctx context.Context, in func(region string) aws.Config, s *site.Site) (*Switch, error) {
	if !s.Failover.Switch {
		return nil, fmt.Errorf("%w: failover.switch is false: set it to true and deploy, in a quiet hour", ErrNone)
	}
	object, err := Output(ctx, in, s, site.SecondaryStack, site.SwitchOutput)
	if err != nil {
		return nil, err
	}
	if object == "" {
		return nil, fmt.Errorf("%w: the stack %s was deployed without it: deploy the site, in a quiet hour", ErrNone, s.StackName(site.SecondaryStack))
	}
	if !IsObject(object) {
		return nil, fmt.Errorf("the output %s of the stack %s is %q, not %s", site.SwitchOutput, s.StackName(site.SecondaryStack), object, Form)
	}
	return At(in, s, object)
}

// Output is an output of a stack of a site, "" if the stack has none of this name.
func Output(ctx context.Context, in func(region string) aws.Config, s *site.Site, stack, name string) (string, error) {
	id, region := s.StackName(stack), s.StackRegion(stack)
	answer, err := cloudformation.NewFromConfig(in(region)).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &id})
	if err != nil || len(answer.Stacks) == 0 {
		return "", account.Refused("cloudformation:DescribeStacks of "+id+" in "+region, err)
	}
	for _, output := range answer.Stacks[0].Outputs {
		if aws.ToString(output.OutputKey) == name {
			return aws.ToString(output.OutputValue), nil
		}
	}
	return "", nil
}

// Object is the switch's address, as "s3://bucket/failover-switch".
func (w *Switch) Object() string { return "s3://" + w.Bucket + "/" + site.SwitchKey }

// What names the switch.
func (w *Switch) What() string { return "the failover switch " + w.Object() }

// Undo is the command line that removes the switch by hand.
func (w *Switch) Undo() string { return "aws s3 rm " + w.Object() + " --region " + w.Region }

// Put moves the site to the standby. by says who did, in the object.
func (w *Switch) Put(ctx context.Context, by string) error {
	body := "moved by " + by + " at " + time.Now().UTC().Format(time.RFC3339) + "\n"
	_, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.Bucket, Key: aws.String(site.SwitchKey), Body: strings.NewReader(body)})
	return account.Refused("s3:PutObject", err)
}

// Remove lets the site come home. S3 reports no error when the switch is not there.
func (w *Switch) Remove(ctx context.Context) error {
	_, err := w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.Bucket, Key: aws.String(site.SwitchKey)})
	return account.Refused("s3:DeleteObject", err)
}

// State says whether the switch is there, and when it was put. Without the permission
// s3:ListBucket, S3 does not say that an object is missing: that is an error.
func (w *Switch) State(ctx context.Context) (put bool, version string, err error) {
	answer, err := w.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.Bucket, Key: aws.String(site.SwitchKey)})
	var refused *awshttp.ResponseError
	switch {
	case err == nil:
		return true, aws.ToString(answer.ETag) + " of " + aws.ToTime(answer.LastModified).UTC().Format(time.RFC3339), nil
	case errors.As(err, &refused) && refused.HTTPStatusCode() == http.StatusNotFound:
		return false, "", nil
	}
	return false, "", account.Refused("s3:GetObject", err)
}
