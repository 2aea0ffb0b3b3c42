package emulated

import "fmt"

// asks is a fault of one call to the account.
func asks(region, service, operation string, parameters map[string]any) func(*checked) {
	return func(c *checked) { c.ask(region, service, operation, parameters) }
}

// says is a fault in the site's description.
func says(old, replacement string) func(*checked) {
	return func(c *checked) { c.describe(old, replacement) }
}

// allows is a fault of a quota. It stays.
func allows(region, code string, value int) func(*checked) {
	return func(c *checked) { c.tell("quota", map[string]any{"region": region, "code": code, "value": value}) }
}

// faults are what turns an item red, each of another one. An account keeps what was
// done to it, so no item can have two.
var faults = []fault{
	{"zones of us-east-1", "this account has no us-east-1f", "standby.availabilityZones: us-east-1a", says("[us-east-1a, us-east-1b]", "[us-east-1a, us-east-1f]"), "instance type in us-east-1"},
	{"instance type in ap-northeast-2", "t2.small is not offered in ap-northeast-2c", "home.availabilityZones (ap-northeast-2a, ap-northeast-2b)",
		says("  instanceType: t3.small", "  instanceType: t2.small"), ""},
	{"image in us-east-1", "has no parameter /my/image", "make the parameter there", says("images: {}", "images: {us-east-1: /my/image, ap-northeast-2: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}"), ""},
	{"policies", "there is no arn:aws:iam::" + accountID + ":policy/tickets", "another in web.policies", says("policies: []", "policies: [\"arn:aws:iam::"+accountID+":policy/tickets\"]"), ""},
	{"prefix list", "the site says pl-0123abcd", "set home.cloudFrontPrefixList to pl-", func(c *checked) { c.describe(c.prefixList, "pl-0123abcd") }, ""},
	{"hosted zone", "no hosted zone Z9999999999ABCDEFGHIJ", "in zone.id", func(c *checked) {
		c.describe(checkedZone, "Z9999999999ABCDEFGHIJ")
	}, "delegation"},
	{"vCPUs in us-east-1", "needed at most", "request-service-quota-increase --region us-east-1", says("  maximum: 0", "  maximum: 20"), ""},
	{"CAA", "lets only letsencrypt.org issue", `CAA 0 issue "amazon.com"`, func(c *checked) {
		c.dns["ticketing.pw. CAA"] = []string{`ticketing.pw. 60 IN CAA 0 issue "letsencrypt.org"`}
	}, ""},
	{"delegation", "pw leads to ns1.registrar.example", "at the registrar of ticketing.pw", func(c *checked) {
		c.dns["ticketing.pw. NS"] = []string{"ticketing.pw. 60 IN NS ns1.registrar.example."}
	}, ""},
	{"records", "www.ticketing.pw A", "delete what nobody needs", asks("us-east-1", "route53", "change_resource_record_sets", map[string]any{
		"HostedZoneId": checkedZone, "ChangeBatch": map[string]any{"Changes": []any{map[string]any{"Action": "CREATE", "ResourceRecordSet": map[string]any{
			"Name": "www.ticketing.pw.", "Type": "A", "TTL": 60, "ResourceRecords": []any{map[string]any{"Value": "192.0.2.1"}}}}}}}), ""},
	{"CloudFront names", "ticketing.pw by E", "remove the names from that distribution", asks("us-east-1", "cloudfront", "create_distribution", map[string]any{
		"DistributionConfig": map[string]any{"CallerReference": "1", "Comment": "", "Enabled": true, "Aliases": map[string]any{"Quantity": 1, "Items": []string{"ticketing.pw"}},
			"Origins": map[string]any{"Quantity": 1, "Items": []any{map[string]any{"Id": "o", "DomainName": "example.com",
				"CustomOriginConfig": map[string]any{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}}},
			"DefaultCacheBehavior": map[string]any{"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}}), ""},
	{"Elastic IPs in ap-northeast-2", "5 allowed, 4 taken by others, 2 needed", "--quota-code L-0263D0A3 --desired-value 6", func(c *checked) {
		for range 4 {
			c.ask(checkedHome, "ec2", "allocate_address", map[string]any{"Domain": "vpc"})
		}
	}, ""},
	{"VPCs in ap-northeast-2", "5 allowed, 5 taken by others, 1 needed", "--quota-code L-F678F1CE --desired-value 6", func(c *checked) {
		taken := len(list(c.ask(checkedHome, "ec2", "describe_vpcs", map[string]any{})["Vpcs"]))
		for i := range 5 - taken {
			c.ask(checkedHome, "ec2", "create_vpc", map[string]any{"CidrBlock": fmt.Sprintf("10.%d.0.0/16", 100+i)})
		}
	}, ""},
	{"load balancers in us-east-1", "0 allowed, 0 taken by others, 1 needed", "--quota-code L-53DA6B97 --desired-value 1", allows(checkedStandby, "L-53DA6B97", 0), ""},
	{"execution role in us-east-1", "may not read other stacks' outputs", "cdk bootstrap --cloudformation-execution-policies", asks("us-east-1", "iam", "detach_role_policy", executionPolicy(checkedStandby)), ""},
	{"alarm names in us-east-1", `the alarm "ticketing: The standby serves"`, "another name for the site", asks("us-east-1", "cloudwatch", "put_metric_alarm", map[string]any{
		"AlarmName": "ticketing: The standby serves", "Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus", "Statistic": "Minimum",
		"Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "LessThanThreshold"}), ""},
	{"dashboard name", `the dashboard "ticketing"`, "another name for the site", asks("us-east-1", "cloudwatch", "put_dashboard", map[string]any{
		"DashboardName": "ticketing", "DashboardBody": `{"widgets":[]}`}), ""},
	{"stack Global", "its first creation failed (ROLLBACK_COMPLETE)", "make deploy removes that", func(c *checked) {
		c.refuse("ticketing-Global", "Topic")
		c.makeStack("us-east-1", "ticketing-Global", `{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}`)
	}, ""},
	{"e-mail consents in ap-northeast-2", "not confirmed: ops@example.com", "follow the link", func(c *checked) {
		c.makeStack(checkedHome, "ticketing-Primary", `{"Resources":{"NotificationsTopic":{"Type":"AWS::SNS::Topic","Properties":{"Subscription":[{"Protocol":"email","Endpoint":"ops@example.com"}]}}}}`)
	}, ""},
	{"bootstrap in ap-northeast-2", "the region has no stack CDKToolkit", "npx cdk bootstrap aws://" + accountID + "/ap-northeast-2", asks(checkedHome, "cloudformation", "delete_stack", map[string]any{
		"StackName": "CDKToolkit"}), "execution role in ap-northeast-2"},
}

// makeStack makes a stack and waits until that has ended, well or not.
func (c *checked) makeStack(region, name, template string) {
	c.t.Helper()
	c.ask(region, "cloudformation", "create_stack", map[string]any{"StackName": name, "TemplateBody": template})
	c.ended(region, name)
}
