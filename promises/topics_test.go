package promises

// topicCopies break the promises of topics.go.
var topicCopies = map[string][]brokenCopy{
	"who sends to operators may, and nobody else may": {
		{"alarms may not encrypt", func(in *reader) { follow(in.pagesTopic(), "KmsMasterKeyId").Delete("KeyPolicy.Statement.1") }, "lacks kms:Decrypt on *"},
		{"alarms may not send", func(in *reader) {
			in.Referrers(in.pagesTopic(), "AWS::SNS::TopicPolicy")[0].Set("PolicyDocument.Statement.1.Principal.Service", "events.amazonaws.com")
		}, "lacks sns:Publish on"},
		{"Auto Scaling may not encrypt", func(in *reader) {
			follow(in.topic(in.standby()), "KmsMasterKeyId").Set("KeyPolicy.Statement.1.Effect", "Deny")
		}, "lacks kms:Decrypt on *, Condition map[ArnEquals"},
		{"alarms of any account", func(in *reader) {
			in.Referrers(in.topic(in.home()), "AWS::SNS::TopicPolicy")[0].Delete("PolicyDocument.Statement.1.Condition")
		}, "lacks sns:Publish on"},
		{"somebody more", func(in *reader) {
			in.Referrers(in.topic(in.home()), "AWS::SNS::TopicPolicy")[0].Add("PolicyDocument.Statement.2", map[string]any{
				"Effect": "Allow", "Action": "sns:Publish", "Principal": map[string]any{"Service": "s3.amazonaws.com"}, "Resource": ref(in.topic(in.home())),
			})
		}, "which nobody needs"},
		{"in the clear", func(in *reader) {
			in.Referrers(in.topic(in.home()), "AWS::SNS::TopicPolicy")[0].Delete("PolicyDocument.Statement.0")
		}, "lacks Deny sns:Publish on"},
	},
}
