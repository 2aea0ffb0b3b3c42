package operations

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
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
func dashboard(in *read.Reader) (*assembly.Resource, []widget) {
	dashboard := read.Only("dashboards", in.Resources("AWS::CloudWatch::Dashboard")...)
	var body struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(read.Text(dashboard, bodyPath)), &body); err != nil {
		read.Fail(dashboard, bodyPath, "cannot be read: %v", err)
	}
	return dashboard, body.Widgets
}

// checkDashboard reads every widget.
func checkDashboard(in *read.Reader) {
	dashboard, widgets := dashboard(in)
	read.InRegion(dashboard, site.GlobalRegion)
	read.Expect(dashboard, "DashboardName", in.Site.Name)
	want := sections
	if !in.Site.Notifications {
		want = sections[:len(sections)-1]
	}
	var got []string
	for _, g := range widgets {
		if title, isSection := strings.CutPrefix(g.Properties.Markdown, "## "); isSection {
			got = append(got, title)
		}
	}
	if !slices.Equal(got, want) {
		read.Fail(dashboard, bodyPath, "has the sections %q, want %q", got, want)
	}
	for i, g := range widgets {
		for _, other := range widgets[:i] {
			if g.overlaps(other) {
				read.Fail(dashboard, bodyPath, "shows %q and %q one over the other", other.Properties.Title, g.Properties.Title)
			}
		}
		checkWidget(in, dashboard, g)
	}
}

func checkWidget(in *read.Reader, dashboard *assembly.Resource, g widget) {
	if g.Type == "text" {
		return
	}
	title := g.Properties.Title
	if title == "" {
		read.Fail(dashboard, bodyPath, "has a widget at %d, %d that has no title", g.X, g.Y)
	}
	if g.Type != "metric" {
		return
	}
	for _, d := range drawnIn(dashboard, g) {
		checkMetric(in, d.metric)
		if d.label == "" {
			d.fail("%s has no label", d)
		}
		checkColor(in, d)
	}
	if g.Properties.YAxis.Left.Label == "" && title != "1: home serves, 0: the standby serves" {
		read.Fail(dashboard, bodyPath, "has a widget %q that has no unit", title)
	}
}

// checkColor demands that what is about one region, and neither an error nor a
// limit, is in its colour.
func checkColor(in *read.Reader, d drawn) {
	switch {
	case slices.Contains(limitColors, d.color) && (d.name == "GroupMinSize" || d.name == "GroupMaxSize"),
		slices.Contains(errorColors, d.color) && errorMetric.MatchString(d.name):
		return
	}
	want := homeColor
	for _, dimension := range []string{"LoadBalancer", "AutoScalingGroupName", "SourceBucket", "DistributionId", "HealthCheckId"} {
		r := named(in, d.dimensions[dimension], dimensionResources[dimension].attribute)
		if r != nil && (r.Stack == in.StandbyBalancer().Stack || r == standbyCheck(in)) {
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
			read.Fail(dashboard, bodyPath, "has a widget %q with the metric %v, of which a name or value is missing", g.Properties.Title, entry)
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
func checkShownAlarms(in *read.Reader) {
	var shown []string
	dashboard, widgets := dashboard(in)
	for _, g := range widgets {
		shown = append(shown, g.Properties.Alarms...)
	}
	var want []string
	for _, alarm := range everyAlarm(in) {
		if !scales(alarm) {
			want = append(want, read.Placeholder(alarm, "Arn"))
		}
	}
	slices.Sort(shown)
	slices.Sort(want)
	if !slices.Equal(shown, want) {
		read.Fail(dashboard, bodyPath, "shows the alarms %q, want %q", shown, want)
	}
}
