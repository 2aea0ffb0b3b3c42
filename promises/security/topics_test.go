package security

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// topicCopies break the promises of topics.go.
var topicCopies = map[string][]brokencopy.Copy{
	"who sends to operators may, and nobody else may": {
		{"alarms may not encrypt", func(in *read.Reader) { read.Follow(in.PagesTopic(), "KmsMasterKeyId").Delete("KeyPolicy.Statement.1") }, "lacks kms:Decrypt on *"},
		{"alarms may not send", func(in *read.Reader) {
			in.Referrers(in.PagesTopic(), "AWS::SNS::TopicPolicy")[0].Set("PolicyDocument.Statement.1.Principal.Service", "events.amazonaws.com")
		}, "lacks sns:Publish on"},
		{"Auto Scaling may not encrypt", func(in *read.Reader) {
			read.Follow(topic(in.Standby()), "KmsMasterKeyId").Set("KeyPolicy.Statement.1.Effect", "Deny")
		}, "lacks kms:Decrypt on *, Condition map[ArnEquals"},
		{"alarms of any account", func(in *read.Reader) {
			in.Referrers(topic(in.Home()), "AWS::SNS::TopicPolicy")[0].Delete("PolicyDocument.Statement.1.Condition")
		}, "lacks sns:Publish on"},
		{"somebody more", func(in *read.Reader) {
			in.Referrers(topic(in.Home()), "AWS::SNS::TopicPolicy")[0].Add("PolicyDocument.Statement.2", map[string]any{
				"Effect": "Allow", "Action": "sns:Publish", "Principal": map[string]any{"Service": "s3.amazonaws.com"}, "Resource": brokencopy.Ref(topic(in.Home())),
			})
		}, "which nobody needs"},
		{"in the clear", func(in *read.Reader) {
			in.Referrers(topic(in.Home()), "AWS::SNS::TopicPolicy")[0].Delete("PolicyDocument.Statement.0")
		}, "lacks Deny sns:Publish on"},
	},
}
