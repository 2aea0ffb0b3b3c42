package security

import (
	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// logCopies break the promises of logs.go.
var logCopies = map[string][]brokencopy.Copy{
	"a custom resource's function has a log group before it runs": {
		{"the upload without a group", func(in *read.Reader) { function(in, "Custom::CDKBucketDeployment").Delete("LoggingConfig") }, "LoggingConfig"},
		{"the default security group's without a group", func(in *read.Reader) { function(in, "Custom::VpcRestrictDefaultSG").Delete("LoggingConfig") }, "LoggingConfig"},
		{"a group of which only the name is known", func(in *read.Reader) {
			function(in, "Custom::CDKBucketDeployment").Set("LoggingConfig.LogGroup", "/aws/lambda/upload")
		}, "LoggingConfig.LogGroup"},
		{"a group that stays", func(in *read.Reader) { uploadLogs(in).Set(".DeletionPolicy", "Retain") }, "it would stay when the stack goes"},
		{"a function of elsewhere", func(in *read.Reader) {
			in.Resources("Custom::CDKBucketDeployment")[0].Set("ServiceToken", "arn:aws:lambda:us-east-1:123456789012:function:upload")
		}, "ServiceToken"},
	},
	"every log group is kept as long as the site says": {
		{"two years", func(in *read.Reader) { uploadLogs(in).Set("RetentionInDays", 731) }, "RetentionInDays is 731, want"},
		{"for ever", func(in *read.Reader) { uploadLogs(in).Delete("RetentionInDays") }, "RetentionInDays"},
	},
}

// function answers for a type of custom resource.
func function(in *read.Reader, custom string) *assembly.Resource {
	return read.Target(in.Resources(custom)[0], "ServiceToken", "AWS::Lambda::Function")
}

func uploadLogs(in *read.Reader) *assembly.Resource {
	return read.Target(function(in, "Custom::CDKBucketDeployment"), "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
}
