package aws

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronList is a field of cron as Auto Scaling reads it: a list of values, ranges
// and steps of ranges.
var cronList = func() *regexp.Regexp {
	const (
		value = `(\*|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)`
		step  = `(\*/[0-9]+|` + value + `|[0-9A-Za-z]+-[0-9A-Za-z]+/[0-9]+)`
	)
	return regexp.MustCompile(`^` + step + `(,` + step + `)*$`)
}()

// CronFault says what is wrong with five fields of cron. The parser is cron/v3's,
// which also takes what Auto Scaling refuses: descriptors, a time zone of their
// own, "?", empty list entries and steps of single values.
//
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
func CronFault(text string) string {
	fields := strings.Fields(text)
	switch {
	case strings.HasPrefix(text, "@"):
		return "is a descriptor, which Auto Scaling does not take"
	case strings.Contains(text, "TZ="):
		return "has a time zone, which belongs in timeZone"
	case len(text) > 255:
		return "is longer than 255 characters"
	case len(fields) != 5:
		return ""
	}
	for _, field := range fields {
		if !cronList.MatchString(field) {
			return fmt.Sprintf("has a field that cron does not know, %q", field)
		}
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		if _, name, ok := strings.Cut(err.Error(), "failed to parse int from "); ok {
			name, _, _ = strings.Cut(name, ":")
			return fmt.Sprintf("has a name that cron does not know, %q", name)
		}
		return fmt.Sprintf("is not cron (%v)", err)
	}
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return "never comes"
	}
	return ""
}
