package security

import (
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// What needs what, for checkJobs. Each returns nil if it does not know what the user of the role is for.

// needsOfServers is to let Session Manager open a shell, and to use the uploads of their own region: their objects, and no
// key that begins otherwise.
func needsOfServers(in *read.Reader, profile *assembly.Resource) []string {
	all := each("*", sessionManager...)
	if prefix := in.Site.Web.Uploads; prefix != "" {
		bucket := read.Placeholder(in.Bucket(profile.Stack.Region), "Arn")
		all = append(all, each(bucket+"/"+prefix+"*", "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")...)
		all = append(all, "s3:ListBucket on "+bucket+", Condition map[StringLike:map[s3:prefix:"+prefix+"*]]")
	}
	return all
}

// needsOfFlowLog is to write to its log group.
func needsOfFlowLog(in *read.Reader, log *assembly.Resource) []string {
	return each(read.Placeholder(read.Target(log, "LogGroupName", "AWS::Logs::LogGroup"), "Arn"),
		"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
}

// needsOfFunction is what the custom resources that a function answers for are about.
func needsOfFunction(in *read.Reader, function *assembly.Resource) []string {
	var all []string
	for _, user := range in.Referrers(function, "Custom::VpcRestrictDefaultSG", "Custom::CDKBucketDeployment", topology.CustomReplicationType, read.SwitchMoveType) {
		switch user.Type {
		case "Custom::VpcRestrictDefaultSG":
			all = append(all, needsOfRestriction(user)...)
		case "Custom::CDKBucketDeployment":
			all = append(all, needsOfUpload(user)...)
		case topology.CustomReplicationType:
			all = append(all, needsOfRule(in, user)...)
		case read.SwitchMoveType:
			all = append(all, needsOfMove(in)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// needsOfRestriction is to take a default security group's rules away, and to put them back when the stack goes.
func needsOfRestriction(r *assembly.Resource) []string {
	group := "arn:aws:ec2:" + r.Stack.Region + ":${AWS::AccountId}:security-group/" + read.Text(r, "DefaultSecurityGroupId")
	return each(group, "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress",
		"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress")
}

// needsOfUpload is to read the assets and to write them into a bucket: the CDK's grants.
func needsOfUpload(r *assembly.Resource) []string {
	reads := []string{"s3:GetBucket*", "s3:GetObject*", "s3:List*"}
	writes := []string{"s3:Abort*", "s3:DeleteObject*", "s3:PutObject", "s3:PutObjectLegalHold", "s3:PutObjectRetention",
		"s3:PutObjectTagging", "s3:PutObjectVersionTagging"}
	var all []string
	for _, assets := range read.Texts(r, "SourceBucketNames") {
		all = append(all, each("arn:aws:s3:::"+assets, reads...)...)
		all = append(all, each("arn:aws:s3:::"+assets+"/*", reads...)...)
	}
	bucket := read.Placeholder(read.Target(r, "DestinationBucketName", topology.BucketType), "Arn")
	for _, on := range []string{bucket, bucket + "/*"} {
		all = append(all, each(on, slices.Concat(reads, writes)...)...)
	}
	return all
}

// needsOfRule is to put the rule of a bucket, and to hand S3 the role that replicates by it.
func needsOfRule(in *read.Reader, r *assembly.Resource) []string {
	var all []string
	for _, to := range read.Targets(r, "Create") {
		if to.Type == "AWS::IAM::Role" {
			all = append(all, each(read.Placeholder(to, "Arn")+", Condition map[StringEquals:map[iam:PassedToService:s3.amazonaws.com]]", "iam:PassRole")...)
		}
	}
	for _, rule := range rulesIn(in, r) {
		all = append(all, each(read.Placeholder(rule.From, "Arn"), "s3:PutReplicationConfiguration")...)
	}
	return all
}

// needsOfMove is to copy the failover switch to its bucket. Who may not list the old one cannot see that it is missing.
func needsOfMove(in *read.Reader) []string {
	from, to := read.Placeholder(in.StandbyBucket(), "Arn"), read.Placeholder(in.SwitchBucket(), "Arn")
	return slices.Concat(each(from+read.SwitchPath, "s3:GetObject"), each(from, "s3:ListBucket"), each(to+read.SwitchPath, "s3:PutObject"))
}

// needsOfReplication is what S3 needs to do by the rules that a bucket or a custom resource holds:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
func needsOfReplication(in *read.Reader, r *assembly.Resource) []string {
	var all []string
	for _, rule := range rulesIn(in, r) {
		from, to := read.Placeholder(rule.From, "Arn"), read.Placeholder(rule.To, "Arn")
		all = append(all, each(from, "s3:GetReplicationConfiguration", "s3:ListBucket")...)
		all = append(all, each(from+"/*", "s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging")...)
		all = append(all, each(to+"/*", "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")...)
	}
	return all
}

// rulesIn are the replication rules that a bucket or a custom resource holds, between buckets of the assembly.
func rulesIn(in *read.Reader, r *assembly.Resource) []topology.ReplicationRule {
	return slices.DeleteFunc(must.Get(topology.Replication(in.Assembly)), func(rule topology.ReplicationRule) bool {
		return rule.Resource != r || rule.From == nil || rule.To == nil
	})
}
