package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// machineImage is the image that WebServersOptions.Image describes.
func machineImage(scope constructs.Construct, image string, instanceType awsec2.InstanceType) awsec2.IMachineImage {
	switch {
	case image == "":
		return awsec2.MachineImage_LatestAmazonLinux2023(&awsec2.AmazonLinux2023ImageSsmParameterProps{
			CpuType: amazonLinuxCPUType(instanceType),
		})
	case strings.HasPrefix(image, "ami-"):
		region := *awscdk.Stack_Of(scope).Region()
		return awsec2.MachineImage_GenericLinux(&map[string]*string{region: &image}, nil)
	default:
		return awsec2.MachineImage_FromSsmParameter(&image, nil)
	}
}

func amazonLinuxCPUType(instanceType awsec2.InstanceType) awsec2.AmazonLinuxCpuType {
	if instanceType.Architecture() == awsec2.InstanceArchitecture_ARM_64 {
		return awsec2.AmazonLinuxCpuType_ARM_64
	}
	return awsec2.AmazonLinuxCpuType_X86_64
}

// blockDevices is the disk of the default image, encrypted. For another image it is
// nil: only the image knows its disk's name and size, and a wrong guess adds a
// second disk or makes the launch fail.
func blockDevices(image string) *[]*awsec2.BlockDevice {
	if image != "" {
		return nil
	}
	return &[]*awsec2.BlockDevice{{
		DeviceName: jsii.String("/dev/xvda"),
		Volume: awsec2.BlockDeviceVolume_Ebs(jsii.Number(8), &awsec2.EbsDeviceOptions{
			VolumeType: awsec2.EbsDeviceVolumeType_GP3,
			Encrypted:  jsii.Bool(true),
		}),
	}}
}
