package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

// An Edge is the site's CloudFront distribution.
type Edge struct {
	Resource    string
	IPv6        bool
	Certificate []string // names that the viewers' certificate covers
	Origins     []*Origin
	Default     *Origin
	Function    *Function // viewer request; nil if there is none

	// ErrorCaching is how long an error status is repeated. Default: CloudFront's
	// own 10 s.
	ErrorCaching map[int]time.Duration
}

// An Origin is a load balancer as CloudFront reaches it.
type Origin struct {
	ID       string
	Place    string // "Primary.SiteDistribution390DED28.DistributionConfig.Origins.0"
	Domain   string
	Balancer *Balancer

	HTTPS           bool
	Port            int
	Attempts        int           // of connecting, default 3
	ConnectTimeout  time.Duration // for each attempt, default 10 s
	ResponseTimeout time.Duration // for the first byte of an answer, default 30 s
	KeepAlive       time.Duration // of an idle connection, default 5 s
	Headers         map[string]string
}

// Problem says why CloudFront gets no page from the origin even when all is
// well; "" if it does. With every viewer header forwarded, either the viewer's
// host or the origin's name must be on the certificate.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-bad-gateway.html
func (o *Origin) Problem(host string) string {
	return o.Balancer.Problem(o.Port, o.HTTPS, []string{host, o.Domain}, func(name string) string { return o.Headers[strings.ToLower(name)] })
}

// origin returns the origin with an id, nil if there is none.
func (e *Edge) origin(id string) *Origin {
	i := slices.IndexFunc(e.Origins, func(o *Origin) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return e.Origins[i]
}

// LongestErrorCaching is how long the edge repeats an error at most. No outage
// is answered with 501.
func (e *Edge) LongestErrorCaching() time.Duration {
	var most time.Duration
	for status, ttl := range e.ErrorCaching {
		if status != 501 {
			most = max(most, ttl)
		}
	}
	return most
}

// A Route is where the edge sends a request: to the first origin, and on to the
// next when that fails with one of the statuses or does not answer.
type Route struct {
	Origins  []*Origin
	Statuses []int
}

// Route asks the edge function. Writes never fail over, whatever it says:
// origin groups take GET, HEAD and OPTIONS only.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html
func (e *Edge) Route(method, uri string, header map[string]string) (Route, error) {
	home := Route{Origins: []*Origin{e.Default}}
	if e.Function == nil {
		return home, nil
	}
	group, err := e.Function.Call(method, uri, header)
	if err != nil || group == nil || !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method) {
		return home, err
	}
	to := Route{Statuses: group.Statuses}
	for _, id := range group.Origins {
		origin := e.origin(id)
		if origin == nil {
			return home, fmt.Errorf("%s: groups the origin %q, which %s does not have", e.Function.Resource, id, e.Resource)
		}
		to.Origins = append(to.Origins, origin)
	}
	return to, nil
}

func (r *reader) readEdge() {
	from := r.primary
	if from == nil || from.Type != distributionType {
		fail("%s: the PRIMARY record leads to no distribution of the assembly", r.model.Pairs[0].Place())
	}
	const config = "DistributionConfig."
	e := &Edge{
		Resource:     from.String(),
		IPv6:         orDefault(from, config+"IPV6Enabled", from.Bool, false),
		ErrorCaching: map[int]time.Duration{},
	}
	if certificate := config + "ViewerCertificate.AcmCertificateArn"; from.Has(certificate) {
		e.Certificate = certificateNames(must(from.Target(certificate)))
	}
	r.model.Edge = e
	for i := range length(from, config+"Origins") {
		e.Origins = append(e.Origins, r.origin(from, fmt.Sprintf("%sOrigins.%d", config, i)))
	}
	id := must(from.Text(config + "DefaultCacheBehavior.TargetOriginId"))
	if e.Default = e.origin(id); e.Default == nil {
		fail("%s: has no origin %q", from, id)
	}
	r.model.Home = e.Default.Balancer
	r.readErrorCaching(from, config)
	r.readFunction(from, config+"DefaultCacheBehavior.FunctionAssociations")
}

// originPath is the path of a distribution's origin with an id.
func originPath(distribution *assembly.Resource, id string) string {
	for i := range length(distribution, "DistributionConfig.Origins") {
		path := fmt.Sprintf("DistributionConfig.Origins.%d", i)
		if must(distribution.Text(path+".Id")) == id {
			return path
		}
	}
	fail("%s: has no origin %q", distribution, id)
	return ""
}

// origin reads an origin; the defaults are CloudFront's.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-origin.html
func (r *reader) origin(from *assembly.Resource, path string) *Origin {
	custom := path + ".CustomOriginConfig."
	number := func(path string, otherwise int) int { return orDefault(from, path, from.Int, otherwise) }
	seconds := func(path string, otherwise int) time.Duration {
		return time.Duration(number(path, otherwise)) * time.Second
	}
	o := &Origin{
		ID: must(from.Text(path + ".Id")), Place: from.String() + "." + path,
		Domain:          must(from.Text(path + ".DomainName")),
		Balancer:        r.balancer(r.leadsTo(from, path+".DomainName")),
		Attempts:        number(path+".ConnectionAttempts", 3),
		ConnectTimeout:  seconds(path+".ConnectionTimeout", 10),
		ResponseTimeout: seconds(custom+"OriginReadTimeout", 30),
		KeepAlive:       seconds(custom+"OriginKeepaliveTimeout", 5),
		Headers:         map[string]string{},
	}
	switch policy := must(from.Text(custom + "OriginProtocolPolicy")); policy {
	case "http-only":
		o.Port = number(custom+"HTTPPort", 80)
	default: // match-viewer: visitors are redirected to HTTPS
		o.HTTPS, o.Port = true, number(custom+"HTTPSPort", 443)
	}
	for i := range length(from, path+".OriginCustomHeaders") {
		header := fmt.Sprintf("%s.OriginCustomHeaders.%d.", path, i)
		o.Headers[strings.ToLower(must(from.Text(header+"HeaderName")))] = must(from.Text(header + "HeaderValue"))
	}
	return o
}

func (r *reader) readErrorCaching(from *assembly.Resource, config string) {
	for _, status := range []int{500, 501, 502, 503, 504} {
		r.model.Edge.ErrorCaching[status] = 10 * time.Second
	}
	for i := range length(from, config+"CustomErrorResponses") {
		response := fmt.Sprintf("%sCustomErrorResponses.%d.", config, i)
		ttl := orDefault(from, response+"ErrorCachingMinTTL", from.Int, 10)
		r.model.Edge.ErrorCaching[must(from.Int(response+"ErrorCode"))] = time.Duration(ttl) * time.Second
	}
}

func (r *reader) readFunction(from *assembly.Resource, path string) {
	for i := range length(from, path) {
		association := fmt.Sprintf("%s.%d.", path, i)
		if must(from.Text(association+"EventType")) != "viewer-request" {
			continue
		}
		function := must(from.Target(association + "FunctionARN"))
		r.model.Edge.Function = must(newFunction(function.String(), must(function.Text("FunctionCode"))))
	}
}
