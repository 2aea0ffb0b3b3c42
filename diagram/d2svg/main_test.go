package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"oss.terrastruct.com/d2/d2target"
	"oss.terrastruct.com/d2/lib/geo"
	"oss.terrastruct.com/d2/lib/label"
)

const architecture = "../../docs/architecture.svg"

// That the picture's text is what the templates say is tested in package
// diagram.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	var source struct {
		Metadata string `xml:"metadata"`
	}
	if err := xml.Unmarshal(want, &source); err != nil {
		t.Fatal(err)
	}
	picture, err := arrange(source.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	got, err := finish(picture, source.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what this program draws; make diagram", architecture)
	}
	if len(got) > 200_000 {
		t.Errorf("%s has %d bytes, want no more than 200,000", architecture, len(got))
	}
	isReadable(t, picture)

	// The tests can fail: something stands where a line is.
	for i := range picture.Shapes {
		if shape := &picture.Shapes[i]; shape.ID == "replication" {
			corner := picture.Connections[0].Route[0]
			shape.Pos = d2target.NewPoint(int(corner.X)-10, int(corner.Y)-10)
		}
	}
	if problems := overlaps(picture); !slices.ContainsFunc(problems, func(p string) bool { return strings.HasSuffix(p, " crosses replication") }) {
		t.Errorf("a thing on a line is not noticed: %q", problems)
	}
}

func TestArticle(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/article.d2")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := arrange(string(text))
	if err != nil {
		t.Fatal(err)
	}
	isReadable(t, picture)
}

func TestWithoutTitle(t *testing.T) {
	for _, text := range []string{"", "visitors"} {
		if _, err := finish(&d2target.Diagram{}, text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestWithoutColors(t *testing.T) {
	for _, classes := range [][]string{nil, {"nonsense"}, {"resource", "bucket"}} {
		thing := d2target.Shape{ID: "thing", Classes: classes}
		if err := dress(&d2target.Diagram{Shapes: []d2target.Shape{thing}}); err == nil {
			t.Errorf("a thing of the classes %q: no error", classes)
		}
		line := d2target.Connection{ID: "line", Classes: classes}
		if err := dress(&d2target.Diagram{Connections: []d2target.Connection{line}}); err == nil {
			t.Errorf("a line of the classes %q: no error", classes)
		}
	}
}

func isReadable(t *testing.T, picture *d2target.Diagram) {
	t.Helper()
	for _, problem := range overlaps(picture) {
		t.Error(problem)
	}
	// At 830 pixels, a README's width, text is no smaller than 11 pixels.
	topLeft, bottomRight := picture.BoundingBox()
	if width := bottomRight.X - topLeft.X; 18*830/width < 11 {
		t.Errorf("the picture is %d wide, too much for a README", width)
	}
}

// An area is a thing or a label.
type area struct {
	name string
	*geo.Box
}

// overlaps finds lines through things and labels, and labels over things and
// one another.
func overlaps(picture *d2target.Diagram) []string {
	things, labels := areas(picture)
	var problems []string
	for _, c := range picture.Connections {
		if strings.HasPrefix(c.ID, "legend.") {
			continue
		}
		for _, a := range slices.Concat(things, labels) {
			if a.name == c.Src || a.name == c.Dst || a.name == c.ID {
				continue
			}
			for i := range len(c.Route) - 1 {
				if crosses(a.Box, c.Route[i], c.Route[i+1]) {
					problems = append(problems, fmt.Sprintf("the line %s crosses %s", c.ID, a.name))
				}
			}
		}
	}
	for i, l := range labels {
		for _, a := range slices.Concat(things, labels[i+1:]) {
			if l.TopLeft.X < a.TopLeft.X+a.Width && a.TopLeft.X < l.TopLeft.X+l.Width &&
				l.TopLeft.Y < a.TopLeft.Y+a.Height && a.TopLeft.Y < l.TopLeft.Y+l.Height {
				problems = append(problems, fmt.Sprintf("the label of %s covers %s", l.name, a.name))
			}
		}
	}
	return problems
}

func areas(picture *d2target.Diagram) (things, labels []area) {
	for i := range picture.Shapes {
		shape := &picture.Shapes[i]
		box := geo.NewBox(geo.NewPoint(float64(shape.Pos.X), float64(shape.Pos.Y)), float64(shape.Width), float64(shape.Height))
		switch {
		case shape.ID == "legend" || strings.HasPrefix(shape.ID, "legend."):
		case isBox(shape):
			// Without what keeps it off the border.
			width, height := float64(shape.LabelWidth), float64(shape.LabelHeight)
			topLeft := label.FromString(shape.LabelPosition).GetPointOnBox(box, label.PADDING, width, height)
			labels = append(labels, area{"label of " + shape.ID, geo.NewBox(topLeft, width, height)})
		default:
			things = append(things, area{shape.ID, box})
		}
	}
	for i := range picture.Connections {
		if c := &picture.Connections[i]; c.Label != "" {
			labels = append(labels, area{c.ID, geo.NewBox(c.GetLabelTopLeft(), float64(c.LabelWidth), float64(c.LabelHeight))})
		}
	}
	return things, labels
}

// crosses tells whether a line, which is horizontal or vertical, runs through a
// box.
func crosses(box *geo.Box, from, to *geo.Point) bool {
	return math.Min(from.X, to.X) < box.TopLeft.X+box.Width && math.Max(from.X, to.X) > box.TopLeft.X &&
		math.Min(from.Y, to.Y) < box.TopLeft.Y+box.Height && math.Max(from.Y, to.Y) > box.TopLeft.Y
}
