package security

import (
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// topicPromises are about the topics that tell operators.
func topicPromises() []read.Promise {
	return []read.Promise{{
		Name:  "who sends to operators may, and nobody else may",
		When:  when.Notifications,
		Check: checkPublishers,
	}}
}

// checkPublishers demands of each topic's policy and of its key's that alarms of the account may send, and the Auto
// Scaling groups that the topic is for: a message that its sender may not encrypt gets lost without a sound.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
func checkPublishers(in *read.Reader) {
	const (
		account = ", Condition map[StringEquals:map[aws:SourceAccount:${AWS::AccountId}]]"
		alarms  = ", Principal map[Service:cloudwatch.amazonaws.com]"
		scaling = ", Condition map[ArnEquals:map[aws:PrincipalArn:arn:aws:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling]" +
			" StringEquals:map[kms:CallerAccount:${AWS::AccountId}]], Principal map[AWS:*]"
	)
	for _, topic := range in.Resources("AWS::SNS::Topic") {
		policy := read.Only("policies of "+topic.String(), in.Referrers(topic, "AWS::SNS::TopicPolicy")...)
		compareGrants(policy, []string{
			"Deny sns:Publish on " + read.Placeholder(topic) + ", Condition map[Bool:map[aws:SecureTransport:false]], Principal *",
			"sns:Publish on " + read.Placeholder(topic) + account + alarms,
		}, grantsIn(policy, "PolicyDocument"))

		key := read.Target(topic, "KmsMasterKeyId", "AWS::KMS::Key")
		want := []string{"kms:* on *, Principal map[AWS:arn:aws:iam::${AWS::AccountId}:root]"}
		senders := []string{account + alarms}
		if len(in.Referrers(topic, topology.GroupType)) > 0 {
			senders = append(senders, scaling)
		}
		for _, sender := range senders {
			want = append(want, each("*"+sender, "kms:Decrypt", "kms:GenerateDataKey")...)
		}
		compareGrants(key, want, grantsIn(key, "KeyPolicy"))
	}
}
