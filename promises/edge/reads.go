package edge

import (
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/internal/edgefunction"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/topology"
	"twinsite/web"
)

// The ids of the origins of the site's distribution.
const (
	homeOrigin    = "home"          // by its fixed name
	servingOrigin = "serving"       // by the name that follows the health check
	readsOrigin   = "serving-reads" // the same, for reads
	standbyOrigin = "standby"       // by its fixed name
)

// connectSeconds is how long CloudFront waits for a connection where anything fails over.
const connectSeconds = 2

// patience is how often CloudFront asks an origin, and how long it waits each time.
type patience struct {
	attempts int
	silence  time.Duration // of an answer that does not come
}

// checkPatience demands how patient CloudFront is with an origin.
func checkPatience(origin topology.Origin, want patience) {
	d := origin.Distribution
	read.Expect(d, origin.At("ConnectionAttempts"), want.attempts)
	read.Expect(d, origin.At("ConnectionTimeout"), connectSeconds)
	read.Expect(d, origin.At("CustomOriginConfig.OriginReadTimeout"), int(want.silence.Seconds()))
}

// firstOrigin is the id of the origin that reads are asked at first.
func firstOrigin(in *read.Reader) string {
	if in.Site.Edge.WriteFailover {
		return readsOrigin
	}
	return homeOrigin
}

// checkReadFailover demands that CloudFront asks for a read first where the site is, and then at the very standby to which
// DNS moves, and gives a region up within seconds.
func checkReadFailover(in *read.Reader) {
	d := in.SiteDistribution()
	checkReadFunction(in, edgeFunction(in))
	first, standby := read.Origin(d, firstOrigin(in)), read.Origin(d, standbyOrigin)
	if in.Site.Edge.WriteFailover {
		checkServes(in, first)
		checkPatience(first, patience{1, in.Site.Edge.ReadTimeout})
	} else {
		checkPatience(first, patience{2, in.Site.Edge.ResponseTimeout})
	}
	retries := must.Get(standby.FollowBalancers(in.Assembly))
	for _, name := range in.Site.HostNames() {
		if _, secondary := in.Pair(name, "A"); retries.Pair != nil || retries.Primary != secondary.Alias {
			read.Fail(d, standby.At("DomainName"), "retries at %s, but DNS moves %s to %s", retries.Primary, name, secondary.Alias)
		}
	}
}

// edgeFunction is the function that sees every request of visitors but those for a health checker's path.
func edgeFunction(in *read.Reader) *assembly.Resource {
	return viewerFunction(must.Get(topology.DefaultBehavior(in.SiteDistribution())))
}

// viewerFunction is a behavior's one function, which sees requests before anything is asked.
func viewerFunction(behavior topology.Behavior) *assembly.Resource {
	d, path := behavior.Distribution, behavior.At("FunctionAssociations")
	if n := read.Length(d, path); n != 1 {
		read.Fail(d, path, "has %d functions, want one", n)
	}
	read.Expect(d, path+".0.EventType", "viewer-request")
	function := read.Target(d, path+".0.FunctionARN", "AWS::CloudFront::Function")
	read.Expect(function, "FunctionConfig.Runtime", "cloudfront-js-2.0")
	return function
}

// checkReadFunction demands that a function groups the origins of reads, and of nothing else, and that it is the one whose
// treatment of each request is tested where it lives, in package web.
func checkReadFunction(in *read.Reader, function *assembly.Resource) {
	want := []string{firstOrigin(in), standbyOrigin}
	for method, grouped := range map[string]bool{"GET": true, "POST": false} {
		switch group := run(function, edgefunction.Request{Method: method, URI: "/"}).Group; {
		case group == nil && grouped:
			read.Fail(function, "FunctionCode", "groups no origins for %s, want %q", method, want)
		case group != nil && !grouped:
			read.Fail(function, "FunctionCode", "groups %q for %s, which would be done twice", group.Origins, method)
		case grouped && !slices.Equal(group.Origins, want):
			read.Fail(function, "FunctionCode", "groups %q for %s, want %q", group.Origins, method, want)
		}
	}
	if read.Text(function, "FunctionCode") != web.RedirectFunction(web.EdgeFunction(firstOrigin(in)), redirectsOf(in.Site)) {
		read.Fail(function, "FunctionCode", "is not the function that package web tests")
	}
}

// run runs a function for a request, as CloudFront would.
func run(function *assembly.Resource, request edgefunction.Request) *edgefunction.Result {
	compiled, err := edgefunction.New(read.Text(function, "FunctionCode"))
	if err != nil {
		read.Fail(function, "FunctionCode", "cannot be run: %v", err)
	}
	result, err := compiled.Call(request)
	if err != nil {
		read.Fail(function, "FunctionCode", "fails: %v", err)
	}
	return result
}
