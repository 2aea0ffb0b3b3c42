package topology

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A Behavior is one cache behavior of a distribution.
type Behavior struct {
	Distribution *assembly.Resource
	Path         string // in Distribution: "DistributionConfig.CacheBehaviors.0", "DistributionConfig.DefaultCacheBehavior"
	Pattern      string // "/healthz"; "" of the default behavior, which takes what no other does
	OriginID     string // of an origin, or of an origin group
}

// At returns the path in Distribution of a property of the behavior, such as "ViewerProtocolPolicy".
func (b Behavior) At(property string) string { return join(b.Path, property) }

// Behaviors returns the distribution's cache behaviors in the order in which CloudFront compares their patterns with a
// request; the default behavior is the last.
func Behaviors(distribution *assembly.Resource) ([]Behavior, error) {
	p := &properties{of: distribution}
	var behaviors []Behavior
	for i := range p.length(distributionConfig + "CacheBehaviors") {
		b := Behavior{Distribution: distribution, Path: fmt.Sprintf("%sCacheBehaviors.%d", distributionConfig, i)}
		b.Pattern = p.text(b.At("PathPattern"))
		behaviors = append(behaviors, b)
	}
	behaviors = append(behaviors, Behavior{Distribution: distribution, Path: distributionConfig + "DefaultCacheBehavior"})
	for i := range behaviors {
		behaviors[i].OriginID = p.text(behaviors[i].At("TargetOriginId"))
	}
	return behaviors, p.err
}

// DefaultBehavior returns the distribution's default cache behavior.
func DefaultBehavior(distribution *assembly.Resource) (Behavior, error) {
	behaviors, err := Behaviors(distribution)
	if err != nil {
		return Behavior{}, err
	}
	return behaviors[len(behaviors)-1], nil
}

// Function returns the CloudFront function that the behavior runs at an event, such as "viewer-request"; nil if it runs
// none.
func (b Behavior) Function(event string) (*assembly.Resource, error) {
	p := &properties{of: b.Distribution}
	for i := range p.length(b.At("FunctionAssociations")) {
		association := b.At(fmt.Sprintf("FunctionAssociations.%d.", i))
		if p.text(association+"EventType") == event {
			return p.target(association + "FunctionARN"), p.err
		}
	}
	return nil, p.err
}

// Takes reports whether the behavior's path pattern matches a path such as "/failover-switch", without its query. "*"
// stands for any characters, "?" for one, and the pattern's first slash may be left out. The default behavior takes all. See
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern.
func (b Behavior) Takes(path string) bool {
	if b.Pattern == "" {
		return true
	}
	return matchesPath(strings.TrimPrefix(b.Pattern, "/"), strings.TrimPrefix(path, "/"))
}

func matchesPath(pattern, path string) bool {
	if pattern == "" {
		return path == ""
	}
	if pattern[0] == '*' {
		return matchesPath(pattern[1:], path) || path != "" && matchesPath(pattern, path[1:])
	}
	return path != "" && (pattern[0] == '?' || pattern[0] == path[0]) && matchesPath(pattern[1:], path[1:])
}

// BehaviorFor returns the behavior that a distribution follows for a path such as "/failover-switch": the first that takes
// it.
func BehaviorFor(distribution *assembly.Resource, path string) (Behavior, error) {
	behaviors, err := Behaviors(distribution)
	if err != nil {
		return Behavior{}, err
	}
	return behaviors[slices.IndexFunc(behaviors, func(b Behavior) bool { return b.Takes(path) })], nil
}

// Origin returns the behavior's origin; the first of its group if that is an origin group.
func (b Behavior) Origin() (Origin, error) {
	group, err := b.Group()
	if err != nil {
		return Origin{}, err
	}
	if group != nil {
		return group.Members[0], nil
	}
	return OriginByID(b.Distribution, b.OriginID)
}

// Origins returns the origins that the behavior asks one after the other: one, or those of its group.
func (b Behavior) Origins() ([]Origin, error) {
	group, err := b.Group()
	if err != nil {
		return nil, err
	}
	if group != nil {
		return group.Members, nil
	}
	origin, err := OriginByID(b.Distribution, b.OriginID)
	return []Origin{origin}, err
}

// Methods returns the methods that the behavior takes; the distribution answers 403 to others. GET and HEAD by default. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-cachebehavior.html.
func (b Behavior) Methods() ([]string, error) {
	return OrDefault(b.Distribution, b.At("AllowedMethods"), (*assembly.Resource).Texts, []string{"GET", "HEAD"})
}

// An OriginGroup is origins that a distribution asks one after the other. Groups that an edge function makes are not in
// the template, and none of these.
type OriginGroup struct {
	Distribution *assembly.Resource
	Path         string   // in Distribution: "DistributionConfig.OriginGroups.Items.0"
	ID           string   // "static"
	Members      []Origin // in the order in which they are asked
	Statuses     []int    // of an origin, on which the next is asked; CloudFront asks it also if nobody answers
}

// At returns the path in Distribution of a property of the group.
func (g OriginGroup) At(property string) string { return join(g.Path, property) }

// Group returns the origin group that the behavior leads to; nil if it leads to an origin.
func (b Behavior) Group() (*OriginGroup, error) {
	const items = distributionConfig + "OriginGroups.Items"
	p := &properties{of: b.Distribution}
	for i := range p.length(items) {
		g := &OriginGroup{Distribution: b.Distribution, Path: fmt.Sprintf("%s.%d", items, i)}
		g.ID = p.text(g.At("Id"))
		if g.ID != b.OriginID {
			continue
		}
		for j := range p.length(g.At("Members.Items")) {
			member, err := OriginByID(b.Distribution, p.text(g.At(fmt.Sprintf("Members.Items.%d.OriginId", j))))
			if err != nil {
				return nil, err
			}
			g.Members = append(g.Members, member)
		}
		for j := range p.length(g.At("FailoverCriteria.StatusCodes.Items")) {
			g.Statuses = append(g.Statuses, p.number(g.At(fmt.Sprintf("FailoverCriteria.StatusCodes.Items.%d", j))))
		}
		if p.err == nil && len(g.Members) == 0 {
			return nil, fmt.Errorf("%s.%s: has no members", g.Distribution, g.Path)
		}
		return g, p.err
	}
	return nil, p.err
}
