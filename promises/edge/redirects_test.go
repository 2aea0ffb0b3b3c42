package edge

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
	"twinsite/web"
)

// redirectCopies break the promise of redirects.go.
var redirectCopies = map[string][]brokencopy.Copy{
	"a host that only redirects leads to one that serves, at the edge and at the standby": {
		{"not at the edge", func(in *read.Reader) {
			edgeFunction(in).Set("FunctionCode", web.EdgeFunction(firstOrigin(in)))
		}, "is not the function"},
		{"not at the standby", func(in *read.Reader) {
			rules := redirectRules(in)
			rules[1].Resource.Set("Conditions.0.HostHeaderConfig.Values.0", "other."+in.Site.Domain)
		}, "want a host that redirects"},
		{"elsewhere", func(in *read.Reader) { redirectRule(in).Set("Actions.0.RedirectConfig.Host", "shop."+in.Site.Domain) }, "Host is shop."},
		{"by HTTP", func(in *read.Reader) { redirectRule(in).Set("Actions.0.RedirectConfig.Protocol", "HTTP") }, "Protocol is HTTP"},
		{"for a while", func(in *read.Reader) { redirectRule(in).Set("Actions.0.RedirectConfig.StatusCode", "HTTP_302") }, "StatusCode is HTTP_302"},
		{"to the front page", func(in *read.Reader) { redirectRule(in).Add("Actions.0.RedirectConfig.Path", "/") }, "Path is there"},
		{"writes, too", func(in *read.Reader) {
			redirectRule(in).Set("Conditions.1.HttpRequestMethodConfig.Values", []string{"GET", "HEAD", "POST"})
		}, "would lose what they write"},
		{"health checkers, too", func(in *read.Reader) { redirectRules(in)[0].Resource.Set("Priority", 49_900) }, "Actions.0.TargetGroupArn"},
		{"another path than theirs", func(in *read.Reader) {
			redirectRules(in)[0].Resource.Set("Conditions.0.PathPatternConfig.Values.0", "/other")
		}, "Conditions is"},
		{"the listener answers", func(in *read.Reader) {
			in.Listener(in.StandbyBalancer(), 443).Set("DefaultActions.0.Type", "fixed-response")
		}, "Type is fixed-response"},
	},
}

// redirectRules are those of the standby's listener, in their order.
func redirectRules(in *read.Reader) []topology.Rule {
	return must.Get(topology.Listener{Resource: in.Listener(in.StandbyBalancer(), 443)}.Rules(in.Assembly))
}

// redirectRule is the one of a host that redirects.
func redirectRule(in *read.Reader) *assembly.Resource { return redirectRules(in)[1].Resource }
