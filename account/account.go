// Package account is the AWS account of whoever deploys a site: whose credentials
// they are, and how its services are asked. Its rooms each answer one question
// about an account or a deployed site; [twinsite/account/deploy] deploys.
//
// Credentials, profile and endpoint come from the environment, as those of the AWS
// CLI do. Nothing here needs a synthesized site.
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

	config aws.Config
}

// Open finds the credentials and asks AWS whose they are. Its error is one line
// with the remedy: no credentials, credentials that AWS refuses, or no answer.
func Open(ctx context.Context) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion(site.GlobalRegion))
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be read: %s: %s", OneLine(err), remedy)
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("there are no AWS credentials: %s", remedy)
	}
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		return nil, fmt.Errorf("AWS refuses the credentials (%s): %s", refused.ErrorCode(), remedy)
	case err != nil:
		return nil, fmt.Errorf("AWS does not answer: %s", OneLine(err))
	}
	return &Account{ID: aws.ToString(identity.Account), config: cfg}, nil
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
	return errors.As(err, &refused) && (strings.HasPrefix(refused.ErrorCode(), "AccessDenied") || refused.ErrorCode() == "UnauthorizedOperation")
}
