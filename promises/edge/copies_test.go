package edge

import (
	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// secretless lets the site's distribution send nothing to an origin.
func secretless(id string) func(*read.Reader) {
	return func(in *read.Reader) {
		d := in.SiteDistribution()
		d.Delete(read.Origin(d, id).At("OriginCustomHeaders"))
	}
}

// originCopy replaces a value of one of the site's distribution's origins.
func originCopy(id, property string, value any) func(*read.Reader) {
	return func(in *read.Reader) {
		d := in.SiteDistribution()
		d.Set(read.Origin(d, id).At(property), value)
	}
}

func originSecret(in *read.Reader) *assembly.Resource {
	return in.HomeBalancer().Stack.Resources("AWS::SecretsManager::Secret")[0]
}

func listenerRule(in *read.Reader) *assembly.Resource {
	return read.Only("listener rules at home", in.HomeBalancer().Stack.Resources(topology.ListenerRuleType)...)
}

func servesCopy(property string, value any) func(*read.Reader) {
	return func(in *read.Reader) { in.Serves().Set("HealthCheckConfig."+property, value) }
}

// reverseCopy changes the text of the call that creates the rule.
func reverseCopy(breaks, from, to, want string) brokencopy.Copy {
	return brokencopy.Copy{breaks, func(in *read.Reader) { brokencopy.Rewrite(reverseReplication(in), "Create", from, to) }, want}
}
