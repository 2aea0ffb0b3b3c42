package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
)

// sections of the dashboard, from top to bottom.
var sections = []string{
	"Who serves now", "At the edge", "Load balancers", "Web servers", "Replication of the static files", "Alarms",
}

// The colours of the two regions on the dashboard.
const (
	homeColor    = "#1f77b4"
	standbyColor = "#ff7f0e"
)

// keepsDashboard reads every widget.
func (w *walk) keepsDashboard() {
	dashboard, widgets := w.dashboard()
	inRegion(dashboard, "us-east-1")
	expect(dashboard, "DashboardName", w.site.Name)
	want := sections
	if !w.site.Notifications {
		want = sections[:len(sections)-1]
	}
	var got []string
	for _, g := range widgets {
		if title, isSection := strings.CutPrefix(g.Properties.Markdown, "## "); isSection {
			got = append(got, title)
		}
	}
	if !slices.Equal(got, want) {
		fail("%s has the sections %q, want %q", dashboard, got, want)
	}
	for i, g := range widgets {
		for _, other := range widgets[:i] {
			if g.X < other.X+other.Width && other.X < g.X+g.Width && g.Y < other.Y+other.Height && other.Y < g.Y+g.Height {
				fail("%s: %q and %q lie on one another", dashboard, other.Properties.Title, g.Properties.Title)
			}
		}
		w.keepsWidget(g)
	}
}

func (w *walk) keepsWidget(g widget) {
	if g.Type == "text" {
		return
	}
	title := g.Properties.Title
	if title == "" {
		fail("a widget at %d, %d has no title", g.X, g.Y)
	}
	if g.Type != "metric" {
		return
	}
	for _, d := range g.metrics() {
		w.keepsMetric(fmt.Sprintf("the widget %q", title), d.metric)
		if d.label == "" {
			fail("%q: %s has no label", title, d)
		}
		w.keepsColor(title, d)
	}
	if g.Properties.YAxis.Left.Label == "" && g.Properties.Title != "1: home serves, 0: the standby serves" {
		fail("%q has no unit", title)
	}
}

// keepsColor demands that what is about one region, and neither an error nor a
// limit, is in its colour.
func (w *walk) keepsColor(title string, d drawn) {
	errors, limits := []string{"#d62728", "#9467bd"}, []string{"#7f7f7f", "#c7c7c7"}
	switch {
	case slices.Contains(limits, d.color) && (d.name == "GroupMinSize" || d.name == "GroupMaxSize"),
		slices.Contains(errors, d.color) && regexp.MustCompile(`(?i)[45]xx`).MatchString(d.name):
		return
	}
	want := homeColor
	for _, dimension := range []string{"LoadBalancer", "AutoScalingGroupName", "SourceBucket", "DistributionId", "HealthCheckId"} {
		if r := w.placeholder(d.dimensions[dimension], dimensionResources[dimension].attribute); r != nil && w.atStandby(r) {
			want = standbyColor
		}
	}
	if d.color != want {
		fail("%q: %s is drawn in %s, want %s", title, d, d.color, want)
	}
}

// atStandby reports whether a resource is the standby's, or asks it.
func (w *walk) atStandby(r *assembly.Resource) bool {
	return r.Stack == w.standbyBalancer().Stack || r == w.standbyCheck()
}

// A widget is one of a dashboard's.
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

// A drawn is a metric in a widget, and how it looks.
type drawn struct {
	metric
	label, color string
}

// metrics are the metrics of a widget.
func (g widget) metrics() []drawn {
	var all []drawn
	for _, entry := range g.Properties.Metrics {
		texts, options := entry[:len(entry)-1], entry[len(entry)-1].(map[string]any)
		option := func(name, otherwise string) string {
			if value, ok := options[name].(string); ok {
				return value
			}
			return otherwise
		}
		d := drawn{metric: metric{
			namespace: texts[0].(string), name: texts[1].(string),
			statistic: option("stat", "Average"), region: option("region", g.Properties.Region),
			dimensions: map[string]string{},
		}, label: option("label", ""), color: option("color", "")}
		for i := 2; i+1 < len(texts); i += 2 {
			d.dimensions[texts[i].(string)] = texts[i+1].(string)
		}
		all = append(all, d)
	}
	return all
}

// dashboard is the site's dashboard and its widgets.
func (w *walk) dashboard() (*assembly.Resource, []widget) {
	dashboard := only("dashboards", w.Resources("AWS::CloudWatch::Dashboard")...)
	var body struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(must(dashboard.Text("DashboardBody"))), &body); err != nil {
		fail("%s: %v", dashboard, err)
	}
	return dashboard, body.Widgets
}

// redraw rewrites the text of the dashboard's body.
func (w *walk) redraw(from, to string) {
	dashboard, _ := w.dashboard()
	body := must(dashboard.Text("DashboardBody"))
	if !strings.Contains(body, from) {
		fail("%s has no %q", dashboard, from)
	}
	// Placeholders stay as text: they are read as references all the same.
	dashboard.Set("DashboardBody", strings.Replace(body, from, to, 1))
}
