package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/site"
)

// Ids of managed policies.
const (
	cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewer       = "216adef6-5c7f-47e4-b989-5492eafa07d3"
)

// rule is the path of a bucket's one replication rule.
const rule = "ReplicationConfiguration.Rules.0."

func ref(r *assembly.Resource) any { return map[string]any{"Ref": r.LogicalID} }

func getAtt(r *assembly.Resource, attribute string) any {
	return map[string]any{"Fn::GetAtt": []string{r.LogicalID, attribute}}
}

// getStackOutput refers from another stack to the output of r's stack whose
// value is text.
func getStackOutput(r *assembly.Resource, text string) any {
	for _, output := range r.Stack.Outputs() {
		if must(output.Text()) == text {
			return map[string]any{"Fn::GetStackOutput": map[string]any{
				"StackName": r.Stack.Name, "Region": r.Stack.Region, "OutputName": output.Name,
			}}
		}
	}
	fail("%s has no output %s", r.Stack.ID, text)
	return nil
}

func zone(w *walk) *assembly.Resource {
	return only("hosted zones", w.Resources("AWS::Route53::HostedZone")...)
}

func certificate(w *walk) *assembly.Resource {
	return must(w.siteDistribution().Target("DistributionConfig.ViewerCertificate.AcmCertificateArn"))
}

// covers demands that a certificate is good for names.
func covers(certificate *assembly.Resource, names ...string) {
	patterns := []string{must(certificate.Text("DomainName"))}
	if certificate.Has("SubjectAlternativeNames") {
		patterns = append(patterns, must(certificate.Texts("SubjectAlternativeNames"))...)
	}
	for _, name := range names {
		_, parent, _ := strings.Cut(name, ".")
		if !slices.Contains(patterns, name) && !slices.Contains(patterns, "*."+parent) {
			fail("%s does not cover %s: it is for %v", certificate, name, patterns)
		}
	}
}

// open lets everybody reach a port of a security group.
func open(group *assembly.Resource, port int) {
	rule := map[string]any{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}
	if !group.Has("SecurityGroupIngress") {
		group.Add("SecurityGroupIngress", []any{rule})
		return
	}
	rules := must(group.Value("SecurityGroupIngress")).([]any)
	group.Add(fmt.Sprintf("SecurityGroupIngress.%d", len(rules)), rule)
}

// keepsStaticSite demands a private, versioned bucket that only its
// distribution reads.
func (w *walk) keepsStaticSite(region string) {
	distribution, bucket := w.staticDistribution(region), w.bucket(region)
	inRegion(bucket, region)
	path := defaultOrigin(distribution)
	if name := must(distribution.Text(path + ".DomainName")); !strings.HasSuffix(name, ".RegionalDomainName}") {
		fail("%s reads the bucket as %s, want its regional domain name", distribution, name)
	}
	control := target(distribution, path+".OriginAccessControlId", "AWS::CloudFront::OriginAccessControl")
	expect(control, "OriginAccessControlConfig.SigningBehavior", "always")
	expect(bucket, "VersioningConfiguration.Status", "Enabled")
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		expect(bucket, "PublicAccessBlockConfiguration."+block, true)
	}
	policy := w.bucketPolicy(bucket)
	allowed := statements(policy, "Allow")
	for _, statement := range allowed {
		principal, _ := statement["Principal"].(map[string]any)
		if w.site.Retention.Buckets == site.Delete && strings.Contains(fmt.Sprint(principal["AWS"]), "AutoDelete") {
			continue
		}
		if principal["Service"] != "cloudfront.amazonaws.com" || statement["Action"] != "s3:GetObject" ||
			!strings.Contains(fmt.Sprint(statement["Condition"]), distribution.String()) {
			fail("%s lets others in: %v", policy, statement)
		}
	}
	if len(allowed) == 0 {
		fail("%s lets nobody in", policy)
	}
	removed(bucket, w.site.Retention.Buckets)
}

// bucketPolicy is the one policy of a bucket. The log bucket's names other
// buckets, too: those that write to it.
func (w *walk) bucketPolicy(bucket *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range w.Referrers(bucket, "AWS::S3::BucketPolicy") {
		if must(policy.Target("Bucket")) == bucket {
			policies = append(policies, policy)
		}
	}
	return only("policies of "+bucket.String(), policies...)
}

// readStatement is the path of the statement by which a distribution reads.
func readStatement(policy *assembly.Resource) string {
	for i := range must(policy.Value("PolicyDocument.Statement")).([]any) {
		path := fmt.Sprintf("PolicyDocument.Statement.%d", i)
		if policy.Has(path + ".Principal.Service") {
			return path
		}
	}
	fail("%s lets no service in", policy)
	return ""
}

// removed demands that a resource meets the end that the site wants for it.
func removed(r *assembly.Resource, removal site.Removal) {
	want := map[site.Removal]string{site.Retain: "Retain", site.Delete: "Delete"}[removal]
	if r.DeletionPolicy() != want || r.UpdateReplacePolicy() != want {
		fail("%s has the deletion policy %s, want %s", r, r.DeletionPolicy(), want)
	}
}

func staticTwins(region func(*site.Site) string) []twin {
	bucket := func(w *walk) *assembly.Resource { return w.bucket(region(w.site)) }
	policy := func(w *walk) *assembly.Resource { return w.bucketPolicy(bucket(w)) }
	return []twin{
		{"by its global domain name", func(w *walk) {
			d := w.staticDistribution(region(w.site))
			d.Set(defaultOrigin(d)+".DomainName", getAtt(bucket(w), "DomainName"))
		}, "want its regional domain name"},
		{"without versions", func(w *walk) { bucket(w).Set("VersioningConfiguration.Status", "Suspended") }, "Status is Suspended"},
		{"public policies", func(w *walk) {
			bucket(w).Set("PublicAccessBlockConfiguration.BlockPublicPolicy", false)
		}, "BlockPublicPolicy is false"},
		{"everybody reads", func(w *walk) { policy(w).Set(readStatement(policy(w))+".Principal", "*") }, "lets others in"},
		{"any distribution reads", func(w *walk) { policy(w).Delete(readStatement(policy(w)) + ".Condition") }, "lets others in"},
		{"deleted with the stack", func(w *walk) { bucket(w).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
	}
}

// keepsReplication demands that everything in the home bucket reaches the
// standby's, and that the role that carries it may.
func (w *walk) keepsReplication() {
	home, standby := w.bucket(w.site.Home.Region.Name), w.bucket(w.site.Standby.Region.Name)
	if rules := must(home.Value("ReplicationConfiguration.Rules")).([]any); len(rules) != 1 {
		fail("%s has %d replication rules, want one", home, len(rules))
	}
	leads(home, rule+"Destination.Bucket", standby)
	for path, want := range map[string]any{
		"Status": "Enabled", "Filter.Prefix": "", "DeleteMarkerReplication.Status": "Enabled",
		"SourceSelectionCriteria.ReplicaModifications.Status": "Enabled", "Destination.Metrics.Status": "Enabled",
	} {
		expect(home, rule+path, want)
	}
	needs := map[*assembly.Resource][]string{
		home:    {"s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication"},
		standby: {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
	}
	for bucket, actions := range needs {
		for _, action := range actions {
			allows(w.replicationPolicy(), action, bucket)
		}
	}
}

func (w *walk) replicationPolicy() *assembly.Resource {
	home := w.bucket(w.site.Home.Region.Name)
	return w.policyOf(target(home, "ReplicationConfiguration.Role", "AWS::IAM::Role"))
}

// policyOf is the one policy of a role.
func (w *walk) policyOf(role *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range role.Stack.Resources("AWS::IAM::Policy") {
		if slices.Contains(must(policy.Targets("Roles")), role) {
			policies = append(policies, policy)
		}
	}
	return only("policies of "+role.String(), policies...)
}

// allows demands that a policy lets its role do something to a resource.
func allows(policy *assembly.Resource, action string, r *assembly.Resource) {
	for _, statement := range statements(policy, "Allow") {
		if strings.Contains(fmt.Sprint(statement["Action"]), action) && strings.Contains(fmt.Sprint(statement["Resource"]), r.String()) {
			return
		}
	}
	fail("%s: no statement lets %s on %s", policy, action, r)
}

func replicationTwin(breaks, path string, value any) twin {
	return twin{breaks, func(w *walk) { w.bucket(w.site.Home.Region.Name).Set(rule+path, value) }, path + " is " + fmt.Sprint(value)}
}

// keepsUserData demands that an instance learns where it is, and on the default
// image becomes a web server.
func (w *walk) keepsUserData(t *tier) {
	data := must(t.template.Text("LaunchTemplateData.UserData"))
	if len(data) > 16*1024 {
		fail("%s: %d bytes of user data, EC2 takes 16384", t.template, len(data))
	}
	distribution := w.staticDistribution(t.Region.Name)
	address := "${" + distribution.String() + ".DomainName}"
	if w.site.StaticFiles.HostNames {
		address = must(distribution.Text("DistributionConfig.Aliases.0"))
	}
	if !strings.HasPrefix(data, "#!/bin/bash\ncat > /etc/twinsite.env ") {
		fail("%s does not write /etc/twinsite.env", t.template)
	}
	lines := []string{
		"TWINSITE_REGION='" + t.Region.Name + "'", "TWINSITE_STATIC_URL='https://" + address + "'",
		"TWINSITE_SITE='" + w.site.Name + "'",
	}
	for _, path := range []string{t.HealthPath, w.site.Failover.Path} {
		if _, paths, _ := strings.Cut(data, "TWINSITE_HEALTH_PATHS='"); !slices.Contains(strings.Fields(strings.Split(paths, "'")[0]), path) {
			fail("%s: the servers do not learn that they are asked for %s", t.template, path)
		}
	}
	if t.UserData != "" {
		lines = append(lines, string(must(os.ReadFile(t.UserData))))
	}
	if len(t.Images) == 0 && t.UserData == "" {
		lines = append(lines, "install nginx")
	}
	for _, line := range lines {
		if !strings.Contains(data, line) {
			fail("%s: the user data lacks %s", t.template, line)
		}
	}
}

// keepsSubnets demands one subnet in each of a region's zones, whose way out is
// a resource of a type.
func (w *walk) keepsSubnets(r *assembly.Resource, path string, t *tier, wayOut string) {
	var zones []string
	for _, subnet := range must(r.Targets(path)) {
		zones = append(zones, must(subnet.Text("AvailabilityZone")))
		table := must(only("route tables of "+subnet.String(),
			w.Referrers(subnet, "AWS::EC2::SubnetRouteTableAssociation")...).Target("RouteTableId"))
		for _, route := range w.Referrers(table, "AWS::EC2::Route") {
			if !route.Has("DestinationCidrBlock") {
				continue
			}
			for _, gateway := range must(route.Targets("")) {
				if gateway != table && gateway.Type != wayOut {
					fail("%s: the way out of %s is a %s, want %s", r, subnet, gateway.Type, wayOut)
				}
			}
		}
	}
	if !slices.Equal(zones, t.AvailabilityZones) {
		fail("%s: %s is in the zones %v, want zones %v", r, path, zones, t.AvailabilityZones)
	}
}

func (t *tier) rawSubnets() any       { return refs(must(t.group.Targets("VPCZoneIdentifier"))) }
func (t *tier) rawPublicSubnets() any { return refs(must(t.balancer.Targets("Subnets"))) }

func refs(resources []*assembly.Resource) []any {
	var refs []any
	for _, r := range resources {
		refs = append(refs, ref(r))
	}
	return refs
}

// alarm is the one alarm on a group's average CPU with an operator.
func (w *walk) alarm(t *tier, operator string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range w.Referrers(t.group, "AWS::CloudWatch::Alarm") {
		if alarm.Has("MetricName") && must(alarm.Text("MetricName")) == "CPUUtilization" && must(alarm.Text("ComparisonOperator")) == operator {
			found = append(found, alarm)
		}
	}
	return only("alarms "+operator+" on "+t.group.String(), found...)
}

// keepsScaling demands that an alarm changes the group by a number of
// instances.
func (w *walk) keepsScaling(t *tier, operator string, threshold, instances int) {
	alarm := w.alarm(t, operator)
	for path, want := range map[string]any{
		"Namespace": "AWS/EC2", "Statistic": "Average", "Threshold": threshold, "Period": int(t.CPU.Period.Seconds()),
		"Dimensions.0.Name": "AutoScalingGroupName",
	} {
		expect(alarm, path, want)
	}
	policy := target(alarm, "AlarmActions", "AWS::AutoScaling::ScalingPolicy")
	leads(policy, "AutoScalingGroupName", t.group)
	expect(policy, "PolicyType", "SimpleScaling")
	expect(policy, "AdjustmentType", "ChangeInCapacity")
	expect(policy, "ScalingAdjustment", instances)
}

// schedule is the home group's first scheduled action that recurs.
func (w *walk) schedule() *assembly.Resource {
	actions := w.Referrers(w.home().group, "AWS::AutoScaling::ScheduledAction")
	return actions[slices.IndexFunc(actions, func(r *assembly.Resource) bool { return r.Has("Recurrence") })]
}

func keepsSchedule(actions []*assembly.Resource, schedule site.Schedule) {
	want := map[string]any{"MinSize": float64(schedule.Minimum), "MaxSize": float64(schedule.Maximum)}
	if start, once := schedule.StartTime(); once {
		want["StartTime"] = start.Format("2006-01-02T15:04:05Z")
	} else {
		want["Recurrence"], want["TimeZone"] = schedule.Cron, schedule.TimeZone
	}
	if !slices.ContainsFunc(actions, func(action *assembly.Resource) bool {
		properties := must(action.Value("")).(map[string]any)
		delete(properties, "AutoScalingGroupName")
		return fmt.Sprint(properties) == fmt.Sprint(want)
	}) {
		fail("no scheduled action is %v", want)
	}
}

func distributionTwin(path string, value any) func(*walk) {
	return func(w *walk) { w.siteDistribution().Set("DistributionConfig."+path, value) }
}

// keepsPrimary demands that a name's PRIMARY record follows a health check of
// the very distribution it leads to.
func (w *walk) keepsPrimary(name, recordType string) {
	primary, _ := w.pair(name, recordType)
	if primary.EvaluateTargetHealth {
		fail("%s %s PRIMARY must not evaluate a distribution's health", name, recordType)
	}
	expect(primary.Resource, primary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
	if primary.HealthCheck == nil {
		fail("%s %s PRIMARY has no health check", name, recordType)
	}
	check := w.endpointCheck(primary.HealthCheck)
	leads(check, "HealthCheckConfig.FullyQualifiedDomainName", primary.Alias)
	for path, want := range map[string]any{
		"Type": "HTTPS", "EnableSNI": true, "ResourcePath": w.site.Failover.Path,
		"RequestInterval": int(w.site.Failover.Interval.Seconds()), "FailureThreshold": w.site.Failover.Threshold,
	} {
		expect(check, "HealthCheckConfig."+path, want)
	}
	if check.Has("HealthCheckConfig.Inverted") && must(check.Bool("HealthCheckConfig.Inverted")) {
		fail("%s is inverted", check)
	}
}

// endpointCheck is the health check on the home endpoint: a record's own, or,
// with the failover switch, the one that is not inverted of those it is
// calculated from.
func (w *walk) endpointCheck(check *assembly.Resource) *assembly.Resource {
	if !w.site.Failover.Switch {
		return check
	}
	for _, child := range must(check.Targets("HealthCheckConfig.ChildHealthChecks")) {
		if must(child.Text("HealthCheckConfig.ResourcePath")) != constructs.FailoverSwitchPath {
			return child
		}
	}
	fail("%s is calculated from no health check of the home endpoint", check)
	return nil
}

func healthCheckTwin(property string, value any) func(*walk) {
	return func(w *walk) {
		primary, _ := w.pair(w.site.HostNames()[0], "A")
		w.endpointCheck(primary.HealthCheck).Set("HealthCheckConfig."+property, value)
	}
}
