package topology

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

const distributionConfig = "DistributionConfig."

// An Origin is a server that a distribution asks.
type Origin struct {
	Distribution *assembly.Resource
	Path         string // in Distribution: "DistributionConfig.Origins.0"
	ID           string // "home"
	Domain       string // its host name, or a placeholder
}

// At returns the path in Distribution of a property of the origin, such as "CustomOriginConfig.OriginReadTimeout".
func (o Origin) At(property string) string { return join(o.Path, property) }

// String returns the origin's place: "Primary.SiteDistribution390DED28.DistributionConfig.Origins.0".
func (o Origin) String() string { return o.Distribution.String() + "." + o.Path }

// Static reports whether the origin is a bucket.
func (o Origin) Static() bool { return o.Distribution.Has(o.At("S3OriginConfig")) }

// Follow returns what answers at the origin's host name, and the failover pair that moves the name. See [Follow].
func (o Origin) Follow(a *assembly.Assembly) (Way, error) {
	return Follow(a, o.Distribution, o.At("DomainName"))
}

// LeadsTo returns what answers at the origin's host name while all is well. See [LeadsTo].
func (o Origin) LeadsTo(a *assembly.Assembly) (*assembly.Resource, error) {
	return LeadsTo(a, o.Distribution, o.At("DomainName"))
}

// Balancer returns the load balancer that the origin leads to while all is well. It is an error if that is something else.
func (o Origin) Balancer(a *assembly.Assembly) (*assembly.Resource, error) {
	to, err := o.LeadsTo(a)
	if err != nil {
		return nil, err
	}
	return to, o.wantBalancer(to)
}

func (o Origin) wantBalancer(to *assembly.Resource) error {
	if to.Type != BalancerType {
		return fmt.Errorf("%s: leads to %s, a %s, want a load balancer", o, to, to.Type)
	}
	return nil
}

// FollowBalancers is Follow to load balancers. It is an error if either way leads to something else.
func (o Origin) FollowBalancers(a *assembly.Assembly) (Way, error) {
	way, err := o.Follow(a)
	if err != nil {
		return Way{}, err
	}
	for _, to := range way.Resources() {
		if err := o.wantBalancer(to); err != nil {
			return Way{}, err
		}
	}
	return way, nil
}

// Bucket returns the bucket that the origin is. It is an error if it is something else.
func (o Origin) Bucket() (*assembly.Resource, error) {
	if !o.Static() {
		return nil, fmt.Errorf("%s: the origin %s is not a bucket", o.Distribution, o.ID)
	}
	to, err := o.Distribution.Target(o.At("DomainName"))
	if err != nil {
		return nil, err
	}
	if to.Type != BucketType {
		return nil, fmt.Errorf("%s: leads to %s, a %s, want a bucket", o, to, to.Type)
	}
	return to, nil
}

// Origins returns the distribution's origins in the template's order.
func Origins(distribution *assembly.Resource) ([]Origin, error) {
	p := &properties{of: distribution}
	var origins []Origin
	for i := range p.length(distributionConfig + "Origins") {
		o := Origin{Distribution: distribution, Path: fmt.Sprintf("%sOrigins.%d", distributionConfig, i)}
		o.ID, o.Domain = p.text(o.At("Id")), p.text(o.At("DomainName"))
		origins = append(origins, o)
	}
	return origins, p.err
}

// OriginByID returns the distribution's origin with the id. It is an error if there is none.
func OriginByID(distribution *assembly.Resource, id string) (Origin, error) {
	origins, err := Origins(distribution)
	if err != nil {
		return Origin{}, err
	}
	i := slices.IndexFunc(origins, func(o Origin) bool { return o.ID == id })
	if i < 0 {
		return Origin{}, fmt.Errorf("%s: has no origin %q", distribution, id)
	}
	return origins[i], nil
}

// DefaultOrigin returns the origin of the distribution's default cache behavior; the first of its group if that is an
// origin group.
func DefaultOrigin(distribution *assembly.Resource) (Origin, error) {
	behavior, err := DefaultBehavior(distribution)
	if err != nil {
		return Origin{}, err
	}
	return behavior.Origin()
}

// OriginSettings are how a distribution reaches an origin that is no bucket.
type OriginSettings struct {
	HTTPS           bool          // false with the policy "http-only" alone: to visitors who are sent to HTTPS, "match-viewer" is HTTPS
	Port            int           // 443 or 80 by default
	Attempts        int           // to connect, 3 by default
	ConnectTimeout  time.Duration // of each attempt, 10 s by default
	ResponseTimeout time.Duration // for the first byte of an answer, 30 s by default
	KeepAlive       time.Duration // of an idle connection, 5 s by default
	Headers         map[string]string
}

// Settings returns how CloudFront reaches the origin, with CloudFront's defaults. The names of Headers, which it adds to
// each request, are in lower case. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-origin.html.
func (o Origin) Settings() (OriginSettings, error) {
	p := &properties{of: o.Distribution}
	custom := o.At("CustomOriginConfig.")
	s := OriginSettings{
		HTTPS:           p.text(custom+"OriginProtocolPolicy") != "http-only",
		Attempts:        p.numberOr(o.At("ConnectionAttempts"), 3),
		ConnectTimeout:  p.secondsOr(o.At("ConnectionTimeout"), 10),
		ResponseTimeout: p.secondsOr(custom+"OriginReadTimeout", 30),
		KeepAlive:       p.secondsOr(custom+"OriginKeepaliveTimeout", 5),
		Headers:         map[string]string{},
	}
	if s.HTTPS {
		s.Port = p.numberOr(custom+"HTTPSPort", 443)
	} else {
		s.Port = p.numberOr(custom+"HTTPPort", 80)
	}
	for i := range p.length(o.At("OriginCustomHeaders")) {
		header := o.At(fmt.Sprintf("OriginCustomHeaders.%d.", i))
		s.Headers[strings.ToLower(p.text(header+"HeaderName"))] = p.text(header + "HeaderValue")
	}
	return s, p.err
}

// ErrorCaching returns how long the distribution repeats each status of a server's error: CloudFront's default is 10 s.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func ErrorCaching(distribution *assembly.Resource) (map[int]time.Duration, error) {
	p := &properties{of: distribution}
	caching := map[int]time.Duration{}
	for _, status := range []int{500, 501, 502, 503, 504} {
		caching[status] = 10 * time.Second
	}
	for i := range p.length(distributionConfig + "CustomErrorResponses") {
		response := fmt.Sprintf("%sCustomErrorResponses.%d.", distributionConfig, i)
		caching[p.number(response+"ErrorCode")] = p.secondsOr(response+"ErrorCachingMinTTL", 10)
	}
	return caching, p.err
}

// StaticDistributions returns the distributions whose default origin is a bucket, in the order of
// [assembly.Assembly.Resources].
func StaticDistributions(a *assembly.Assembly) ([]*assembly.Resource, error) {
	var found []*assembly.Resource
	for _, distribution := range a.Resources(DistributionType) {
		origin, err := DefaultOrigin(distribution)
		if err != nil {
			return nil, err
		}
		if origin.Static() {
			found = append(found, distribution)
		}
	}
	return found, nil
}

// Bucket returns the bucket of the distribution's default origin. It is an error if that is something else.
func Bucket(distribution *assembly.Resource) (*assembly.Resource, error) {
	origin, err := DefaultOrigin(distribution)
	if err != nil {
		return nil, err
	}
	return origin.Bucket()
}

// BucketBehind returns the bucket that a distribution asks for a path such as "/failover-switch". It is an error if that
// is something else.
func BucketBehind(distribution *assembly.Resource, path string) (*assembly.Resource, error) {
	behavior, err := BehaviorFor(distribution, path)
	if err != nil {
		return nil, err
	}
	origin, err := behavior.Origin()
	if err != nil {
		return nil, err
	}
	return origin.Bucket()
}
