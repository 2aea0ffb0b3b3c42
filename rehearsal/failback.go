package rehearsal

import (
	"time"

	"twinsite/topology"
)

// A Failback is the manual failback of a site. After a failover, an alarm starts
// a state machine that writes the failover switch. The site stays at the standby
// until somebody deletes the switch.
type Failback struct {
	StateMachine string // writes the switch: "Secondary.FailbackStateMachineB9668938"
	Alarm        string // starts the state machine: "Failover.AlarmsStandbyServes64C7FA4D"
	Check        *HealthCheck
	Period       time.Duration // of the alarm's metric
	Periods      int           // so many unhealthy samples in a row turn the alarm on
}

// A FailbackAlarm counts the samples of the alarm that starts manual failback.
// [I] Route 53 reports a check's status once a minute, and CloudWatch does not
// see what happens between two samples.
type FailbackAlarm struct {
	*Failback
	unhealthy int // samples in a row
}

// Sample takes a sample, and reports whether it turns the alarm on.
func (a *FailbackAlarm) Sample(healthy bool) bool {
	if a.unhealthy++; healthy {
		a.unhealthy = 0
	}
	return a.unhealthy == a.Periods
}

// On reports whether the alarm is in the state ALARM.
func (a *FailbackAlarm) On() bool { return a.unhealthy >= a.Periods }

// An ErrorRate is what moves a site whose answers are errors while its health checks
// are well: an alarm that starts the state machine of manual failback.
type ErrorRate struct {
	topology.ErrorAlarm
	bad int // measurements in a row
}

// Measure takes a measurement, and reports whether it turns the alarm on.
func (e *ErrorRate) Measure(requests, errors int) bool {
	if e.bad++; requests < max(1, e.Requests) || 100*errors < e.Percent*requests {
		e.bad = 0
	}
	return e.bad == e.Periods
}
