package read

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
)

// PagesTopic is the topic that only hears that visitors are affected.
func (in *Reader) PagesTopic() *assembly.Resource {
	return must.Get(Output(must.Get(in.Stack(site.FailoverStack)), site.PagesTopicOutput).Target())
}

// CheckSubscriptions demands as many addresses of a topic.
func (in *Reader) CheckSubscriptions(topic *assembly.Resource, want int) {
	if n := len(in.Referrers(topic, "AWS::SNS::Subscription")); n != want {
		Fail(topic, "", "leads to %d addresses, want %d", n, want)
	}
}
