package security

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

const trust = "AssumeRolePolicyDocument.Statement.0"

// deputyCopies break the promises of deputies.go, in any site.
var deputyCopies = map[string][]brokencopy.Copy{
	trustedSources: {
		{"with what S3 does not send", func(in *read.Reader) {
			replicationRole(in).Add(trust+".Condition", map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "123456789012"}})
		}, "aws:SourceAccount:123456789012]], want <nil>"},
		{"a service that nobody knows", func(in *read.Reader) {
			serverRole(in.Home()).Set(trust+".Principal.Service", "glue.amazonaws.com")
		}, "lets glue.amazonaws.com assume it, of which nobody"},
	},
	"a service gets at buckets, keys and topics for this account only": {
		{"any distribution", letIn(nil), "lets [cloudfront.amazonaws.com] in for any account"},
		{"another account's", letIn(map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "123456789012"}}), "in for any account"},
		{"all but the account's", letIn(map[string]any{"StringNotEquals": map[string]any{"aws:SourceAccount": "123456789012"}}), "in for any account"},
		{"a distribution of another account", letIn(map[string]any{"ArnLike": map[string]any{
			"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*",
		}}), "in for any account"},
	},
	"a role is handed to the service that it is for": {
		{"to any", pass(nil), "Condition"},
		{"to another", pass(map[string]any{"StringEquals": map[string]any{"iam:PassedToService": "lambda.amazonaws.com"}}), "lambda.amazonaws.com"},
	},
}

// letIn lets CloudFront read the home bucket under a condition.
func letIn(condition map[string]any) func(*read.Reader) {
	return func(in *read.Reader) {
		statement := map[string]any{
			"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
			"Principal": map[string]any{"Service": "cloudfront.amazonaws.com"},
		}
		if condition != nil {
			statement["Condition"] = condition
		}
		in.BucketPolicy(in.HomeBucket()).Set("PolicyDocument.Statement.0", statement)
	}
}

// pass lets the web servers hand on any role under a condition.
func pass(condition map[string]any) func(*read.Reader) {
	return func(in *read.Reader) {
		statement := map[string]any{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
		if condition != nil {
			statement["Condition"] = condition
		}
		policy := in.PolicyOf(serverRole(in.Home()))
		policy.Add(fmt.Sprintf("PolicyDocument.Statement.%d", read.Length(policy, "PolicyDocument.Statement")), statement)
	}
}

// TestTrustedSources breaks the trust of roles that some sites only have: each service's, in each way.
func TestTrustedSources(t *testing.T) {
	for service, source := range sources {
		if source.service == "" {
			continue
		}
		for _, c := range []struct {
			breaks string
			edit   func(role *assembly.Resource)
		}{
			{"any account's", func(role *assembly.Resource) { role.Delete(trust + ".Condition") }},
			{"any resource's", func(role *assembly.Resource) { role.Delete(trust + ".Condition.ArnLike") }},
			{"another account's", func(role *assembly.Resource) {
				role.Set(trust+".Condition.StringEquals", map[string]any{"aws:SourceAccount": "123456789012"})
			}},
			{"another region's", func(role *assembly.Resource) {
				role.Set(trust+".Condition.ArnLike", map[string]any{"aws:SourceArn": "arn:aws:" + source.service + ":eu-north-1:123456789012:" + source.resources})
			}},
		} {
			t.Run(service+"/"+c.breaks, func(t *testing.T) {
				in := brokencopy.Everything(t)
				in = read.New(in.Assembly.Clone(), in.Site)
				role := roleOf(t, in, service)
				c.edit(role)
				broken := fmt.Sprint(promised(t, trustedSources).Broken(in))
				if !strings.Contains(broken, role.String()) || !strings.Contains(broken, "has the condition") {
					t.Errorf("nobody noticed: %s", broken)
				}
			})
		}
	}
}

// roleOf is a role that a service assumes.
func roleOf(t *testing.T, in *read.Reader, service string) *assembly.Resource {
	t.Helper()
	for _, role := range in.Resources("AWS::IAM::Role") {
		if got, err := role.Value(trust + ".Principal.Service"); err == nil && got == service {
			return role
		}
	}
	t.Fatal("no role is for " + service)
	return nil
}

func promised(t *testing.T, name string) read.Promise {
	t.Helper()
	for _, p := range Promises() {
		if p.Name == name {
			return p
		}
	}
	t.Fatal("nobody promises " + name)
	return read.Promise{}
}
