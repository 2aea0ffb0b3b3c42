package status

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/account/report"
	"twinsite/site"
)

// bucketAndKey takes the output of the stack Secondary apart.
func bucketAndKey(output string) (bucket, key string, ok bool) {
	path, isS3 := strings.CutPrefix(output, "s3://")
	bucket, key, found := strings.Cut(path, "/")
	return bucket, key, isS3 && found && bucket != ""
}

// Switch asks whether the failover switch is on. A site with failover.switch false has
// none.
func (w *Watch) Switch(ctx context.Context) (report.Finding, error) {
	k, err := w.stack(ctx, site.SecondaryStack)
	if err != nil {
		return report.Finding{}, err
	}
	bucket, key, ok := bucketAndKey(k.stack.Outputs[site.SwitchOutput])
	if !ok || key != site.SwitchKey {
		return report.Finding{Colour: report.Warning, Said: k.stack.Name + " was deployed without the failover switch", Remedy: "deploy the site, in a quiet hour"}, nil
	}
	since, err := w.cloud.Switched(ctx, w.site.Standby.Region.Name, bucket, key)
	if err != nil {
		return report.Finding{}, err
	}
	on := !since.IsZero()
	w.remember(func(s *seen) { s.switched = &on })
	if on {
		return report.Finding{Colour: report.Warning, Said: fmt.Sprintf("on since %s: s3://%s/%s is there", clock(since), bucket, key),
			Remedy: "when visitors may come home: make failover-off"}, nil
	}
	return report.Good("off: s3://%s/%s is not there", bucket, key), nil
}

// Alarms asks which alarms of the site are on in a region. Those that page are red.
func (w *Watch) Alarms(ctx context.Context, region string) (report.Finding, error) {
	on, err := w.cloud.AlarmsOn(ctx, region, w.site.AlarmName(""))
	if err != nil {
		return report.Finding{}, err
	}
	if len(on) == 0 {
		return report.Good("none is on"), nil
	}
	pages := ""
	if k, err := w.stack(ctx, site.FailoverStack); err == nil {
		pages = k.stack.Outputs[site.PagesTopicOutput]
	}
	found := report.Finding{Colour: report.Warning, Remedy: `docs/operations.md, under each alarm's name`}
	var said []string
	for _, alarm := range on {
		if pages != "" && slices.Contains(alarm.Actions, pages) {
			found.Colour = report.Red
			w.remember(func(s *seen) { s.paging = append(s.paging, strings.TrimPrefix(alarm.Name, w.site.AlarmName(""))) })
		}
		said = append(said, fmt.Sprintf("%s, since %s", strings.TrimPrefix(alarm.Name, w.site.AlarmName("")), clock(alarm.Since)))
	}
	found.Said = "on: " + strings.Join(said, "; ")
	return found, nil
}

// TierAlarms asks which alarms of the web tier of a stack, Primary or Secondary, are
// on. A site without notifications has none.
func (w *Watch) TierAlarms(ctx context.Context, stack string) (report.Finding, error) {
	k, err := w.stack(ctx, stack)
	if err != nil {
		return report.Finding{}, err
	}
	own := map[string]bool{}
	for _, r := range k.resources {
		if r.Type == alarmType && strings.HasPrefix(r.LogicalID, tierID) && strings.HasPrefix(r.PhysicalID, w.site.AlarmName("")) {
			own[r.PhysicalID] = true
		}
	}
	on, err := w.cloud.AlarmsOn(ctx, w.site.StackRegion(stack), w.site.AlarmName(""))
	if err != nil {
		return report.Finding{}, err
	}
	var said []string
	for _, alarm := range on {
		if own[alarm.Name] {
			said = append(said, alarm.Name)
		}
	}
	if len(said) > 0 {
		return report.Finding{Colour: report.Red, Said: "on: " + strings.Join(said, "; "), Remedy: `docs/operations.md, under each alarm's name`}, nil
	}
	return report.Good("none of %d is on", len(own)), nil
}

// healthy is Route 53's rule: more than 18 % of the checkers.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
func healthy(good, all int) bool { return 100*good > 18*all }

// HealthCheck asks how a health check is.
func (w *Watch) HealthCheck(ctx context.Context, id string) (report.Finding, error) {
	check, err := w.cloud.Check(ctx, id)
	if err != nil {
		return report.Finding{}, err
	}
	found := report.Finding{Remedy: `docs/operations.md, "At three in the morning"`}
	switch {
	case check.Calculated && check.Published.IsZero():
		return report.Finding{Colour: report.Warning, Said: "CloudWatch has no state of it in the last ten minutes", Remedy: "new ones have none for some minutes: ask again"}, nil
	case check.Calculated && check.Healthy:
		return report.Good("healthy at %s, by CloudWatch", clock(check.Published)), nil
	case check.Calculated:
		found.Colour, found.Said = report.Warning, fmt.Sprintf("unhealthy at %s, by CloudWatch", clock(check.Published))
		return found, nil
	case check.Checkers == 0:
		return report.Finding{Colour: report.Warning, Said: "no checker has reported yet", Remedy: "ask again in a minute"}, nil
	}
	good := healthy(check.Good, check.Checkers) != check.Inverted
	said := fmt.Sprintf("%d of %d checkers get a good answer", check.Good, check.Checkers)
	if check.Inverted {
		said += ", and it is inverted"
	}
	if good {
		return report.Good("healthy: %s", said), nil
	}
	if found.Colour, found.Said = report.Red, "unhealthy: "+said; check.Failure != "" {
		found.Said += "; one of the others: " + check.Failure
	}
	if check.Inverted {
		found.Colour = report.Warning // somebody has put the switch
	}
	return found, nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
