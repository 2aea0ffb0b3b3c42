package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// testServers is the least group of web servers.
var testServers = WebServersOptions{InstanceType: "t3.small", Minimum: 2, Maximum: 6, Boot: 2 * time.Minute}

func newTestWebServers(stage awscdk.Stage, id string, mutate func(*WebServersProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &WebServersProps{WebServersOptions: testServers, Vpc: testVpc(stack)}
	mutate(props)
	NewWebServers(stack, "WebServers", props)
	return stack
}

func TestWebServers(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestWebServers(stage, "Minimal", func(*WebServersProps) {})
	exhaustive := newTestWebServers(stage, "Exhaustive", func(props *WebServersProps) {
		props.InstanceType = "t4g.small"
		props.Environment = map[string]string{"TWINSITE_SITE": "test"}
		props.UserData = "#!/bin/bash\necho served\n"
		props.SSH = []string{"10.0.0.0/16", "192.0.2.1/32"}
		props.Minimum, props.Maximum = 4, 4
		props.Boot = 30 * time.Minute
		props.DetailedMonitoring = true
		props.ZonalShift = true
		props.Notify = NewNotifications(awscdk.Stack_Of(props.Vpc), "Notifications", &NotificationsProps{AutoScaling: true})
	})
	allowed := newTestWebServers(stage, "Allowed", func(props *WebServersProps) {
		props.Policies = []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::111122223333:policy/team/tickets"}
		props.Uploads = Uploads{Bucket: awss3.NewBucket(awscdk.Stack_Of(props.Vpc), jsii.String("Files"), nil), Prefix: "uploads/"}
	})
	ownImage := newTestWebServers(stage, "OwnImage", func(props *WebServersProps) { props.Image = "ami-0123456789abcdef0" })
	parameter := newTestWebServers(stage, "Parameter", func(props *WebServersProps) { props.Image = "/my/image" })

	// The CDK's own choices, in public subnets and with a desired capacity that
	// every deployment restores.
	plain := newTestStack(stage, "Plain")
	vpc := testVpc(plain)
	awsautoscaling.NewAutoScalingGroup(plain, jsii.String("WebServersGroup"), &awsautoscaling.AutoScalingGroupProps{
		Vpc:             vpc,
		VpcSubnets:      &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC},
		DesiredCapacity: jsii.Number(2),
		MinCapacity:     jsii.Number(2),
		MaxCapacity:     jsii.Number(6),

		IgnoreUnmodifiedSizeProperties: jsii.Bool(false),
		LaunchTemplate: awsec2.NewLaunchTemplate(plain, jsii.String("LaunchTemplate"), &awsec2.LaunchTemplateProps{
			InstanceType:  awsec2.NewInstanceType(jsii.String("t3.small")),
			MachineImage:  awsec2.MachineImage_LatestAmazonLinux2023(nil),
			SecurityGroup: awsec2.NewSecurityGroup(plain, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{Vpc: vpc}),
		}),
	})

	checkPromises(t, []promise{
		{"instance type", launches(object{"InstanceType": "t3.small"}), minimal, exhaustive},
		{"newest Amazon Linux 2023 for x86-64", image("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-.*x86_64"), minimal, exhaustive},
		{"newest Amazon Linux 2023 for arm64", image("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-.*arm64"), exhaustive, minimal},
		{"own image", launches(object{"ImageId": "ami-0123456789abcdef0"}), ownImage, minimal},
		{"image by a parameter", image("^/my/image$"), parameter, minimal},
		{"metadata service of version 2 only", launches(object{"MetadataOptions": object{"HttpTokens": "required"}}), minimal, plain},
		{"encrypted root volume", launches(object{"BlockDeviceMappings": list{
			object{"DeviceName": "/dev/xvda", "Ebs": object{"Encrypted": true, "VolumeType": "gp3", "VolumeSize": 8}},
		}}), minimal, plain},
		{"measured every five minutes", launches(object{"Monitoring": object{"Enabled": false}}), minimal, exhaustive},
		{"measured every minute", launches(object{"Monitoring": object{"Enabled": true}}), exhaustive, minimal},
		{"user data with environment and script", launches(object{"UserData": object{
			"Fn::Base64": "#!/bin/bash\ncat > /etc/twinsite.env <<'TWINSITE'\nTWINSITE_SITE='test'\nTWINSITE\n#!/bin/bash\necho served\n",
		}}), exhaustive, minimal},
		{"own security group", launches(object{"SecurityGroupIds": list{att("WebServersSecurityGroup", "GroupId")}}), minimal, plain},

		{"a shell by Session Manager", every(
			has("AWS::IAM::InstanceProfile", object{"Roles": list{ref("WebServersRole")}}),
			launches(object{"IamInstanceProfile": object{"Arn": att("WebServersLaunchTemplateProfile", "Arn")}}),
		), minimal, plain},

		{"no policy but for that", has("AWS::IAM::Role", object{"ManagedPolicyArns": absent(), "AssumeRolePolicyDocument": serversAssume}), minimal, allowed},
		{"the policies of the site", has("AWS::IAM::Role", object{
			"ManagedPolicyArns":        list{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::111122223333:policy/team/tickets"},
			"AssumeRolePolicyDocument": serversAssume,
		}), allowed, minimal},
		{"objects below one prefix, and no key that begins otherwise", has("AWS::IAM::Policy", object{"PolicyDocument": object{"Statement": listLike(
			object{
				"Effect": "Allow", "Action": list{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
				"Resource": object{"Fn::Join": list{"", list{att("Files", "Arn"), "/uploads/*"}}},
			},
			object{
				"Effect": "Allow", "Action": "s3:ListBucket", "Resource": att("Files", "Arn"),
				"Condition": object{"StringLike": object{"s3:prefix": "uploads/*"}},
			},
		)}}), allowed, minimal},

		{"no way in", has("AWS::EC2::SecurityGroup", object{
			"GroupDescription": matching("^Web servers"), "SecurityGroupIngress": absent(),
		}), minimal, exhaustive},
		{"SSH from the given ranges", has("AWS::EC2::SecurityGroup", object{"SecurityGroupIngress": list{
			object{"CidrIp": "10.0.0.0/16", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"},
			object{"CidrIp": "192.0.2.1/32", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"},
		}}), exhaustive, minimal},
		{"out by both address families", has("AWS::EC2::SecurityGroup", object{"SecurityGroupEgress": list{
			object{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}, object{"CidrIpv6": "::/0", "IpProtocol": "-1"},
		}}), minimal, plain},

		{"from the launch template's newest version", group(object{"LaunchTemplate": object{
			"LaunchTemplateId": ref("WebServersLaunchTemplate"),
			"Version":          att("WebServersLaunchTemplate", "LatestVersionNumber"),
		}}), minimal, plain},
		{"in the private subnets", group(object{"VPCZoneIdentifier": list{
			ref("NetworkVpcPrivateSubnet1Subnet"), ref("NetworkVpcPrivateSubnet2Subnet"),
		}}), minimal, plain},
		{"bounds", group(object{"MinSize": "2", "MaxSize": "6"}), minimal, exhaustive},
		{"no desired capacity", group(object{"DesiredCapacity": absent()}), minimal, plain},
		{"a server that does not answer is replaced", group(object{"HealthCheckType": "ELB"}), minimal, plain},
		{"once it has had time to boot, after which a refresh goes on", booted(120), minimal, exhaustive},
		{"which may be long", booted(1800), exhaustive, minimal},
		{"tells when a server starts, ends or fails to", group(object{"NotificationConfigurations": list{object{
			"TopicARN": ref("NotificationsTopic"),
			"NotificationTypes": list{
				"autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
				"autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
			},
		}}}), exhaustive, minimal},
		{"tells nobody", group(object{"NotificationConfigurations": absent()}), minimal, exhaustive},
		{"a zone may be left, whose servers stay", group(object{"AvailabilityZoneImpairmentPolicy": exactly(object{
			"ZonalShiftEnabled": true, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy",
		})}), exhaustive, minimal},
		{"no zone is left", group(object{"AvailabilityZoneImpairmentPolicy": absent()}), minimal, exhaustive},
		{"group metrics", group(object{"MetricsCollection": list{object{"Granularity": "1Minute"}}}), minimal, plain},

		{"updates start a healthy server before they end one", hasWhole("AWS::AutoScaling::AutoScalingGroup", object{
			"UpdatePolicy": object{"AutoScalingInstanceRefresh": object{
				"Strategy": "Rolling", "Preferences": object{"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110},
			}},
		}), minimal, plain},
		{"servers boot when there is a way out", hasWhole("AWS::AutoScaling::AutoScalingGroup", object{
			"DependsOn": listWith(matching("^NetworkVpcPrivateSubnet1DefaultRoute")),
		}), minimal, plain},
		{"the disks of own images are left alone", launches(object{"BlockDeviceMappings": absent()}), ownImage, minimal},
		{"deployments leave scheduled sizes alone", hasWhole("AWS::AutoScaling::AutoScalingGroup", object{
			"UpdatePolicy": object{"AutoScalingScheduledAction": object{"IgnoreUnmodifiedGroupSizeProperties": true}},
		}), minimal, plain},
	})
}

// serversAssume is the trust policy of the servers' role.
var serversAssume = object{"Statement": list{object{"Principal": object{"Service": "ec2.amazonaws.com"}}}}

func launches(data object) assertion {
	return has("AWS::EC2::LaunchTemplate", object{"LaunchTemplateData": data})
}

// image demands an image that CloudFormation reads from a parameter of Systems
// Manager at every deployment.
func image(name string) assertion {
	return every(
		hasParameter("*", object{"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": matching(name)}),
		launches(object{"ImageId": object{"Ref": matching("^SsmParameterValue")}}),
	)
}

func booted(seconds int) assertion {
	return group(object{"HealthCheckGracePeriod": seconds, "DefaultInstanceWarmup": seconds})
}

func group(properties object) assertion {
	return has("AWS::AutoScaling::AutoScalingGroup", properties)
}

func TestWebServersMisuse(t *testing.T) {
	checkPanic(t, func() {
		newTestWebServers(newTestStage(t), "Failing", func(props *WebServersProps) { props.Minimum, props.Maximum = 3, 2 })
	}, "WebServers", "minimum 3", "maximum 2", "raise the maximum")
}
