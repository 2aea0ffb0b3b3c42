package promises

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

// sections of the dashboard, from top to bottom.
var sections = []string{
	"Who serves now", "At the edge", "Load balancers", "Web servers", "Replication of the static files", "Alarms",
}

// The colours on the dashboard: of the two regions, of errors and of limits.
const (
	homeColor    = "#1f77b4"
	standbyColor = "#ff7f0e"
)

var (
	errorColors = []string{"#d62728", "#9467bd"}
	limitColors = []string{"#7f7f7f", "#c7c7c7"}
	errorMetric = regexp.MustCompile(`(?i)[45]xx`)
)

const bodyPath = "DashboardBody"

// A widget is one of a dashboard's:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
type widget struct {
	Type       string
	X, Y       int
	Width      int
	Height     int
	Properties struct {
		Markdown, Title, Region string
		Alarms                  []string
		Metrics                 [][]any
		YAxis                   struct{ Left struct{ Label string } }
	}
}

func (g widget) overlaps(other widget) bool {
	return g.X < other.X+other.Width && other.X < g.X+g.Width && g.Y < other.Y+other.Height && other.Y < g.Y+g.Height
}

// dashboard is the site's dashboard and its widgets.
func (in *reader) dashboard() (*assembly.Resource, []widget) {
	dashboard := only("dashboards", in.Resources("AWS::CloudWatch::Dashboard")...)
	var body struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(text(dashboard, bodyPath)), &body); err != nil {
		fail(dashboard, bodyPath, "cannot be read: %v", err)
	}
	return dashboard, body.Widgets
}

// checkDashboard reads every widget.
func (in *reader) checkDashboard() {
	dashboard, widgets := in.dashboard()
	inRegion(dashboard, site.GlobalRegion)
	expect(dashboard, "DashboardName", in.site.Name)
	want := sections
	if !in.site.Notifications {
		want = sections[:len(sections)-1]
	}
	var got []string
	for _, g := range widgets {
		if title, isSection := strings.CutPrefix(g.Properties.Markdown, "## "); isSection {
			got = append(got, title)
		}
	}
	if !slices.Equal(got, want) {
		fail(dashboard, bodyPath, "has the sections %q, want %q", got, want)
	}
	for i, g := range widgets {
		for _, other := range widgets[:i] {
			if g.overlaps(other) {
				fail(dashboard, bodyPath, "shows %q and %q one over the other", other.Properties.Title, g.Properties.Title)
			}
		}
		in.checkWidget(dashboard, g)
	}
}

func (in *reader) checkWidget(dashboard *assembly.Resource, g widget) {
	if g.Type == "text" {
		return
	}
	title := g.Properties.Title
	if title == "" {
		fail(dashboard, bodyPath, "has a widget at %d, %d that has no title", g.X, g.Y)
	}
	if g.Type != "metric" {
		return
	}
	for _, d := range drawnIn(dashboard, g) {
		in.checkMetric(d.metric)
		if d.label == "" {
			d.fail("%s has no label", d)
		}
		in.checkColor(d)
	}
	if g.Properties.YAxis.Left.Label == "" && title != "1: home serves, 0: the standby serves" {
		fail(dashboard, bodyPath, "has a widget %q that has no unit", title)
	}
}

// checkColor demands that what is about one region, and neither an error nor a
// limit, is in its colour.
func (in *reader) checkColor(d drawn) {
	switch {
	case slices.Contains(limitColors, d.color) && (d.name == "GroupMinSize" || d.name == "GroupMaxSize"),
		slices.Contains(errorColors, d.color) && errorMetric.MatchString(d.name):
		return
	}
	want := homeColor
	for _, dimension := range []string{"LoadBalancer", "AutoScalingGroupName", "SourceBucket", "DistributionId", "HealthCheckId"} {
		r := in.named(d.dimensions[dimension], dimensionResources[dimension].attribute)
		if r != nil && (r.Stack == in.standbyBalancer().Stack || r == in.standbyCheck()) {
			want = standbyColor
		}
	}
	if d.color != want {
		d.fail("%s is drawn in %s, want %s", d, d.color, want)
	}
}

// A drawn is a metric in a widget, and how it looks.
type drawn struct {
	metric
	label, color string
}

// drawnIn are the metrics of a widget. Each is a list: namespace, name,
// dimensions by name and value, options.
func drawnIn(dashboard *assembly.Resource, g widget) []drawn {
	var all []drawn
	for _, entry := range g.Properties.Metrics {
		var words []string
		options := map[string]any{}
		for _, item := range entry {
			switch item := item.(type) {
			case string:
				words = append(words, item)
			case map[string]any:
				options = item
			}
		}
		if len(words) < 2 || len(words)%2 != 0 {
			fail(dashboard, bodyPath, "has a widget %q with the metric %v, of which a name or value is missing", g.Properties.Title, entry)
		}
		option := func(name, otherwise string) string {
			if value, ok := options[name]; ok {
				return fmt.Sprint(value)
			}
			return otherwise
		}
		d := drawn{metric: metric{
			reader: dashboard, path: bodyPath, widget: g.Properties.Title,
			namespace: words[0], name: words[1],
			statistic: option("stat", "Average"), region: option("region", g.Properties.Region),
			dimensions: map[string]string{},
		}, label: option("label", ""), color: option("color", "")}
		for i := 2; i < len(words); i += 2 {
			d.dimensions[words[i]] = words[i+1]
		}
		all = append(all, d)
	}
	return all
}

// checkShownAlarms demands that the dashboard shows every alarm but those that
// only scale.
func (in *reader) checkShownAlarms() {
	var shown []string
	dashboard, widgets := in.dashboard()
	for _, g := range widgets {
		shown = append(shown, g.Properties.Alarms...)
	}
	var want []string
	for _, alarm := range in.everyAlarm() {
		if !scales(alarm) {
			want = append(want, placeholder(alarm, "Arn"))
		}
	}
	slices.Sort(shown)
	slices.Sort(want)
	if !slices.Equal(shown, want) {
		fail(dashboard, bodyPath, "shows the alarms %q, want %q", shown, want)
	}
}
