package constructs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
)

// A widget is one of the dashboard's, as its body describes it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
type widget struct {
	Type       string
	Properties struct {
		Title, Markdown string
		Metrics         []metric
		Alarms          []string
		View            string
		YAxis           struct {
			Left struct {
				Label     string
				Min       *float64
				ShowUnits *bool
			}
		}
		Annotations struct{ Horizontal []struct{ Value float64 } }
	}

	// section is the heading above it.
	section string
}

type metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	metricOptions
}

type metricOptions struct {
	Label, Color, Region, Stat string
	Period                     float64
}

// UnmarshalJSON takes a metric from its array: namespace, name, dimensions, and
// then the options.
func (m *metric) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	var words []string
	for _, part := range parts {
		var word string
		if json.Unmarshal(part, &word) == nil {
			words = append(words, word)
		} else if err := json.Unmarshal(part, &m.metricOptions); err != nil {
			return err
		}
	}
	m.Namespace, m.Name, m.Dimensions = words[0], words[1], map[string]string{}
	for pair := range slices.Chunk(words[2:], 2) {
		m.Dimensions[pair[0]] = pair[1]
	}
	return nil
}

// widgets are those of the one dashboard.
func widgets(template assertions.Template) []widget {
	text, err := flatten(theOne(template, dashboardType, "DashboardBody"))
	var body struct{ Widgets []widget }
	if err == nil {
		err = json.Unmarshal([]byte(text), &body)
	}
	if err != nil {
		panic(err)
	}
	section := ""
	for i, w := range body.Widgets {
		if w.Type == "text" {
			section = strings.TrimPrefix(w.Properties.Markdown, "## ")
		}
		body.Widgets[i].section = section
	}
	return body.Widgets
}

// inSections demands these headings, in their order, and a widget under each.
func inSections(want ...string) assertion {
	return func(template assertions.Template) {
		var headings, filled []string
		for _, w := range widgets(template) {
			if w.Type == "text" {
				headings = append(headings, w.section)
			} else if !slices.Contains(filled, w.section) {
				filled = append(filled, w.section)
			}
		}
		demandEqual(want, headings)
		demandEqual(want, filled)
	}
}

func showsAlarms(want ...string) assertion {
	return func(template assertions.Template) {
		var got []string
		for _, w := range widgets(template) {
			if w.Type == "alarm" {
				for _, arn := range w.Properties.Alarms {
					got = append(got, otherStacksARN.ReplaceAllString(arn, "$${$1/$2.Arn}"))
				}
			}
		}
		demandEqual(want, got)
	}
}

// otherStacksARN is how flatten writes the ARN of another stack's resource.
var otherStacksARN = regexp.MustCompile(`\$\{([\w-]+)/PublishOutputFnGetAtt(\w+)[0-9A-F]{8}Arn[0-9A-F]{8}\}`)

func everyGraph(check func(widget) bool) assertion {
	return func(template assertions.Template) {
		for _, w := range widgets(template) {
			if w.Type == "metric" && !check(w) {
				panic(fmt.Sprintf("%swidget %q under %q: %+v", flaw, w.Properties.Title, w.section, w.Properties))
			}
		}
	}
}

func everyMetric(check func(metric) bool) assertion {
	return everyGraph(func(w widget) bool {
		return len(w.Properties.Metrics) > 0 && !slices.ContainsFunc(w.Properties.Metrics, func(m metric) bool { return !check(m) })
	})
}

// hasUnit: a number alone has no axis.
func hasUnit(w widget) bool {
	if w.Properties.View == "singleValue" {
		return true
	}
	axis := w.Properties.YAxis.Left
	return axis.Label != "" && axis.Min != nil && *axis.Min == 0 && axis.ShowUnits != nil && !*axis.ShowUnits
}

// published are the dimensions of which a metric must have all: with others,
// or fewer, there is none.
var published = map[string][]string{
	"AWS/Route53":                         {"HealthCheckId"},
	"AWS/CloudFront":                      {"DistributionId", "Region"},
	"AWS/ApplicationELB":                  {"LoadBalancer"},
	"AWS/ApplicationELB/HealthyHostCount": {"LoadBalancer", "TargetGroup"},
	"AWS/AutoScaling":                     {"AutoScalingGroupName"},
	"AWS/EC2":                             {"AutoScalingGroupName"},
	"AWS/S3":                              {"DestinationBucket", "RuleId", "SourceBucket"},
}

func isPublished(m metric) bool {
	want, ok := published[m.Namespace+"/"+m.Name]
	if !ok {
		want = published[m.Namespace]
	}
	rule, replicates := m.Dimensions["RuleId"]
	return slices.Equal(want, slices.Sorted(maps.Keys(m.Dimensions))) && (!replicates || rule == replicationRuleID)
}

// of is what a metric is about, by the stack or the resource that it names.
func (m metric) of() string {
	if from, to := m.Dimensions["SourceBucket"], m.Dimensions["DestinationBucket"]; from != "" {
		return subject(from) + "→" + subject(to)
	}
	for name, value := range m.Dimensions {
		if name != "Region" && name != "TargetGroup" {
			return subject(value)
		}
	}
	return subject(m.Dimensions["TargetGroup"])
}

func subject(value string) string {
	for prefix, subject := range map[string]string{
		"${FailoverHomeServes}":   "records",
		"${FailoverHomeEndpoint}": "home",
		"standby-endpoint":        "standby",
		"${Site}":                 "site",
		"${Test-Home/":            "home",
		"${Test-Standby":          "standby", // abroad or beside
	} {
		if strings.HasPrefix(value, prefix) {
			return subject
		}
	}
	panic("a metric of nothing known: " + value)
}

// regionsAre demands of each metric the region that publishes it.
func regionsAre(home, standby string) assertion {
	regions := map[string]string{"home": home, "standby": standby}
	return everyMetric(func(m metric) bool {
		from, to, replicates := strings.Cut(m.of(), "→")
		switch {
		case m.Namespace == "AWS/Route53" || m.Namespace == "AWS/CloudFront":
			return m.Region == "us-east-1"
		case replicates && m.Name != "OperationsFailedReplication":
			return m.Region == regions[to]
		}
		return m.Region == regions[from]
	})
}

// coloursTellRegions demands that each region has one colour wherever both are
// compared, another one than the other's, and that no widget about one shows
// the other's.
func coloursTellRegions() assertion {
	return func(template assertions.Template) {
		compared, shown := map[string]map[string]bool{}, map[string]map[string]bool{}
		for _, w := range widgets(template) {
			colours := map[string][]string{}
			for _, m := range w.Properties.Metrics {
				region := "home"
				if strings.HasPrefix(m.of(), "standby") {
					region = "standby"
				}
				colours[region] = append(colours[region], m.Color)
			}
			for region, list := range colours {
				for _, colour := range list {
					note(shown, region, colour)
					if len(colours) == 2 {
						note(compared, region, colour)
					}
				}
			}
		}
		demandEqual(1, len(compared["home"]))
		demandEqual(1, len(compared["standby"]))
		for colour := range compared["home"] {
			demandEqual(false, colour == "" || shown["standby"][colour])
		}
		for colour := range compared["standby"] {
			demandEqual(false, colour == "" || shown["home"][colour])
		}
	}
}

// coloursTellKinds: red and violet are errors where visitors get answers from,
// grey are limits, and everything else has its region's colour.
func coloursTellKinds(m metric) bool {
	kinds := []string{homeColor, standbyColor}
	switch {
	case m.Name == "GroupMaxSize" || m.Name == "GroupMinSize":
		kinds = []string{limitColor, lowLimitColor}
	case strings.HasSuffix(m.Name, "5XX_Count"), strings.HasSuffix(m.Name, "ErrorRate") && m.of() == "site":
		kinds = []string{errorColor, otherErrorColor}
	}
	return slices.Contains(kinds, m.Color)
}

func coloursDiffer(w widget) bool {
	seen := map[string]bool{}
	for _, m := range w.Properties.Metrics {
		if seen[m.Color] {
			return false
		}
		seen[m.Color] = true
	}
	return true
}

func note(seen map[string]map[string]bool, region, colour string) {
	if seen[region] == nil {
		seen[region] = map[string]bool{}
	}
	seen[region][colour] = true
}

// shows demands the metrics of a section, in their order: what about, its name,
// and its statistic.
func shows(section string, want ...string) assertion {
	return func(template assertions.Template) {
		var got []string
		for _, w := range widgets(template) {
			for _, m := range w.Properties.Metrics {
				if w.section == section {
					got = append(got, strings.Join([]string{m.of(), m.Name, cmp.Or(m.Stat, "Average")}, " "))
				}
			}
		}
		demandEqual(want, got)
	}
}

// draws demands these lines across graphs.
func draws(want ...float64) assertion {
	return func(template assertions.Template) {
		var got []float64
		for _, w := range widgets(template) {
			for _, line := range w.Properties.Annotations.Horizontal {
				got = append(got, line.Value)
			}
		}
		demandEqual(want, got)
	}
}
