package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/capacity"
)

// CapacityNote says what the table's figures are, and what they leave out.
const CapacityNote = "Upper bounds, of servers at their limit: scaling stops earlier, once their CPU is low enough. Left out: servers too busy to answer " +
	"the health path are replaced; launches may fail; a load balancer without traffic has to grow, too, and the standby's part of the edge's cache is empty."

// judgeCapacity compares the worst row with the target, and names what would help.
func (r *Report) judgeCapacity() {
	target := r.Targets.FullLoad
	for _, u := range r.Capacity.Unknown {
		message := fmt.Sprintf("capacity: %s's schedule %s has none at %s at the same time: what %s has from then on is not known; give it the same schedule", u.Of, u.When, u.Lacked, u.Lacked)
		if target > 0 {
			r.add("target", "%s", message)
		} else {
			r.add(note, "%s", message)
		}
	}
	if target == 0 {
		return
	}
	if len(r.Capacity.Rows) == 0 {
		r.add("target", "capacity: there is nothing to hold the target %s against: %s", rehearsal.Seconds(target), strings.Join(r.Capacity.Remarks, "; "))
		return
	}
	var worst *capacity.Row
	for i, row := range r.Capacity.Rows {
		if r.counts(row) && (worst == nil || row.FullLoad > worst.FullLoad) {
			worst = &r.Capacity.Rows[i]
		}
	}
	if time.Duration(worst.FullLoad) > target {
		r.add("target", "capacity: %s, %s: %s of %s are carried at once, and all after %s, target %s: %s",
			worst.Regime, worst.Case, percent(worst.Share), servers(worst.Load), worst.FullLoad, rehearsal.Seconds(target), r.remedy(*worst))
	}
}

// counts reports whether a row is held to the target: a lost zone does not move the
// site, and with manual failback home is made big before visitors come back.
func (r *Report) counts(row capacity.Row) bool {
	return row.Case != capacity.Zone && (row.Case != capacity.WayBack || r.Model.Failback == nil)
}

// remedy names the fields of a site that would help.
func (r *Report) remedy(row capacity.Row) string {
	at, prefix := r.Model.Standby.Group, "standby.web."
	if row.Case == capacity.WayBack {
		at, prefix = r.Model.Home.Group, "web."
	}
	if row.Limit < row.Load {
		return fmt.Sprintf("raise %smaximum to %d", prefix, row.Load)
	}
	ways := []string{fmt.Sprintf("raise %sminimum", prefix)}
	if f := r.Model.Follower; row.Case != capacity.WayBack && (f == nil || f.Percent < 100) {
		ways = append(ways, "let the standby follow home's size (standby.web.follow: 100)")
	}
	if row.Case == capacity.WayBack {
		ways = append(ways, "bring the site home by hand (failover.failback: manual), with home made big before")
	}
	if at.Grows == nil || at.Grows.Target == 0 {
		ways = append(ways, "let servers be added faster (web.cpu.target)")
	}
	return strings.Join(append(ways, "shorten their boot (web.boot)"), "; or ")
}

func percent(share float64) string { return fmt.Sprintf("%d %%", int(share*100+1e-9)) }

func servers(n int) string {
	if n == 1 {
		return "1 server"
	}
	return fmt.Sprintf("%d servers", n)
}

// atOnce is when all of the load is carried.
func atOnce(s rehearsal.Seconds) string {
	if s == 0 {
		return "at once"
	}
	return s.String()
}

// happens says what happens in a row.
func happens(row capacity.Row) string {
	if row.Case != capacity.WayBack || row.Shrinks == 0 {
		return string(row.Case)
	}
	if row.Shrinks.Never() {
		return string(row.Case) + ", which nothing shrinks"
	}
	return fmt.Sprintf("%s, small after %s", row.Case, row.Shrinks)
}

// Cells are a row's: what happens, load, home's servers, the standby's, what is carried
// at once, and how long until all is.
func Cells(row capacity.Row) []string {
	return []string{happens(row), strconv.Itoa(row.Load), strconv.Itoa(row.Home), strconv.Itoa(row.Standby), percent(row.Share), atOnce(row.FullLoad)}
}

// writeCapacity writes the table for a terminal.
func (r *Report) writeCapacity(w io.Writer) {
	fmt.Fprintln(w, "\ncapacity, by arithmetic: what has to carry the load of home's servers, and how long until it does")
	line := func(indent string, cells []string) {
		fmt.Fprintf(w, "  %-54s %5s %5s %8s %8s %10s\n", indent+cells[0], cells[1], cells[2], cells[3], cells[4], cells[5])
	}
	regime := ""
	for _, row := range r.Capacity.Rows {
		if regime == "" {
			line("", []string{"", "load", "home", "standby", "carried", "all after"})
		}
		if row.Regime != regime {
			regime = row.Regime
			fmt.Fprintf(w, "  %s\n", regime)
		}
		line("  ", Cells(row))
	}
	for _, remark := range r.capacityRemarks() {
		fmt.Fprintf(w, "  %s\n", remark)
	}
}

// capacityRemarks are sentences below the table.
func (r *Report) capacityRemarks() []string {
	var all []string
	for _, unmatched := range r.Capacity.Unknown {
		all = append(all, fmt.Sprintf("Not in the table: %s.", unmatched))
	}
	for _, remark := range r.Capacity.Remarks {
		all = append(all, "Mind that "+remark+".")
	}
	if len(r.Capacity.Rows) > 0 {
		all = append(all, CapacityNote)
	}
	return all
}
