package security

import (
	"twinsite/promises/internal/read"
)

// logPromises are about the log groups of what runs at a deployment.
func logPromises() []read.Promise {
	return []read.Promise{{
		Name:  "a custom resource's function has a log group before it runs",
		Check: checkFunctionLogs,
	}, {
		Name:  "every log group is kept as long as the site says",
		Check: checkRetention,
	}}
}

// checkFunctionLogs demands of every function, and so of every custom resource's, that it names its log group: CloudFormation
// makes the group before the function, and the function before the custom resource. A function without a group of its own
// makes one when it first runs, which then is in the way of one in the template, or stays for ever.
// https://github.com/aws/aws-cdk/issues/667
func checkFunctionLogs(in *read.Reader) {
	for _, r := range in.Resources() {
		if r.Has("ServiceToken") {
			read.Target(r, "ServiceToken", "AWS::Lambda::Function")
		}
	}
	for _, function := range in.Resources("AWS::Lambda::Function") {
		group := read.Target(function, "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
		if group.Stack != function.Stack {
			read.Fail(function, "LoggingConfig.LogGroup", "leads to %s, of another stack", group)
		}
		if got := group.DeletionPolicy(); got != "Delete" {
			read.Fail(group, "DeletionPolicy", "is %s: it would stay when the stack goes, and be in the way of the next", got)
		}
	}
}

func checkRetention(in *read.Reader) {
	for _, group := range in.Resources("AWS::Logs::LogGroup") {
		read.Expect(group, "RetentionInDays", in.Site.Retention.Days)
	}
}
