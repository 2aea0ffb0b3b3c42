package security

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// A difference is one between home and standby that is meant.
type difference struct{ resource, path, why string }

// differences are all that may differ, by the resources' ids without their
// hashes; "*" stands for any end. Without a path, the whole resource is meant.
// Whatever else differs is a mistake.
var differences = []difference{
	{"WebTierWebServersLaunchTemplate", "LaunchTemplateData.InstanceType", "standby.web.instanceType"},
	{"WebTierWebServersLaunchTemplate", "LaunchTemplateData.ImageId", "web.images"},
	{"WebTierWebServersGroupASG", "MinSize", "standby.web.minimum"},
	{"WebTierHealthyServersWait", "Servers", "standby.web.minimum"},
	{"WebTierWebServersGroupASG", "MaxSize", "standby.web.maximum"},

	// Listener, ingress and certificate.
	{"WebTierEntranceLoadBalancerHttp", "", "visitors of the standby come themselves, and may come by HTTP; the article's CloudFront does"},
	{"WebTierEntranceLoadBalancerHttp", "DefaultActions", "the standby sends them on to HTTPS"},
	{"WebTierEntranceLoadBalancerHttps", "", "in the article, CloudFront comes by HTTP"},
	{"WebTierEntranceLoadBalancerHttps", "DefaultActions", "at home, only CloudFront is let in"},
	{"WebTierEntranceLoadBalancerHttpsFrom*", "", "likewise: rules do"},
	{"WebTierEntranceLoadBalancerHttpsRedirect*", "", "edge.redirects: at home, CloudFront does"},
	{"WebTierEntranceLoadBalancerHttpsUnredirected*", "", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroup", "SecurityGroupIngress", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroupfrompl*", "", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroupEverybody*", "", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroup", ".Metadata", "the standby is open to the world, and says why"},
	{"OriginSecrets*", "", "what CloudFront shows the home load balancer"},
	{"ForwardedSecrets*", "", "what CloudFront shows the standby's web ACL"},
	{"Certificate", "", "CloudFront's certificate serves load balancers of us-east-1"},
	{"CertificateExpires", "", "likewise: its alarm is in us-east-1"},
	{"WebTierAlarmsNoHealthyServer*", "", "one a zone where there are servers enough for each, else one"},
	{"Practice*", "", "the home region is what one practises to lose"},
	{"Failback*", "", "what puts the failover switch stands beside it"},
	{"Followe*", "", "standby.web.follow: home tells its size, the standby is sized"},
	{"WebAcl*", "", "at home, the web ACL stands before the distribution"},
	{"Site*", "", "the site's distribution stands before the home region"},

	// Static files are uploaded at home and replicated.
	{"StaticFiles*", "", "uploaded at home"},
	{"CustomCDKBucketDeployment*", "", "likewise"},
	{"StaticSiteBucketReplicationRole*", "", "replicated to the standby"},
	{"StaticSiteBucket", "ReplicationConfiguration", "likewise"},
	{"StaticSiteBucket", "Tags", "the CDK's function that uploads marks what it owns"},
	{"StaticSiteDistributionOriginSOriginAccessControl*", "OriginAccessControlConfig.Name", "cut to 64 characters, with the stack's name"},
	{"ReverseReplication*", "", "replicated back"},
	{"ReplicationAlarms*", "", "replication.bothWays: who sends watches failures, who receives delays"},
	{"AWS*", "", "likewise: the CDK's function that puts the rule"},
	{"StaticSiteDistribution", "DistributionConfig.DefaultCacheBehavior.TargetOriginId", "staticFiles.failover"},
	{"StaticSiteDistribution", "DistributionConfig.Origin", "likewise, and failover.switch"},
	{"StaticSiteDistributionOriginSOriginAccessControl*", "", "likewise"},
	{"Switch*", "", "failover.switch"},
	{"AWS*", "LoggingConfig", "likewise: the CDK's function moves the switch, and logs to a group of ours"},
	{"StaticSiteDistribution", "DistributionConfig.CacheBehaviors", "failover.switch"},
	{"StaticSiteDistribution", "DistributionConfig.CustomErrorResponses", "likewise"},
}

// scheduledSizes may differ wherever a schedule is cut to standby.web.
var scheduledSizes = regexp.MustCompile(`^WebTier\w+ (MinSize|MaxSize)$`)

// A disparity is a point in which home and standby differ.
type disparity struct {
	id   string             // the resource's, without its hash
	path string             // of the property; "" where one region lacks the resource
	at   *assembly.Resource // at home, or the standby's where home has none
	why  string
}

// meant is the difference that a disparity is, or nil.
func (d disparity) meant() *difference {
	if d.id != "WebTierWebServersGroupASG" && scheduledSizes.MatchString(d.id+" "+d.path) {
		return &difference{}
	}
	for i, known := range differences {
		begin, several := strings.CutSuffix(known.resource, "*")
		of := d.id == known.resource || several && strings.HasPrefix(d.id, begin)
		if of && (known.path == "" && d.path == "" || known.path != "" && strings.HasPrefix(d.path, known.path)) {
			return &differences[i]
		}
	}
	return nil
}

// checkParity compares the two regions resource by resource.
func checkParity(in *read.Reader) {
	found := slices.DeleteFunc(disparities(in), func(d disparity) bool { return d.meant() != nil })
	if len(found) == 0 {
		return
	}
	more := ""
	if n := len(found) - 1; n > 0 {
		more = fmt.Sprintf("; the regions differ in %d more points", n)
	}
	read.Fail(found[0].at, found[0].path, "%s%s", found[0].why, more)
}

// disparities are what differs between the two regions.
func disparities(in *read.Reader) []disparity {
	homeStack, standbyStack := in.HomeBalancer().Stack, in.StandbyBalancer().Stack
	home := comparables(in, homeStack, standbyStack, in.Site.Home.Region)
	standby := comparables(in, standbyStack, homeStack, in.Site.Standby.Region)
	var found []disparity
	for _, id := range read.Sorted(home) {
		here, there := home[id], standby[id]
		if there == nil {
			found = append(found, disparity{id, "", here.resource, "is at home only"})
			continue
		}
		for _, path := range read.Sorted(read.Union(here.values, there.values)) {
			at, atHome := here.values[path]
			other, atStandby := there.values[path]
			switch {
			case !atHome:
				found = append(found, disparity{id, path, here.resource, "is nothing at home, at the standby " + other})
			case !atStandby:
				found = append(found, disparity{id, path, here.resource, "is " + at + " at home, nothing at the standby"})
			case at != other:
				found = append(found, disparity{id, path, here.resource, "is " + at + " at home, at the standby " + other})
			}
		}
	}
	for _, id := range read.Sorted(standby) {
		if home[id] == nil {
			found = append(found, disparity{id, "", standby[id].resource, "is at the standby only"})
		}
	}
	return found
}

var (
	hashes       = regexp.MustCompile(`[0-9A-F]{8,}|[0-9a-f]{32,}|\d+`)
	hashOfName   = regexp.MustCompile(`(STACK\w*?)[0-9A-F]{8,}(\W|$)`) // ends a name that is made of the stack's
	certificates = regexp.MustCompile(`\$\{\w+\.Certificate[0-9A-F]{8}\}`)
	elbAccount   = regexp.MustCompile(`arn:aws:iam::\d{12}:root`)
	firstOctets  = regexp.MustCompile(`^\d+\.\d+\.`)
)

// A comparable is a resource as the values at its paths, without what names its
// region.
type comparable struct {
	resource *assembly.Resource
	values   map[string]string
}

// comparables are a stack's resources by their ids without hashes.
func comparables(in *read.Reader, stack, other *assembly.Stack, region site.Region) map[string]*comparable {
	normal := normal(in, stack, other, region.AvailabilityZones)
	zones := min(len(in.Site.Home.AvailabilityZones), len(in.Site.Standby.AvailabilityZones))
	found := map[string]*comparable{}
	for _, r := range stack.Resources() {
		if in.Site.Home.NATGateways != in.Site.Standby.NATGateways && ofNAT(r) || ofZoneBeyond(zones, r.LogicalID) {
			continue
		}
		id := r.LogicalID
		for i, zone := range region.AvailabilityZones { // that ids end with
			id = strings.ReplaceAll(id, strings.ReplaceAll(zone, "-", ""), fmt.Sprintf("Zone%c", 'A'+i))
		}
		id = hashes.ReplaceAllString(strings.ReplaceAll(id, stack.ID, ""), "")
		for found[id] != nil { // subnets are numbered
			id += "+"
		}
		values := map[string]string{".Type": r.Type}
		read.Flatten(values, "", withoutZonesBeyond(zones, withoutStandby(in, read.Value(r, ""))))
		for _, part := range []string{".DeletionPolicy", ".UpdateReplacePolicy", ".UpdatePolicy", ".Metadata"} {
			if r.Has(part) {
				read.Flatten(values, part, read.Value(r, part))
			}
		}
		for path, value := range values {
			if path == "CidrBlock" {
				value = firstOctets.ReplaceAllString(value, "")
			}
			if strings.HasPrefix(path, "LaunchTemplateData.UserData") {
				value = withoutEnvironment(in, value)
			}
			values[path] = hashOfName.ReplaceAllString(normal(value), "$1$2")
		}
		found[id] = &comparable{r, values}
	}
	return found
}

// withoutStandby takes the statements out of a bucket's policy that are about the
// standby alone, and may stand at any place: what lends its bucket to the
// distribution at home, and what lets the switch's bucket write its log.
func withoutStandby(in *read.Reader, properties any) any {
	of, _ := properties.(map[string]any)
	document, _ := of["PolicyDocument"].(map[string]any)
	if all, ok := document["Statement"].([]any); ok {
		document["Statement"] = slices.DeleteFunc(all, func(s any) bool {
			statement, ok := s.(map[string]any)
			return ok && (read.IsLent(statement) ||
				in.Site.Failover.Switch && strings.Contains(fmt.Sprint(statement["Condition"]), read.Placeholder(in.SwitchBucket(), "Arn")))
		})
	}
	return properties
}

// withoutEnvironment takes the site's own variables, which may name a region, out of
// user data: they are the same text in both, by a promise of their own.
func withoutEnvironment(in *read.Reader, data string) string {
	lines := strings.SplitAfter(data, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		_, own := in.Site.Web.Environment[name]
		return own
	}), "")
}

// subnets are named by the number of their zone in the site, from 1.
var subnets = regexp.MustCompile(`Vpc(?:Public|Private)Subnet(\d+)`)

// ofZoneBeyond reports whether a logical id, or a reference to one, is of a subnet
// in a zone that only the region with more zones has: one may have three, the
// other two.
func ofZoneBeyond(zones int, id string) bool {
	match := subnets.FindStringSubmatch(id)
	if match == nil {
		return false
	}
	number, err := strconv.Atoi(match[1])
	return err == nil && number > zones
}

// withoutZonesBeyond takes out of a value's lists what is in such a zone.
func withoutZonesBeyond(zones int, value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			value[key] = withoutZonesBeyond(zones, child)
		}
	case []any:
		kept := slices.DeleteFunc(value, func(child any) bool {
			text, ok := child.(string)
			return ok && ofZoneBeyond(zones, text)
		})
		for i, child := range kept {
			kept[i] = withoutZonesBeyond(zones, child)
		}
		return kept
	}
	return value
}

// ofNAT reports whether a resource is a NAT gateway, its address, or a route to it.
func ofNAT(r *assembly.Resource) bool {
	switch r.Type {
	case "AWS::EC2::NatGateway", "AWS::EC2::EIP":
		return true
	case "AWS::EC2::Route":
		return r.Has("NatGatewayId")
	}
	return false
}

// normal takes out of a text what names the region: its zones, its addresses
// and the names of its stacks and hosts.
func normal(in *read.Reader, stack, other *assembly.Stack, zones []string) func(text string) string {
	replace := []string{stack.ID, "STACK", other.ID, "OTHER", in.Site.StandbyStaticHost(), "STATIC", in.Site.StaticHost(), "STATIC"}
	for i, zone := range zones {
		replace = append(replace, zone, fmt.Sprintf("ZONE%d", i))
	}
	replacer := strings.NewReplacer(append(replace, stack.Region, "REGION")...)
	return func(text string) string {
		text = certificates.ReplaceAllString(text, "CERTIFICATE")
		text = elbAccount.ReplaceAllString(text, "ELB")
		return replacer.Replace(text)
	}
}
