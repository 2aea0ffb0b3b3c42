package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
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
	{"WebTierWebServersGroupASG", "MaxSize", "standby.web.maximum"},

	// Listener, ingress and certificate.
	{"WebTierEntranceLoadBalancerHttp", "", "visitors of the standby come themselves, and may come by HTTP; the article's CloudFront does"},
	{"WebTierEntranceLoadBalancerHttp", "DefaultActions", "the standby sends them on to HTTPS"},
	{"WebTierEntranceLoadBalancerHttps", "", "in the article, CloudFront comes by HTTP"},
	{"WebTierEntranceLoadBalancerHttps", "DefaultActions", "at home, only CloudFront is let in"},
	{"WebTierEntranceLoadBalancerHttpsFromDistributionRule", "", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroup", "SecurityGroupIngress", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroupfrompl*", "", "likewise"},
	{"WebTierEntranceLoadBalancerSecurityGroup", ".Metadata", "the standby is open to the world, and says why"},
	{"OriginSecrets*", "", "what CloudFront shows the home load balancer"},
	{"Certificate", "", "CloudFront's certificate serves load balancers of us-east-1"},
	{"CertificateExpires", "", "likewise: its alarm is in us-east-1"},
	{"WebTierAlarmsNoHealthyServer*", "", "one a zone where there are servers enough for each, else one"},
	{"Practice*", "", "the home region is what one practises to lose"},
	{"Failback*", "", "what puts the failover switch stands beside it"},
	{"WebAcl*", "", "at home, the web ACL stands before the distribution"},
	{"Site*", "", "the site's distribution stands before the home region"},

	// Static files are uploaded at home and replicated.
	{"StaticFiles*", "", "uploaded at home"},
	{"CustomCDKBucketDeployment*", "", "likewise"},
	{"StaticSiteBucketReplicationRole*", "", "replicated to the standby"},
	{"StaticSiteBucket", "ReplicationConfiguration", "likewise"},
	{"StaticSiteBucket", "Tags", "the CDK's function that uploads marks what it owns"},
	{"StaticSiteDistributionOriginSOriginAccessControl", "OriginAccessControlConfig.Name", "cut to 64 characters, with the stack's name"},
	{"ReverseReplication*", "", "replicated back"},
	{"AWS*", "", "likewise: the CDK's function that puts the rule"},
	{"StaticSiteDistribution", "DistributionConfig.CacheBehaviors", "failover.switch"},
	{"StaticSiteDistribution", "DistributionConfig.CustomErrorResponses", "likewise"},
}

// scheduledSizes may differ wherever a schedule is cut to standby.web.
var scheduledSizes = regexp.MustCompile(`^WebTier\w+ (MinSize|MaxSize)$`)

// keepsParity compares the two regions resource by resource.
func (w *walk) keepsParity() {
	var found []string
	for _, line := range w.disparities() {
		if w.meant(line) == nil {
			found = append(found, line)
		}
	}
	if len(found) > 0 {
		fail("home and standby differ:\n%s", strings.Join(found, "\n"))
	}
}

// meant is the difference that a line of disparities is, or nil.
func (w *walk) meant(line string) *difference {
	what, _, _ := strings.Cut(line, ": ")
	id, path, _ := strings.Cut(what, " ")
	if id != "WebTierWebServersGroupASG" && scheduledSizes.MatchString(what) {
		return &difference{}
	}
	for i, d := range differences {
		begin, several := strings.CutSuffix(d.resource, "*")
		of := id == d.resource || several && strings.HasPrefix(id, begin)
		if of && (d.path == "" && path == "" || d.path != "" && strings.HasPrefix(path, d.path)) {
			return &differences[i]
		}
	}
	return nil
}

// disparities are what differs, as "Id path: at home, at the standby", or as
// "Id: at home only".
func (w *walk) disparities() []string {
	home := w.comparable(w.homeBalancer().Stack, w.standbyBalancer().Stack, w.site.Home.AvailabilityZones)
	standby := w.comparable(w.standbyBalancer().Stack, w.homeBalancer().Stack, w.site.Standby.AvailabilityZones)
	var found []string
	for _, id := range slices.Sorted(maps.Keys(home)) {
		other, ok := standby[id]
		if !ok {
			found = append(found, id+": at home only")
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(home[id])) {
			if at, ok := other[path]; !ok || at != home[id][path] {
				found = append(found, fmt.Sprintf("%s %s: %s, %s", id, path, home[id][path], at))
			}
		}
		for _, path := range slices.Sorted(maps.Keys(other)) {
			if _, ok := home[id][path]; !ok {
				found = append(found, fmt.Sprintf("%s %s: nothing, %s", id, path, other[path]))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(standby)) {
		if home[id] == nil {
			found = append(found, id+": at the standby only")
		}
	}
	return found
}

var (
	hashes       = regexp.MustCompile(`[0-9A-F]{8,}|[0-9a-f]{32,}|\d+`)
	certificates = regexp.MustCompile(`\$\{\w+\.Certificate[0-9A-F]{8}\}`)
	elbAccount   = regexp.MustCompile(`arn:aws:iam::\d{12}:root`)
	firstOctets  = regexp.MustCompile(`^\d+\.\d+\.`)
)

// comparable are a stack's resources by their ids without hashes, each as the
// values at its paths, without what names the region: its zones, its addresses
// and the names of its stacks and hosts.
func (w *walk) comparable(stack, other *assembly.Stack, zones []string) map[string]map[string]string {
	replace := []string{stack.ID, "STACK", other.ID, "OTHER", w.site.StandbyStaticHost(), "STATIC", w.site.StaticHost(), "STATIC"}
	for i, zone := range zones {
		replace = append(replace, zone, fmt.Sprintf("ZONE%d", i))
	}
	replacer := strings.NewReplacer(append(replace, stack.Region, "REGION")...)
	normal := func(text string) string {
		text = certificates.ReplaceAllString(text, "CERTIFICATE")
		text = elbAccount.ReplaceAllString(text, "ELB")
		return replacer.Replace(text)
	}
	found := map[string]map[string]string{}
	for _, r := range stack.Resources() {
		id := r.LogicalID
		for i, zone := range zones { // that ids end with
			id = strings.ReplaceAll(id, strings.ReplaceAll(zone, "-", ""), fmt.Sprintf("Zone%c", 'A'+i))
		}
		id = hashes.ReplaceAllString(strings.ReplaceAll(id, stack.ID, ""), "")
		for found[id] != nil { // subnets are numbered
			id += "+"
		}
		values := map[string]string{".Type": r.Type}
		flatten(values, "", must(r.Value("")))
		for _, part := range []string{".DeletionPolicy", ".UpdateReplacePolicy", ".UpdatePolicy", ".Metadata"} {
			if r.Has(part) {
				flatten(values, part, must(r.Value(part)))
			}
		}
		for path, value := range values {
			if path == "CidrBlock" {
				value = firstOctets.ReplaceAllString(value, "")
			}
			values[path] = hashOfName.ReplaceAllString(normal(value), "$1$2")
		}
		found[id] = values
	}
	return found
}

// hashOfName ends a name that is made of the stack's.
var hashOfName = regexp.MustCompile(`(STACK\w*?)[0-9A-F]{8,}(\W|$)`)

func flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			below := key
			if path != "" {
				below = path + "." + key
			}
			flatten(into, below, child)
		}
		return
	case []any:
		for i, child := range value {
			flatten(into, fmt.Sprintf("%s.%d", path, i), child)
		}
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	into[path] = strings.Trim(string(text), `"`)
}

// TestEveryDifferenceIsNeeded finds a difference that no shipped site has any
// more: it would hide the next.
func TestEveryDifferenceIsNeeded(t *testing.T) {
	used := map[difference]bool{}
	for _, s := range sites {
		w := &walk{s.assembly, s.site}
		for _, line := range w.disparities() {
			if d := w.meant(line); d != nil {
				used[*d] = true
			}
		}
	}
	for _, d := range differences {
		if !used[d] {
			t.Errorf("nothing differs at %s %s any more (%s)", d.resource, d.path, d.why)
		}
	}
}
