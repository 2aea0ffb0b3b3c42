package report

import (
	"fmt"
	"strings"
	"time"

	"twinsite/rehearsal"
)

// Failback says what the figures for coming home mean where failback is manual; it
// is "" where visitors come home by themselves.
func (r *Report) Failback() string {
	f := r.Model.Failback
	if f == nil {
		return ""
	}
	return fmt.Sprintf("Failback is manual: once the alarm %s has gone off, %s puts the failover switch, and visitors come home only when somebody removes it.\n"+
		"%q, %q and %q count from then; the prediction has it removed %s after the outage.", f.Alarm, f.StateMachine, rehearsal.DetectHome, rehearsal.DNSHome, rehearsal.HomeAgain, rehearsal.Seconds(r.Parameters.OperatorAfter))
}

// summary says what visitors notice of an outage: those who follow DNS, and those
// who keep a connection, if they fare worse. Where failback is manual, it says
// where the site is afterwards.
func summary(p rehearsal.Prediction) string {
	said := experience(p)
	if p.Of(rehearsal.WritesKept).Median.Never() && !p.Of(rehearsal.WritesBack).Median.Never() {
		said += fmt.Sprintf(" One who keeps the connection to CloudFront is lost until home is healed: %.0f writes.", p.Lost.WritesKept)
	}
	if p.Failback != nil {
		said += " " + afterwards(p.Failback, p.Trials, p.Outage)
	}
	return said
}

// unjudged says why a play is not held to the targets, of full load whom the standby
// served, and of errors what moves the site.
func (r *Report) unjudged(p *rehearsal.Play) string {
	why := p.Outage.Unjudged()
	if why == "" {
		return ""
	}
	text := fmt.Sprintf("Not held to the targets: %s.", why)
	good, all := p.Answered()
	switch alarm := r.Model.ErrorRate; {
	case p.Outage == rehearsal.FullLoad && all > 0:
		text += fmt.Sprintf(" Of the requests that came to the standby once DNS had moved, it answered %s.", percent(float64(good)/float64(all)))
	case p.Outage == rehearsal.Errors && alarm == nil:
		text += " Nothing moves the site: failover.errorRate would."
	case p.Outage == rehearsal.Errors:
		text += fmt.Sprintf(" The alarm on errors moves it within 5 to 10 minutes, of which %s are measured, if %d %% of the edge's answers are errors.",
			rehearsal.Seconds(time.Duration(alarm.Periods)*alarm.Period), alarm.Percent)
	}
	return text
}

// otherwise says what would be worse if what AWS does not publish were otherwise;
// the seconds in which requests come differ by chance.
func otherwise(p rehearsal.Prediction) []string {
	var all []string
	for _, v := range p.Otherwise {
		var changes []string
		for _, q := range judged {
			is, would := p.Of(q), v.Of(q)
			if differs(is.Median, would.Median) || differs(is.Worst, would.Worst) {
				changes = append(changes, fmt.Sprintf("%s %s, at worst %s", q, would.Median, would.Worst))
			}
		}
		if len(changes) > 0 {
			all = append(all, fmt.Sprintf("Not published: if %s, %s.", v.If, strings.Join(changes, "; ")))
		}
	}
	return all
}

// differs reports whether two times differ by more than chance.
func differs(a, b rehearsal.Seconds) bool {
	return a.Never() != b.Never() || max(a-b, b-a) > rehearsal.Seconds(2*time.Second)
}

// experience says what visitors notice of an outage.
func experience(p rehearsal.Prediction) string {
	reads, writes, moved := p.Of(rehearsal.ReadsBack), p.Of(rehearsal.WritesBack), p.Of(rehearsal.DNSMoved)
	switch {
	case p.Outage.Unjudged() != "":
		return fmt.Sprintf("Not held to the targets: %s. A visitor loses %.0f reads and %.0f writes.", p.Outage.Unjudged(), p.Lost.Reads, p.Lost.Writes)
	case reads.Median.Never() && writes.Median.Never():
		return "Everybody is lost until home is healed: the templates describe no failover."
	case !moved.Median.Never() && reads.Median >= moved.Median:
		return fmt.Sprintf("Everybody is lost until DNS moves: %.0f reads and %.0f writes of a visitor.", p.Lost.Reads, p.Lost.Writes)
	case p.Lost.Reads+p.Lost.Writes == 0:
		return "Nobody loses a request."
	}
	return fmt.Sprintf("A visitor loses %.1f reads and %.0f writes, and %.0f requests on the way home.", p.Lost.Reads, p.Lost.Writes, p.Lost.ComingHome)
}

// afterwards says where the site is after an outage.
func afterwards(f *rehearsal.FailbackForecast, trials int, outage rehearsal.Outage) string {
	if f.Away == 0 {
		return "The site does not move, so that nothing keeps it away."
	}
	var said []string
	switch {
	case f.Put > 0 && outage == rehearsal.BySwitch:
		said = append(said, fmt.Sprintf("The alarm goes off too, and the switch is put once more %s after the beginning (median; at worst %s): while it is there, that changes nothing.", f.Median, f.Worst))
	case f.Put > 0:
		said = append(said, fmt.Sprintf("The switch is put %s after the beginning (median; at worst %s), and visitors stay at the standby until somebody removes it.", f.Median, f.Worst))
	}
	if alone := f.Away - f.Put; alone > 0 {
		said = append(said, fmt.Sprintf("In %d of %d trials, the outage is over before the alarm sees it: visitors come home by themselves.", alone, trials))
	}
	switch {
	case f.Late > 0 && outage == rehearsal.BySwitch:
		said = append(said, fmt.Sprintf("In %d of %d trials, the switch is put again after it was removed, and has to be removed again.", f.Late, trials))
	case f.Late > 0:
		said = append(said, fmt.Sprintf("In %d of %d trials, the switch is put only after the outage, and visitors who are home again by then are led away once more.", f.Late, trials))
	}
	return strings.Join(said, " ")
}
