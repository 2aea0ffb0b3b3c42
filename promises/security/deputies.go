package security

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
)

// deputyPromises are about services that act in the site's name: for this account's resources, and for nobody else's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func deputyPromises() []read.Promise {
	return []read.Promise{{
		Name:  trustedSources,
		Check: checkTrustedSources,
	}, {
		Name:  "a service gets at buckets, keys and topics for this account only",
		Check: checkSources,
	}, {
		Name:  "a role is handed to the service that it is for",
		Check: checkPassing,
	}}
}

const trustedSources = "a service acts in the site's name for resources of this account only"

// sources are for which resources a service assumes roles: the resources' part of their ARN, after service, region and
// account. A service whose source is empty sends none that AWS documents: SECURITY.md lists it.
var sources = map[string]struct{ service, resources string }{
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
	"events.amazonaws.com": {"events", "rule/*"},
	// https://docs.aws.amazon.com/fis/latest/userguide/getting-started-iam-service-role.html
	"fis.amazonaws.com": {"fis", "experiment/*"},
	// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
	"states.amazonaws.com": {"states", "stateMachine:*"},
	// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
	"vpc-flow-logs.amazonaws.com": {"ec2", "vpc-flow-log/*"},

	"ec2.amazonaws.com":    {},
	"lambda.amazonaws.com": {},
	"s3.amazonaws.com":     {},
}

const account = "${AWS::AccountId}"

// checkTrustedSources demands of each role that the service which assumes it names the account and the kind of resource,
// where AWS says that it does, and no condition where it does not: nobody could assume the role.
func checkTrustedSources(in *read.Reader) {
	for _, role := range in.Resources("AWS::IAM::Role") {
		const path = "AssumeRolePolicyDocument"
		for i, statement := range policyStatements(role, path) {
			at := fmt.Sprintf("%s.Statement.%d", path, i)
			for _, service := range servicesIn(statement) {
				source, known := sources[service]
				if !known {
					read.Fail(role, at, "lets %s assume it, of which nobody has looked up what it sends", service)
				}
				checkCondition(role, at, statement["Condition"], source.service, usersRegion(in, role), source.resources)
			}
		}
	}
}

func checkCondition(role *assembly.Resource, path string, got any, service, region, resources string) {
	var want any
	if service != "" {
		want = map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": account},
			"ArnLike":      map[string]any{"aws:SourceArn": strings.Join([]string{"arn", "aws", service, region, account, resources}, ":")},
		}
	}
	if !reflect.DeepEqual(got, want) {
		read.Fail(role, path, "has the condition %v, want %v", got, want)
	}
}

// usersRegion is the region of the resources that name a role, which may not be the role's.
func usersRegion(in *read.Reader, role *assembly.Resource) string {
	var regions []string
	for _, reference := range in.ReferencesTo(role) {
		if !slices.Contains(grants, reference.From.Type) {
			regions = append(regions, reference.From.Stack.Region)
		}
	}
	slices.Sort(regions)
	if regions = slices.Compact(regions); len(regions) != 1 {
		read.Fail(role, "", "is used in the regions %v, want one", regions)
	}
	return regions[0]
}

// servicesIn are the services that a statement allows something.
func servicesIn(statement map[string]any) []string {
	principal, ok := statement["Principal"].(map[string]any)
	if !ok || statement["Effect"] != "Allow" {
		return nil
	}
	var all []string
	for _, service := range read.AsList(principal["Service"]) {
		if service != nil {
			all = append(all, fmt.Sprint(service))
		}
	}
	return all
}

// checkSources demands that what allows a service something of a bucket, key or topic names the account, or a resource of
// the account, for which the service asks.
func checkSources(in *read.Reader) {
	for _, r := range in.Resources() {
		if strings.HasPrefix(r.Type, "AWS::IAM::") {
			continue
		}
		for _, path := range policyPaths(r) {
			for i, statement := range policyStatements(r, path) {
				if services := servicesIn(statement); len(services) > 0 && !fromAccount(statement) {
					read.Fail(r, fmt.Sprintf("%s.Statement.%d", path, i), "lets %v in for any account", services)
				}
			}
		}
	}
}

// fromAccount tells whether a statement's condition demands the account, or a resource of the account.
func fromAccount(statement map[string]any) bool {
	condition, _ := statement["Condition"].(map[string]any)
	for _, operator := range []string{"StringEquals", "ArnEquals", "ArnLike"} {
		keys, _ := condition[operator].(map[string]any)
		for key, value := range keys {
			text := fmt.Sprint(value)
			switch strings.ToLower(key) {
			case "aws:sourceaccount":
				return text == account
			case "aws:sourcearn":
				return strings.Contains(text, account)
			}
		}
	}
	return false
}

// checkPassing demands that whoever may hand a role on may do so to one service.
func checkPassing(in *read.Reader) {
	for _, r := range in.Resources() {
		for _, path := range policyPaths(r) {
			for i, statement := range policyStatements(r, path) {
				if statement["Effect"] != "Allow" || !slices.Contains(read.AsList(statement["Action"]), any("iam:PassRole")) {
					continue
				}
				at := fmt.Sprintf("%s.Statement.%d.Condition", path, i)
				read.Expect(r, at, map[string]any{"StringEquals": map[string]any{"iam:PassedToService": "s3.amazonaws.com"}})
			}
		}
	}
}
