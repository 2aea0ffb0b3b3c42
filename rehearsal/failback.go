package rehearsal

import "time"

// A Failback keeps the site at the standby once it has moved there: an alarm
// has a state machine put the failover switch, and somebody has to remove it.
type Failback struct {
	StateMachine string // that puts the switch: "Secondary.FailbackStateMachineB9668938"
	Alarm        string // that starts it: "Failover.AlarmsStandbyServes64C7FA4D"
	Check        *HealthCheck
	Period       time.Duration // of the alarm's metric
	Periods      int           // so many samples in a row set the alarm off
}

// A FailbackAlarm counts the samples of the alarm that starts manual failback.
// [I] Route 53 reports a check's status once a minute, and CloudWatch does not
// see what lies between.
type FailbackAlarm struct {
	*Failback
	unhealthy int // samples in a row
}

// Sample takes a sample, and reports whether it sets the alarm off.
func (a *FailbackAlarm) Sample(healthy bool) bool {
	if a.unhealthy++; healthy {
		a.unhealthy = 0
	}
	return a.unhealthy == a.Periods
}

// On reports whether the alarm is in the state ALARM.
func (a *FailbackAlarm) On() bool { return a.unhealthy >= a.Periods }
