package check

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/account/report"
	"twinsite/site"
)

// A broken is a healthy account with one thing wrong, and what must be said of it.
type broken struct {
	name  string // of the test
	world *world
	item  string        // the only one that is not green, with those of "also"
	said  string        // part of what is said
	todo  string        // part of the remedy
	also  string        // how other items that are not green begin, for the same reason
	light report.Colour // default: red
}

// in breaks one answer, in one region.
func in(region, answer, old, replacement string) *world {
	return &world{amazon: amazon{only: region, edits: map[string]edit{answer: {old, replacement}}}}
}

// refusing refuses one call, in one region.
func refusing(region, answer, refusal string) *world {
	return &world{amazon: amazon{only: region, refused: map[string]string{answer: refusal}}}
}

// standing is the world with all stacks.
func (w *world) standing() *world {
	w.deployed = true
	return w
}

// with is the world of another site.
func (w *world) with(change func(*site.Site)) *world {
	w.change = change
	return w
}

// dnsOf is the world with other records.
func dnsOf(records ...string) *world {
	w := &world{records: names()}
	for i := 0; i < len(records); i += 2 {
		w.records[records[i]] = strings.Split(records[i+1], "; ")
		if records[i+1] == "" {
			delete(w.records, records[i])
		}
	}
	return w
}

const (
	home    = "ap-northeast-2"
	standby = "us-east-1"
)

// theRegion breaks what belongs to regions and servers.
var theRegion = []broken{
	{name: "root", world: in("", "sts-GetCallerIdentity", ":user/alice", ":root"), item: "credentials", said: "asked as its root user", todo: "role or user", light: report.Warning},
	{name: "region not opted into", world: in("", "ec2-DescribeRegions", "<regionName>ap-northeast-2</regionName><regionEndpoint>ec2.ap-northeast-2.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required", "<regionName>ap-northeast-2</regionName><optInStatus>not-opted-in"),
		item: "regions", said: "has not opted into ap-northeast-2", todo: "aws account enable-region --region-name ap-northeast-2"},
	{name: "no such region", world: in("", "ec2-DescribeRegions", "<regionName>ap-northeast-2</regionName>", "<regionName>ap-northeast-9</regionName>"), item: "regions", said: "ap-northeast-2", todo: "enable-region"},
	{name: "no such zone", world: in(home, "ec2-DescribeAvailabilityZones", "<zoneName>ap-northeast-2c</zoneName>", "<zoneName>ap-northeast-2e</zoneName>"), item: "zones of ap-northeast-2",
		said: "this account has no ap-northeast-2c", todo: "home.availabilityZones: ap-northeast-2a, ap-northeast-2b, ap-northeast-2e"},
	{name: "zone impaired", world: in(standby, "ec2-DescribeAvailabilityZones", "<zoneName>us-east-1b</zoneName><zoneState>available", "<zoneName>us-east-1b</zoneName><zoneState>impaired"), item: "zones of us-east-1",
		said: "us-east-1b is impaired", todo: "standby.availabilityZones", light: report.Warning},
	{name: "type not in the zone", world: in(standby, "ec2-DescribeInstanceTypeOfferings", "<location>us-east-1b</location>", "<location>us-east-1f</location>"), item: "instance type in us-east-1",
		said: "t3.small is not offered in us-east-1b", todo: "standby.availabilityZones (us-east-1a, us-east-1c, us-east-1d, us-east-1f), or choose another web.instanceType"},
	{name: "type nowhere", world: in(standby, "ec2-DescribeInstanceTypeOfferings", "<instanceType>t3.small</instanceType>", "<instanceType>t4g.small</instanceType>"), item: "instance type in us-east-1",
		said: "t3.small is not offered in us-east-1", todo: "another web.instanceType"},
	{name: "another architecture", world: in(home, "ec2-DescribeImages", "<architecture>x86_64</architecture>", "<architecture>arm64</architecture>"), item: "image in ap-northeast-2",
		said: "is for arm64, and t3.small runs x86_64", todo: "another image in web.images.ap-northeast-2"},
	{name: "image gone", world: refusing(home, "ec2-DescribeImages", "InvalidAMIID.NotFound The image id '[ami-1]' does not exist"), item: "image in ap-northeast-2",
		said: "has no image ami-0123456789abcdef0", todo: "image of this region in web.images.ap-northeast-2"},
	{name: "image deregistered", world: in(home, "ec2-DescribeImages", "<imageState>available", "<imageState>deregistered"), item: "image in ap-northeast-2", said: "is deregistered", todo: "another in web.images"},
	{name: "no parameter", world: refusing(standby, "ssm-GetParameter", "ParameterNotFound not found").with(func(s *site.Site) {
		s.Web.Images = map[string]string{standby: "/my/image", home: "ami-0123456789abcdef0"}
	}), item: "image in us-east-1", said: "us-east-1 has no parameter /my/image", todo: "make the parameter there"},
	{name: "parameter of something else", world: in(standby, "ssm-GetParameter", "ami-0123456789abcdef0", "hello"), item: "image in us-east-1", said: `holds "hello", which is no image`, todo: "put the id of an image there"},
	{name: "no such policy", world: refusing("", "iam-GetPolicy", "NoSuchEntity none"), item: "policies", said: "there is no " + ownPolicy, todo: "another in web.policies"},
	{name: "another account's policy", world: in("", "iam-GetPolicy", "", "").with(func(s *site.Site) {
		s.Web.Policies = append(s.Web.Policies, "arn:aws:iam::999999999999:policy/theirs")
	}), item: "policies", said: "999999999999:policy/theirs is of another account", todo: "in this account"},
	{name: "a policy of AWS's own services", world: in("", "iam-GetPolicy", "<IsAttachable>true", "<IsAttachable>false"), item: "policies", said: "attaches " + ownPolicy + " to no role", todo: "another in web.policies"},
	{name: "prefix list", world: in(home, "ec2-DescribeManagedPrefixLists", "<prefixListId>pl-22a6434b", "<prefixListId>pl-0123abcd"), item: "prefix list", said: "is pl-0123abcd, the site says pl-22a6434b", todo: "set home.cloudFrontPrefixList to pl-0123abcd"},
	{name: "no prefix list", world: in(home, "ec2-DescribeManagedPrefixLists", "prefixListSet", "nothing"), item: "prefix list", said: "has no prefix list", todo: "another home region"},
}

// quotas breaks what the account allows. The site needs at most 14 vCPUs, two
// addresses, a VPC and a load balancer; others have 2 vCPUs and one of each.
var quotas = []broken{
	{name: "vCPUs", world: in(home, "servicequotas-GetServiceQuota-L-1216C47A", "32", "15"), item: "vCPUs in ap-northeast-2",
		said: "15 allowed, 2 taken by others, 14 needed at most", todo: "request-service-quota-increase --region ap-northeast-2 --service-code ec2 --quota-code L-1216C47A --desired-value 16"},
	{name: "schedules", world: in(home, "servicequotas-GetServiceQuota-L-1216C47A", "32", "17").with(func(s *site.Site) { s.Web.Schedules[0].Maximum = 9 }), item: "vCPUs in ap-northeast-2",
		said: "17 allowed, 2 taken by others, 20 needed at most", todo: "--desired-value 22"},
	{name: "others", world: in(standby, "ec2-DescribeInstances", "<coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions><tagSet><item><key>Site</key><value>else", "<coreCount>24</coreCount><threadsPerCore>1</threadsPerCore></cpuOptions><tagSet><item><key>Site</key><value>else"),
		item: "vCPUs in us-east-1", said: "32 allowed, 24 taken by others", todo: "--desired-value 38"},
	{name: "addresses", world: in(standby, "servicequotas-GetServiceQuota-L-0263D0A3", "5.0", "2.0"), item: "Elastic IPs in us-east-1", said: "2 allowed, 1 taken by others, 2 needed", todo: "--quota-code L-0263D0A3 --desired-value 3"},
	{name: "networks", world: in(standby, "servicequotas-GetServiceQuota-L-F678F1CE", "5.0", "1.0"), item: "VPCs in us-east-1", said: "1 allowed, 1 taken by others, 1 needed", todo: "--service-code vpc --quota-code L-F678F1CE --desired-value 2"},
	{name: "load balancers", world: in(standby, "servicequotas-GetAWSDefaultServiceQuota-L-53DA6B97", "50", "1"), item: "load balancers in us-east-1", said: "1 allowed, 1 taken by others", todo: "--desired-value 2"},
}

// theCDK breaks the bootstrap and the stacks.
var theCDK = []broken{
	{name: "not bootstrapped", world: refusing(home, "cloudformation-DescribeStacks", "ValidationError Stack with id CDKToolkit does not exist"), item: "bootstrap in ap-northeast-2",
		said: "has no stack CDKToolkit", todo: "npx cdk bootstrap aws://123456789012/ap-northeast-2", also: "execution role in ap-northeast-2"},
	{name: "an old bootstrap", world: in(home, "cloudformation-DescribeStacks", "<OutputValue>30<", "<OutputValue>5<"), item: "bootstrap in ap-northeast-2", said: "version 5, and the CDK wants 8", todo: "npx cdk bootstrap"},
	{name: "a failed bootstrap", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "ROLLBACK_COMPLETE"), item: "bootstrap in ap-northeast-2", said: "is in ROLLBACK_COMPLETE", todo: "delete the stack, then"},
	{name: "no execution role", world: in(home, "cloudformation-ListStackResources-CDKToolkit", "CloudFormationExecutionRole", "Another"), item: "execution role in ap-northeast-2", said: "has no execution role", todo: "cdk bootstrap"},
	{name: "a weak execution role", world: in(home, "iam-SimulatePrincipalPolicy", "allowed", "implicitDeny"), item: "execution role in ap-northeast-2", said: "may not read other stacks' outputs (implicitDeny)", todo: "allow the role cloudformation:DescribeStacks"},
	{name: "a failed creation", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "ROLLBACK_FAILED").standing(), item: "stack Primary",
		said: "its first creation failed (ROLLBACK_FAILED); it left AWS::S3::Bucket ticketing-primary-staticsite1,", todo: "make deploy", also: "bootstrap in"},
	{name: "a failed deletion", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "DELETE_FAILED").standing(), item: "stack Primary", said: "its deletion failed", todo: "delete-stack --region ap-northeast-2 --stack-name ticketing-Primary", also: "bootstrap in"},
	{name: "a failed way back", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "UPDATE_ROLLBACK_FAILED").standing(), item: "stack Primary",
		said: "so did its way back", todo: "continue-update-rollback --region ap-northeast-2 --stack-name ticketing-Primary", also: "bootstrap in"},
	{name: "a change that was left", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "UPDATE_FAILED").standing(), item: "stack Primary",
		said: "its last change failed (UPDATE_FAILED)", todo: "deploy again", also: "bootstrap in"},
	{name: "a bootstrap that cannot go back", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "UPDATE_ROLLBACK_FAILED"), item: "bootstrap in ap-northeast-2",
		said: "is in UPDATE_ROLLBACK_FAILED", todo: "continue-update-rollback --region ap-northeast-2 --stack-name CDKToolkit"},
	{name: "a bootstrap that is worked on", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "DELETE_IN_PROGRESS"), item: "bootstrap in ap-northeast-2",
		said: "is worked on (DELETE_IN_PROGRESS)", todo: "wait", light: report.Warning},
	{name: "worked on", world: in(home, "cloudformation-DescribeStacks", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS").standing(), item: "stack Primary", said: "worked on (UPDATE_IN_PROGRESS)", todo: "wait", also: "bootstrap in", light: report.Warning},
	{name: "a left bucket", world: in("", "s3-GetBucketTagging", "another-Primary", "ticketing-Primary"), item: "left buckets", said: "ticketing-primary-staticsite1 in ap-northeast-2", todo: "empty and delete them", light: report.Warning},
}

// theNames breaks what DNS, certificates and names are about.
var theNames = []broken{
	{name: "no such zone", world: refusing("", "route53-GetHostedZone", "NoSuchHostedZone none").with(importZone), item: "hosted zone", said: "no hosted zone Z0123456789ABCDEFGHIJ", todo: "in zone.id", also: "delegation"},
	{name: "a private zone", world: in("", "route53-GetHostedZone", "<PrivateZone>false", "<PrivateZone>true").with(importZone), item: "hosted zone", said: "is private", todo: "public hosted zone of ticketing.pw", also: "delegation"},
	{name: "another domain's zone", world: in("", "route53-GetHostedZone", "<Name>ticketing.pw.", "<Name>zoo.example.").with(importZone), item: "hosted zone", said: "is of zoo.example", todo: "of ticketing.pw"},
	{name: "the zone is gone", world: refusing("", "route53-GetHostedZone", "NoSuchHostedZone none"), item: "hosted zone", said: "is gone", todo: "delete the stack ticketing-Domain", also: "delegation"},
	{name: "a zone before", world: noZone(in("", "route53-ListHostedZonesByName", "<PrivateZone>true", "<PrivateZone>false")), item: "hosted zone", said: "Z1111111111111 is of ticketing.pw already", todo: "set zone.id to Z1111111111111", light: report.Warning, also: "delegation"},
	{name: "delegated elsewhere", world: dnsOf("ticketing.pw. NS", "ticketing.pw. 60 IN NS ns1.registrar.example."), item: "delegation",
		said: "pw leads to ns1.registrar.example, the zone is at ns-2048.awsdns-64.com, ns-2049.awsdns-65.net", todo: "at the registrar of ticketing.pw, name these servers and no others: ns-2048"},
	{name: "not delegated", world: dnsOf("ticketing.pw. NS", ""), item: "delegation", said: "pw leads to nobody", todo: "at the registrar"},
	{name: "the parent is silent", world: dnsOf("a.nic.pw. A", "a.nic.pw. 60 IN A 192.0.2.99"), item: "delegation", said: "does not answer", light: report.Warning},
	{name: "CAA", world: dnsOf("ticketing.pw. CAA", `ticketing.pw. 60 IN CAA 0 issue "letsencrypt.org"`), item: "CAA", said: "lets only letsencrypt.org issue", todo: `add the record: ticketing.pw. CAA 0 issue "amazon.com"`},
	{name: "CAA of the parent", world: dnsOf("pw. CAA", `pw. 60 IN CAA 0 issue ";"`), item: "CAA", said: "pw lets only nobody issue", todo: "pw. CAA 0 issue"},
	{name: "CAA of wildcards", world: dnsOf("ticketing.pw. CAA", `ticketing.pw. 60 IN CAA 0 issue "amazon.com"; ticketing.pw. 60 IN CAA 0 issuewild "letsencrypt.org"`), item: "CAA", said: "(issuewild)", todo: "CAA 0 issuewild"},
	{name: "a record", world: in("", "route53-ListResourceRecordSets", "mail.ticketing.pw.", "static.ticketing.pw.").with(importZone), item: "records", said: "static.ticketing.pw A", todo: "delete what nobody needs"},
	{name: "a record of CloudFront's origin", world: in("", "route53-ListResourceRecordSets", "mail.ticketing.pw.", "origin.ticketing.pw.").with(importZone), item: "records", said: "origin.ticketing.pw A", todo: "delete what nobody needs"},
	{name: "an alias", world: in("", "cloudfront-ListDistributions", "shop.example", "www.ticketing.pw"), item: "CloudFront names", said: "www.ticketing.pw by EELSE", todo: "remove the names from that distribution"},
	{name: "a failed certificate", world: certificate("PENDING_VALIDATION", `FAILED", "FailureReason": "CAA_ERROR`), item: "certificates in us-east-1", said: "failed: CAA_ERROR", todo: "mend that"},
	{name: "a certificate timed out", world: certificate("PENDING_VALIDATION", "VALIDATION_TIMED_OUT"), item: "certificates in us-east-1", said: "not validated within 72 hours", todo: "mend the delegation"},
	{name: "a certificate pends", world: certificate("_a79865eb4cd1a6ab990a45779b4e0b96", "_b79865eb4cd1a6ab990a45779b4e0b96"), item: "certificates in us-east-1",
		said: "is pending, as DNS has no record _b79865eb4cd1a6ab990a45779b4e0b96.ticketing.pw CNAME _424c", todo: "see to the delegation"},
	{name: "a certificate is being made", world: certificate("acm-validations", "acm-validations"), item: "certificates in us-east-1", said: "validates it is there", todo: "wait", light: report.Warning},
	{name: "an alarm", world: in(home, "monitoring-DescribeAlarms", `"MetricAlarms": []`, `"MetricAlarms": [{"AlarmName": "ticketing: Servers are unhealthy"}]`).standing(), item: "alarm names in ap-northeast-2", said: `the alarm "ticketing: Servers are unhealthy"`, todo: "another name for the site"},
	{name: "a composite alarm", world: in(standby, "monitoring-DescribeAlarms", `"CompositeAlarms": []`, `"CompositeAlarms": [{"AlarmName": "ticketing: Nobody is served"}]`), item: "alarm names in us-east-1", said: "Nobody is served", todo: "delete it"},
	{name: "a dashboard", world: in("", "monitoring-ListDashboards", "ticketing-old", "ticketing"), item: "dashboard name", said: `the dashboard "ticketing"`, todo: "delete it"},
	{name: "a function", world: in("", "cloudfront-ListFunctions", "other", "ticketingPrimary-Site-Serving-9DD7E66B"), item: "function names", said: "ticketingPrimary-Site-Serving", todo: "delete it"},
	{name: "an event bus", world: in(home, "events-ListEventBuses", `"default"`, `"ticketingPrimary-Practice-Standby-7595E7D3"`).with(func(s *site.Site) { s.Practice = true }), item: "event bus names in ap-northeast-2", said: "ticketingPrimary-Practice-Standby", todo: "delete it"},
	{name: "an event bus of a standby that follows", world: in(standby, "events-ListEventBuses", `"default"`, `"ticketingSecondary-Follower-8ED006E6"`).with(func(s *site.Site) { s.Standby.Web.Follow = 50 }), item: "event bus names in us-east-1", said: "ticketingSecondary-Follower", todo: "delete it"},
	{name: "a consent", world: in(home, "sns-ListSubscriptionsByTopic", "<SubscriptionArn>arn:aws:sns:ap-northeast-2:123456789012:topic:80289ba6-0fd4-4079-afb4-ce8c8260f0ca", "<SubscriptionArn>PendingConfirmation").standing(),
		item: "e-mail consents in ap-northeast-2", said: "not confirmed: ops@example.com", todo: "follow the link"},
	{name: "an address that unsubscribed", world: in(home, "sns-ListSubscriptionsByTopic", "<SubscriptionArn>arn:aws:sns:ap-northeast-2:123456789012:topic:80289ba6-0fd4-4079-afb4-ce8c8260f0ca", "<SubscriptionArn>Deleted").standing(),
		item: "e-mail consents in ap-northeast-2", said: "no longer subscribed, or not confirmed within two days: ops@example.com",
		todo: "aws sns subscribe --region ap-northeast-2 --topic-arn arn:aws:sns:ap-northeast-2:123456789012:ticketing-Primary-NotificationsTopicAE679CBD --protocol email --notification-endpoint ops@example.com"},
	{name: "an address that AWS has dropped", world: in(standby, "sns-ListSubscriptionsByTopic", "ops@example.com", "somebody@example.com").standing(),
		item: "e-mail consents in us-east-1", said: "not confirmed within two days: ops@example.com", todo: "--topic-arn arn:aws:sns:us-east-1:123456789012:ticketing-Secondary-NotificationsTopicAE679CBD"},
	{name: "an address that gets messages but no pages", world: in("", "sns-ListSubscriptionsByTopic-ticketing-Failover-PagesTopic7E8CFB07", "pager@example.com", "ops@example.com").standing(),
		item: "e-mail consents in us-east-1", said: "not confirmed within two days: pager@example.com", todo: "--topic-arn arn:aws:sns:us-east-1:123456789012:ticketing-Failover-PagesTopic7E8CFB07 --protocol email --notification-endpoint pager@example.com"},
}

// certificate is the world with a certificate of the domain that is not issued.
func certificate(old, replacement string) *world {
	w := in(standby, "acm-ListCertificates", "shop.example", "ticketing.pw")
	w.edits["acm-DescribeCertificate"] = edit{old, replacement}
	return w
}

// noZone is the world in which the stack Domain has made no zone.
func noZone(w *world) *world {
	w.edits["cloudformation-ListStackResources-ticketing-Domain"] = edit{"AWS::Route53::HostedZone", "AWS::Route53::Nothing"}
	return w
}

// TestBroken holds that each fault turns its own item red, or yellow, with the right
// remedy, and no other item. A fault that changes nothing fails too.
func TestBroken(t *testing.T) {
	seen := map[string]bool{}
	for group, faults := range map[string][]broken{"region": theRegion, "quota": quotas, "CDK": theCDK, "names": theNames} {
		for i := range faults {
			b := &faults[i]
			t.Run(group+"/"+b.name, func(t *testing.T) { b.check(t) })
			for _, i := range items {
				if (b.item == i.name || i.in != nil && strings.HasPrefix(b.item, i.name+" ")) && (b.light == "" || i.name == "credentials" || i.name == "left buckets") {
					seen[i.name] = true
				}
			}
		}
	}
	for _, i := range items {
		if !seen[i.name] {
			t.Errorf("no fault turns %q red", i.name)
		}
	}
}

func (b *broken) check(t *testing.T) {
	t.Helper()
	want := b.light
	if want == "" {
		want = report.Red
	}
	r := b.world.check(t)
	for answer := range b.world.edits {
		if !b.world.asked[answer] {
			t.Errorf("%s was not asked for", answer)
		}
	}
	if got := itemOf(t, r, b.item); got.Colour != want || !strings.Contains(got.Said, b.said) || !strings.Contains(got.Remedy, b.todo) || strings.Contains(fmt.Sprint(got), "\n") {
		t.Errorf("got  %+v\nwant {%s %s … %s … %s}", got, b.item, want, b.said, b.todo)
	}
	for _, item := range r.Items {
		if item.Colour != report.Green && item.Name != b.item && (b.also == "" || !strings.HasPrefix(item.Name, b.also)) {
			t.Errorf("another item too: %+v", item)
		}
	}
}
