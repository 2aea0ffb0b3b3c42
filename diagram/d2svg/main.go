// D2svg draws D2 text, from standard input to standard output, in the style of
// style.d2 and palette.go. The first line of the text is a comment with the
// picture's title. It is package diagram's other half, apart from it for the
// reasons given there.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2elklayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/d2target"
	"oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"
)

//go:embed style.d2
var style string

func main() {
	if err := draw(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func draw(r io.Reader, w io.Writer) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	svg, err := render(string(text))
	if err != nil {
		return err
	}
	_, err = w.Write(svg)
	return err
}

// render draws D2 text. The same text gives the same bytes.
func render(text string) ([]byte, error) {
	picture, err := arrange(text)
	if err != nil {
		return nil, err
	}
	return finish(picture, text)
}

// look is how pictures are drawn, light and dark in one.
func look() *d2svg.RenderOpts {
	return &d2svg.RenderOpts{
		Pad:         pointer[int64](16),
		Scale:       pointer(1.0), // gives the picture a size of its own
		ThemeID:     pointer[int64](0),
		DarkThemeID: pointer[int64](200), // for pages that are dark

		ThemeOverrides:     &light,
		DarkThemeOverrides: &dark,
	}
}

// arrange gives everything in the text its place and its colors.
func arrange(text string) (*d2target.Diagram, error) {
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return nil, err
	}
	ctx := log.With(context.Background(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	picture, _, err := d2lib.Compile(ctx, style+text, &d2lib.CompileOptions{
		Ruler:          ruler,
		Layout:         pointer("elk"),
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) { return layout, nil },
	}, look())
	if err != nil {
		return nil, err
	}
	return picture, dress(picture)
}

// layout is ELK's, which runs as JavaScript within this process. Unlike dagre's,
// D2's default, it leads lines around things, and boxes keep their labels.
func layout(ctx context.Context, g *d2graph.Graph) error {
	options := d2elklayout.DefaultOpts
	options.NodeSpacing = 25
	// Less than 40, and D2 straightens lines right through the things that they
	// were led around: it calls everything nearer than that a collision already.
	options.EdgeNodeSpacing = 40
	options.Padding = "[top=36,left=20,bottom=38,right=20]"
	return d2elklayout.Layout(ctx, g, &options)
}

// dress gives everything the colors of its class. D2's own text knows only colors
// that are the same on light and dark pages.
func dress(picture *d2target.Diagram) error {
	for i := range picture.Shapes {
		shape := &picture.Shapes[i]
		p, err := paintOf(shape.ID, shape.Classes)
		if err != nil {
			return err
		}
		shape.Fill, shape.Stroke, shape.Color = p.fill, p.stroke, p.text
		if isBox(shape) { // or the label touches the border
			shape.LabelWidth += 16
			shape.LabelHeight += 6
		}
	}
	for i := range picture.Connections {
		connection := &picture.Connections[i]
		p, err := paintOf(connection.ID, connection.Classes)
		if err != nil {
			return err
		}
		connection.Stroke, connection.Color = p.stroke, p.text
	}
	return nil
}

func paintOf(id string, classes []string) (paint, error) {
	if len(classes) == 1 {
		if p, ok := palette[classes[0]]; ok {
			return p, nil
		}
	}
	return paint{}, fmt.Errorf("%s has the classes %q, want one that has colors", id, classes)
}

func isBox(shape *d2target.Shape) bool {
	return slices.Contains([]string{"global", "zone", "region", "region-right"}, shape.Classes[0])
}

// finish writes the picture with its title and its text in it: the one for those
// who cannot see it, the other for package diagram's tests.
func finish(picture *d2target.Diagram, text string) ([]byte, error) {
	first, _, _ := strings.Cut(text, "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok {
		return nil, errors.New("the first line is no comment with the picture's title")
	}
	svg, err := d2svg.Render(picture, look())
	if err != nil {
		return nil, err
	}
	start := bytes.Index(svg, []byte("<svg"))
	if start < 0 {
		return nil, errors.New("D2 wrote no <svg>")
	}
	end := start + bytes.IndexByte(svg[start:], '>')
	var out bytes.Buffer
	out.Write(svg[:end])
	out.WriteString(` role="img"><title>`)
	if err := xml.EscapeText(&out, []byte(title)); err != nil {
		return nil, err
	}
	out.WriteString("</title><metadata>")
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		return nil, err
	}
	out.WriteString("</metadata")
	out.Write(svg[end:])
	return out.Bytes(), nil
}

func pointer[T any](v T) *T { return &v }
