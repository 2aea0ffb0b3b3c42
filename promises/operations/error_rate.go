package operations

import (
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
	"twinsite/topology"
)

// errorRatePromises are about errors that move the site.
func errorRatePromises() []read.Promise {
	return []read.Promise{
		{Name: "errors move the site: three minutes of them, with visitors enough to count, put the switch", When: when.MovesOnErrors, Check: checkErrorRate},
	}
}

// errorAlarm is the one alarm on the site's errors that starts the state machine of manual failback.
func errorAlarm(in *read.Reader) topology.ErrorAlarm {
	var found []topology.ErrorAlarm
	for _, alarm := range must.Get(topology.ErrorAlarms(in.Assembly)) {
		if len(must.Get(topology.Responses(in.Assembly, alarm.Resource))) > 0 {
			found = append(found, alarm)
		}
	}
	if len(found) != 1 {
		read.Fail(nil, "", "%d alarms on errors start something, want one: errors move nothing", len(found))
	}
	return found[0]
}

// checkErrorRate follows the alarm to the state machine of manual failback, which holds the site at the standby: errors
// are over when visitors have left.
func checkErrorRate(in *read.Reader) {
	alarm := errorAlarm(in)
	r := alarm.Resource
	if alarm.Unclear != "" {
		read.Fail(r, "Metrics", "%s", alarm.Unclear)
	}
	if alarm.Percent != in.Site.Failover.ErrorRate || alarm.Periods != 3 || alarm.Period.Minutes() != 1 {
		read.Fail(r, "", "goes off at %d %%, after %d times %s, want %d %% after 3 minutes", alarm.Percent, alarm.Periods, alarm.Period, in.Site.Failover.ErrorRate)
	}
	if alarm.Requests != 300 {
		read.Fail(r, "Metrics", "counts minutes of %d requests or more, want 300: at night, a handful of visitors would move the site", alarm.Requests)
	}
	read.ExpectAll(r, "", map[string]any{"DatapointsToAlarm": 3, "TreatMissingData": "notBreaching"})
	for _, m := range metricsOf(r) {
		if !m.about(m.name, "DistributionId", in.SiteDistribution()) {
			read.Fail(r, m.path, "is not of the site's distribution")
		}
	}
	if len(must.Get(topology.Responses(in.Assembly, globalAlarm(in, site.StandbyServesAlarm)))) == 0 {
		read.Fail(r, "", "moves the site, and with automatic failback nothing holds it at the standby")
	}
	response := response(in, r)
	if response.Machine != failback(in).Machine {
		read.Fail(r, "", "starts %s, which does not put the switch", response.Machine)
	}
	read.Expect(response.Forward, "EventPattern.detail.previousState.value", []any{"OK"})
	read.Expect(response.Forward, "EventPattern.detail.state.value", []any{"ALARM"})
}
