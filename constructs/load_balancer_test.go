package constructs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
)

func newTestLoadBalancer(stage awscdk.Stage, id string, mutate func(*LoadBalancerProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	target := testGroup(stack)
	props := &LoadBalancerProps{
		Vpc:                 stack.Node().FindChild(jsii.String("Network")).Node().FindChild(jsii.String("Vpc")).(awsec2.Vpc),
		Target:              target,
		LoadBalancerOptions: LoadBalancerOptions{HealthPath: "/healthz"},
	}
	mutate(props)
	NewLoadBalancer(stack, "Entrance", props)
	return stack
}

func lock(props *LoadBalancerProps, secrets ...string) *OriginLock {
	return &OriginLock{
		PrefixList: "pl-22a6434b",
		Secrets:    NewOriginSecrets(awscdk.Stack_Of(props.Vpc), "OriginSecrets", &OriginSecretsProps{Names: secrets, Purpose: "a test"}),
	}
}

func TestLoadBalancer(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestLoadBalancer(stage, "Minimal", func(*LoadBalancerProps) {})
	redirecting := newTestLoadBalancer(stage, "Redirecting", func(props *LoadBalancerProps) {
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.Redirects = map[string]string{"example.com": "www.example.com", "shop.example.com": "www.example.com"}
		props.UnredirectedPath = "/status"
	})
	minimalDualStack := newTestLoadBalancer(stage, "MinimalDualStack", func(props *LoadBalancerProps) { props.IPv6 = true })
	exhaustive := newTestLoadBalancer(stage, "Exhaustive", func(props *LoadBalancerProps) {
		props.HealthPath = "/other"
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.RedirectHTTP = true
		props.IPv6 = true
		props.DeletionProtection = true
		props.ZonalShift = true
		props.Logs = testLogs(awscdk.Stack_Of(props.Vpc))
	})
	locked := newTestLoadBalancer(stage, "Locked", func(props *LoadBalancerProps) {
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.Origin = lock(props, "second", "first")
		props.IPv6 = true
	})
	lockedHTTP := newTestLoadBalancer(stage, "LockedHTTP", func(props *LoadBalancerProps) { props.Origin = lock(props, "first") })

	apart := newTestLoadBalancer(stage, "Apart", func(props *LoadBalancerProps) { props.IngressApart, props.IPv6 = true, true })
	unlocked := newTestLoadBalancer(stage, "Unlocked", func(props *LoadBalancerProps) {
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.ForwardByRule = true
	})
	lockedAgain := newTestLoadBalancer(stage, "LockedAgain", func(props *LoadBalancerProps) {
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.ForwardByRule = true
		props.Origin = lock(props, "first")
	})
	application := newTestLoadBalancer(stage, "Application", func(props *LoadBalancerProps) {
		props.Port = 8080
		props.Drain = 30 * time.Second
		props.Sticky = time.Hour
	})
	standard := newTestLoadBalancer(stage, "Standard", func(props *LoadBalancerProps) { props.Drain = 5 * time.Minute })

	// The CDK's own choices.
	plain := newTestStack(stage, "Plain")
	balancer := elb.NewApplicationLoadBalancer(plain, jsii.String("Entrance"), &elb.ApplicationLoadBalancerProps{Vpc: testVpc(plain)})
	listener := balancer.AddListener(jsii.String("Https"), &elb.BaseApplicationListenerProps{
		Protocol:     elb.ApplicationProtocol_HTTPS,
		Certificates: &[]elb.IListenerCertificate{testCertificate(plain)},
	})
	listener.AddTargets(jsii.String("Targets"), &elb.AddApplicationTargetsProps{Protocol: elb.ApplicationProtocol_HTTP})

	checkPromises(t, []promise{
		{"a line about every request", every(
			has(loadBalancer, object{"LoadBalancerAttributes": listWith(
				object{"Key": "access_logs.s3.enabled", "Value": "true"},
				object{"Key": "access_logs.s3.bucket", "Value": ref("AccessLogs")},
				object{"Key": "access_logs.s3.prefix", "Value": "load-balancer"},
			)}),
			has("AWS::S3::BucketPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
				"Effect": "Allow", "Action": "s3:PutObject", "Principal": object{"Service": "delivery.logs.amazonaws.com"},
				"Condition": object{"StringEquals": object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}}},
			})}}),
		), exhaustive, minimal},
		{"internet-facing, in the public subnets", has(loadBalancer, object{
			"Type": "application", "Scheme": "internet-facing",
			"Subnets": list{ref("NetworkVpcPublicSubnet1Subnet"), ref("NetworkVpcPublicSubnet2Subnet")},
		}), minimal, plain},
		{"not before the way to the internet", hasWhole(loadBalancer, object{"DependsOn": listWith(
			logicalID("NetworkVpcPublicSubnet1DefaultRoute"), logicalID("NetworkVpcPublicSubnet2DefaultRoute"),
		)}), minimal, plain},
		{"whose own group leads nowhere", has("AWS::EC2::SecurityGroup", object{
			"SecurityGroupEgress": list{object{"CidrIp": "127.0.0.1/32", "IpProtocol": "-1"}},
		}), minimal, plain},
		{"in either address family", has("AWS::EC2::SecurityGroup", object{
			"SecurityGroupEgress": list{object{"CidrIp": "127.0.0.1/32", "IpProtocol": "-1"}, object{"CidrIpv6": "::1/128", "IpProtocol": "-1"}},
		}), exhaustive, minimal},
		{"IPv4 only", has(loadBalancer, object{"IpAddressType": "ipv4"}), minimal, exhaustive},
		{"both address families", has(loadBalancer, object{"IpAddressType": "dualstack"}), exhaustive, minimal},
		{"may be deleted", attribute("deletion_protection.enabled", "false"), minimal, exhaustive},
		{"may not be deleted", attribute("deletion_protection.enabled", "true"), exhaustive, minimal},
		{"visitors may be led away from a zone", attribute("zonal_shift.config.enabled", "true"), exhaustive, minimal},
		{"or not, any longer", attribute("zonal_shift.config.enabled", "false"), minimal, plain},
		{"no client holds a connection for longer than a minute", attribute("client_keep_alive.seconds", "60"), minimal, plain},
		{"drops invalid headers", attribute("routing.http.drop_invalid_header_fields.enabled", "true"), minimal, plain},
		{"refuses ambiguous requests", attribute("routing.http.desync_mitigation_mode", "defensive"), minimal, plain},

		{"target group by HTTP, checked by HTTP", has("AWS::ElasticLoadBalancingV2::TargetGroup", object{
			"Protocol": "HTTP", "Port": 80,
			"HealthCheckProtocol": "HTTP", "HealthCheckPath": "/healthz", "Matcher": object{"HttpCode": "200"},
			"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5,
			"HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2,
		}), minimal, exhaustive},
		{"another port, which is the one that the load balancer reaches", every(
			has(targetGroup, object{"Protocol": "HTTP", "Port": 8080}),
			has("AWS::EC2::SecurityGroupIngress", object{
				"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "GroupId": att("GroupInstanceSecurityGroup", "GroupId"),
			}),
			total("AWS::EC2::SecurityGroupIngress", 1),
		), application, minimal},
		{"servers that leave have their time", targetAttribute("deregistration_delay.timeout_seconds", "30"), application, minimal},
		{"or none", targetAttribute("deregistration_delay.timeout_seconds", "0"), minimal, application},
		{"AWS's own time is said too, as it would stay otherwise", targetAttribute("deregistration_delay.timeout_seconds", "300"), standard, application},
		{"a visitor stays with a server", every(
			targetAttribute("stickiness.enabled", "true"), targetAttribute("stickiness.type", "lb_cookie"),
			targetAttribute("stickiness.lb_cookie.duration_seconds", "3600"),
		), application, minimal},
		{"a visitor goes anywhere", targetAttribute("stickiness.enabled", "false"), minimal, application},
		{"the group is the target", has("AWS::AutoScaling::AutoScalingGroup", object{
			"TargetGroupARNs": list{ref("EntranceTargetGroup")},
		}), minimal, noTarget(stage)},
		{"the group is reached by the load balancer only", every(
			total("AWS::EC2::SecurityGroupIngress", 1),
			has("AWS::EC2::SecurityGroupIngress", object{
				"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
				"SourceSecurityGroupId": att("EntranceLoadBalancerSecurityGroup", "GroupId"),
				"GroupId":               att("GroupInstanceSecurityGroup", "GroupId"),
			}),
		), minimal, plain},

		{"without a certificate one listener, HTTP", every(
			total(listenerType, 1), forwards(object{"Port": 80, "Protocol": "HTTP"}),
		), minimal, exhaustive},
		{"with one, HTTPS", forwards(object{
			"Port": 443, "Protocol": "HTTPS",
			"Certificates": list{object{"CertificateArn": testCertificateARN}},
			"SslPolicy":    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
		}), exhaustive, minimal},
		{"a modern TLS policy", has(listenerType, object{"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"}), exhaustive, plain},
		{"HTTP is redirected", has(listenerType, object{
			"Port": 80, "Protocol": "HTTP", "DefaultActions": list{object{
				"Type":           "redirect",
				"RedirectConfig": object{"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
			}},
		}), exhaustive, minimal},
		{"a host that only redirects, for reads", has("AWS::ElasticLoadBalancingV2::ListenerRule", object{
			"Priority": namePriority("example.com"),
			"Conditions": list{
				object{"Field": "host-header", "HostHeaderConfig": object{"Values": list{"example.com"}}},
				object{"Field": "http-request-method", "HttpRequestMethodConfig": object{"Values": list{"GET", "HEAD"}}},
			},
			"Actions": list{object{"Type": "redirect", "RedirectConfig": exactly(object{
				"Host": "www.example.com", "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301",
			})}},
		}), redirecting, exhaustive},
		{"but not of its health path", has("AWS::ElasticLoadBalancingV2::ListenerRule", object{
			"Priority":   1,
			"Conditions": list{object{"Field": "path-pattern", "PathPatternConfig": object{"Values": list{"/status"}}}},
			"Actions":    list{object{"Type": "forward"}},
		}), redirecting, exhaustive},
		{"HTTP is closed", total(listenerType, 1), locked, exhaustive},

		{"everybody may come in", ingress(everybody(80)), minimal, minimalDualStack},
		{"everybody may come in by IPv6 too", ingress(everybody(80), everybodyByIPv6(80)), minimalDualStack, minimal},
		{"on both ports where one redirects", ingress(
			everybody(443), everybodyByIPv6(443), everybody(80), everybodyByIPv6(80)), exhaustive, minimalDualStack},
		{"by rules of their own", every(
			ingress(), total("AWS::EC2::SecurityGroupIngress", 3),
			has("AWS::EC2::SecurityGroupIngress", everybody(80)), has("AWS::EC2::SecurityGroupIngress", everybodyByIPv6(80)),
		), apart, minimalDualStack},
		{"CloudFront only", ingressFromCloudFront(443), locked, exhaustive},
		{"CloudFront only, by HTTP", ingressFromCloudFront(80), lockedHTTP, minimal},

		{"forbidden unless a rule says otherwise", forbidden(), locked, exhaustive},
		{"before there is a lock, too", forbidden(), unlocked, exhaustive},
		{"where a rule then takes every request", every(
			total("AWS::ElasticLoadBalancingV2::ListenerRule", 1),
			has("AWS::ElasticLoadBalancingV2::ListenerRule", object{
				"ListenerArn": ref("EntranceLoadBalancerHttps?"), "Priority": 2,
				"Conditions": list{object{"Field": "path-pattern", "PathPatternConfig": exactly(object{"Values": list{"/*"}})}},
				"Actions":    list{object{"Type": "forward", "TargetGroupArn": ref("EntranceTargetGroup")}},
			}),
		), unlocked, lockedAgain},
		{"and a lock's rule stands beside it until that is gone", every(
			total("AWS::ElasticLoadBalancingV2::ListenerRule", 1),
			has("AWS::ElasticLoadBalancingV2::ListenerRule", object{"Priority": namePriority("first")}),
		), lockedAgain, unlocked},
		{"any of the secrets leads to the servers, by a rule that goes with it", every(
			leadsIn("second"), leadsIn("first"), total("AWS::ElasticLoadBalancingV2::ListenerRule", 2),
		), locked, lockedHTTP},
	})
}

// TestSecretPriority holds that rules of usual names, which stand side by side, have
// no priority in common: AWS would refuse the second. Two names of some 49,000 may.
func TestSecretPriority(t *testing.T) {
	seen := map[int]string{1: "a rule of all secrets, as earlier releases had", openPriority: "the open rule"}
	for _, name := range []string{"first", "second", "third", "a", "b", "2026-11", "2026-12"} {
		priority := namePriority(name)
		if other, taken := seen[priority]; taken || priority > 50_000 {
			t.Errorf("%s has the priority %d, which is of %s or too great", name, priority, other)
		}
		seen[priority] = name
	}
	stage := newTestStage(t)
	defer func() {
		if reason := fmt.Sprint(recover()); !strings.Contains(reason, `"2028-09" and "2028-12" would have rules of one priority`) {
			t.Errorf("two secrets of one priority: got %s", reason)
		}
	}()
	newTestLoadBalancer(stage, "Taken", func(props *LoadBalancerProps) {
		props.Certificate = testCertificate(awscdk.Stack_Of(props.Vpc))
		props.Origin = lock(props, "2028-09", "2028-12")
	})
}

// leadsIn demands a rule that forwards requests with one secret.
func leadsIn(secret string) assertion {
	return has("AWS::ElasticLoadBalancingV2::ListenerRule", object{
		"ListenerArn": ref("EntranceLoadBalancerHttps?"), "Priority": namePriority(secret),
		"Conditions": list{object{
			"Field":            "http-header",
			"HttpHeaderConfig": exactly(object{"HttpHeaderName": "X-Twinsite-Origin", "Values": list{reference(secret)}}),
		}},
		"Actions": list{object{"Type": "forward", "TargetGroupArn": ref("EntranceTargetGroup")}},
	})
}

// Types of a load balancer's resources.
const (
	loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	listenerType = "AWS::ElasticLoadBalancingV2::Listener"
	targetGroup  = "AWS::ElasticLoadBalancingV2::TargetGroup"
)

// noTarget is a group that is no load balancer's target.
func noTarget(stage awscdk.Stage) awscdk.Stack {
	stack := newTestStack(stage, "NoTarget")
	testGroup(stack)
	return stack
}

func attribute(key, value string) assertion {
	return has(loadBalancer, object{"LoadBalancerAttributes": listWith(object{"Key": key, "Value": value})})
}

func targetAttribute(key, value string) assertion {
	return has(targetGroup, object{"TargetGroupAttributes": listWith(object{"Key": key, "Value": value})})
}

// forwards demands a listener that leads everybody to the target group.
func forwards(listener object) assertion {
	listener["LoadBalancerArn"] = ref("EntranceLoadBalancer")
	listener["DefaultActions"] = list{object{"Type": "forward", "TargetGroupArn": ref("EntranceTargetGroup")}}
	return has(listenerType, listener)
}

// forbidden demands a listener that answers 403 by itself.
func forbidden() assertion {
	return has(listenerType, object{"DefaultActions": list{object{
		"Type":                "fixed-response",
		"FixedResponseConfig": object{"StatusCode": "403", "ContentType": "text/plain", "MessageBody": "Forbidden"},
	}}})
}

// ingress demands exactly these ways into the load balancer.
func ingress(rules ...any) assertion {
	if len(rules) == 0 {
		return has("AWS::EC2::SecurityGroup", object{"GroupDescription": matching("Security Group for ELB"), "SecurityGroupIngress": absent()})
	}
	return has("AWS::EC2::SecurityGroup", object{
		"GroupDescription": matching("Security Group for ELB"), "SecurityGroupIngress": rules,
	})
}

// ingressFromCloudFront demands that beside the way to the servers there is one
// way into the load balancer. The CDK writes a prefix list's rule apart.
func ingressFromCloudFront(port int) assertion {
	return every(
		ingress(),
		total("AWS::EC2::SecurityGroupIngress", 2),
		has("AWS::EC2::SecurityGroupIngress", object{
			"GroupId":            att("EntranceLoadBalancerSecurityGroup", "GroupId"),
			"SourcePrefixListId": "pl-22a6434b", "IpProtocol": "tcp", "FromPort": port, "ToPort": port,
		}),
	)
}

func everybody(port int) object {
	return object{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}
}

func everybodyByIPv6(port int) object {
	return object{"CidrIpv6": "::/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}
}
