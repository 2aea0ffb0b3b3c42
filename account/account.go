// Package account is the AWS account of whoever deploys a site: whose credentials
// they are, and how its services are asked. Its rooms each answer one question
// about an account or a deployed site; [twinsite/account/deploy] deploys.
//
// Credentials, profile and endpoint come from the environment, as those of the AWS
// CLI do. Nothing here needs a synthesized site.
//
// A room calls AWS with inputs that are written as composite literals where they are
// used, as &s3.ListBucketsInput{}: docs/operations.md has a table of the permissions
// that each command needs, and it is made from these literals.
package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"twinsite/site"
)

// patience is how long AWS may take to say whose the credentials are.
const patience = 20 * time.Second

// remedy is what to do without credentials.
const remedy = `give the AWS CLI's usual ones, by "aws configure", "aws sso login" or the environment`

// An Account is what the credentials open.
type Account struct {
	// ID is the account's number, as "123456789012".
	ID string

	// ARN is who asks, as "arn:aws:iam::123456789012:user/somebody".
	ARN string

	config aws.Config
}

// Open finds the credentials and asks AWS whose they are. Its error is one line
// with the remedy: no credentials, credentials that AWS refuses, or no answer. The
// options are for tests, which let no call leave the machine.
func Open(ctx context.Context, options ...func(*config.LoadOptions) error) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a, err := find(ctx, append(options, config.WithDefaultRegion(site.GlobalRegion))...)
	if err != nil {
		return nil, err
	}
	identity, err := sts.NewFromConfig(a.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if code := refusedBy(err); code != "" {
		return nil, fmt.Errorf("AWS refuses the credentials (%s): %s", code, remedy)
	}
	if err != nil {
		return nil, fmt.Errorf("AWS does not answer: %s", OneLine(err))
	}
	a.ID, a.ARN = aws.ToString(identity.Account), aws.ToString(identity.Arn)
	return a, nil
}

// OpenUnasked finds the credentials as [Open] does, and does not ask whose they are: ID and
// ARN are empty. It is for what has to work while other services are down. A role's
// credentials are asked for in the region, whatever the environment says.
func OpenUnasked(ctx context.Context, region string, options ...func(*config.LoadOptions) error) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return find(ctx, append(options, config.WithRegion(region))...)
}

// find finds the credentials. A role's, or those of a single sign-on, are refused here
// already.
func find(ctx context.Context, options ...func(*config.LoadOptions) error) (*Account, error) {
	cfg, err := config.LoadDefaultConfig(ctx, append(options, config.WithLogger(logging.Nop{}))...)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be read: %s: %s", OneLine(err), remedy)
	}
	_, err = cfg.Credentials.Retrieve(ctx)
	if code := refusedBy(err); code != "" {
		return nil, fmt.Errorf("AWS refuses the credentials (%s): %s", code, remedy)
	}
	var call *smithy.OperationError
	switch {
	case errors.As(err, &call) && call.Service() != "ec2imds": // which is asked last, and is there on EC2 only
		return nil, fmt.Errorf("AWS gives no credentials: %s", OneLine(err))
	case err != nil:
		return nil, fmt.Errorf("there are no AWS credentials: %s", remedy)
	}
	return &Account{config: cfg}, nil
}

// refusedBy is AWS's code of a call that it answered with an error, "" of another error.
func refusedBy(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

// Is returns an error if the credentials are of another account than the wanted one,
// which is as "123456789012"; "" wants none in particular.
func (a *Account) Is(wanted string) error {
	if wanted != "" && wanted != a.ID {
		return fmt.Errorf("the credentials are of account %s, not of %s, which -account names: choose others, for example by AWS_PROFILE", a.ID, wanted)
	}
	return nil
}

// In returns how services are asked in a region.
func (a *Account) In(region string) aws.Config {
	cfg := a.config.Copy()
	cfg.Region = region
	return cfg
}

// OneLine is the last part of an error of the SDK, which says what AWS said,
// without the line breaks.
func OneLine(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return strings.Join(strings.Fields(refused.ErrorCode()+": "+refused.ErrorMessage()), " ")
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// NotAllowed says whether AWS refused a call for want of a permission.
func NotAllowed(err error) bool {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return false
	}
	switch code := refused.ErrorCode(); code {
	case "UnauthorizedOperation", "AuthorizationError", "NotAuthorized": // EC2's and SNS's words
		return true
	default:
		return strings.HasPrefix(code, "AccessDenied")
	}
}

// Refused makes an error of AWS's one line that names the call, as "s3:PutObject", which is
// also the permission that it needs. It is nil if err is.
func Refused(call string, err error) error {
	switch {
	case err == nil:
		return nil
	case NotAllowed(err):
		return refusal{"the credentials do not allow " + call, err}
	}
	return refusal{call + ": " + OneLine(err), err}
}

// A refusal is an error of AWS's that is said in one line.
type refusal struct {
	said string
	err  error
}

func (r refusal) Error() string { return r.said }

// Unwrap returns AWS's own error.
func (r refusal) Unwrap() error { return r.err }

// Unanswered makes an error of a call that only asks one line: which permission the
// question needs, as "servicequotas:GetServiceQuota", or what AWS says. It is nil if
// err is.
func Unanswered(permission string, err error) error {
	switch {
	case err == nil:
		return nil
	case NotAllowed(err):
		return fmt.Errorf("not allowed to ask: needs %s", permission)
	}
	return fmt.Errorf("%s: %s", permission, OneLine(err))
}
