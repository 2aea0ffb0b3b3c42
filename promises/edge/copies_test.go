package edge

import (
	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

func originSecret(in *read.Reader) *assembly.Resource {
	return in.Resources("AWS::SecretsManager::Secret")[0]
}

func listenerRule(in *read.Reader) *assembly.Resource {
	return read.Only("listener rules", in.Resources(topology.ListenerRuleType)...)
}

func servesCopy(property string, value any) func(*read.Reader) {
	return func(in *read.Reader) { in.Serves().Set("HealthCheckConfig."+property, value) }
}

// reverseCopy changes the text of the call that creates the rule.
func reverseCopy(breaks, from, to, want string) brokencopy.Copy {
	return brokencopy.Copy{breaks, func(in *read.Reader) { brokencopy.Rewrite(reverseReplication(in), "Create", from, to) }, want}
}
