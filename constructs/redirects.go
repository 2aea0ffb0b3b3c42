package constructs

import (
	"maps"
	"slices"
	"strings"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
)

// addRedirects adds a rule for each host that only redirects, and before them one that
// forwards the path that is not redirected. No two hosts' rules take the same request,
// so that their order does not matter.
//
// A listener's redirect has 301 or 302, never 308: a client may make a GET of a write.
// So writes meet no rule, and are forwarded.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions
func (l *LoadBalancer) addRedirects(listener elb.ApplicationListener, props *LoadBalancerProps) {
	if len(props.Redirects) == 0 {
		return
	}
	listener.AddAction(jsii.String("Unredirected"), &elb.AddApplicationActionProps{
		Priority:   jsii.Number(unredirectedPriority),
		Conditions: &[]elb.ListenerCondition{elb.ListenerCondition_PathPatterns(jsii.Strings(props.UnredirectedPath))},
		Action:     elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{l.TargetGroup}, nil),
	})
	taken := map[int]bool{}
	for _, from := range slices.Sorted(maps.Keys(props.Redirects)) {
		to := props.Redirects[from]
		priority := namePriority(from)
		for ; taken[priority]; priority++ { // two names of one number
		}
		taken[priority] = true
		listener.AddAction(jsii.String("Redirect-"+strings.ReplaceAll(from, ".", "-")), &elb.AddApplicationActionProps{
			Priority: jsii.Number(priority),
			Conditions: &[]elb.ListenerCondition{
				elb.ListenerCondition_HostHeaders(jsii.Strings(from)),
				elb.ListenerCondition_HttpRequestMethods(jsii.Strings("GET", "HEAD")),
			},
			// What is not said stays as it is: path and query.
			Action: elb.ListenerAction_Redirect(&elb.RedirectOptions{
				Protocol: jsii.String("HTTPS"), Host: &to, Port: jsii.String("443"), Permanent: jsii.Bool(true),
			}),
		})
	}
}
