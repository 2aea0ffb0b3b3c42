package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"time"

	"twinsite/rehearsal"
)

//go:embed page.html
var pageHTML string

// WriteHTML writes the report as one page that needs no other file.
func (r *Report) WriteHTML(w io.Writer) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"target": r.target, "summary": summary, "otherwise": otherwise, "judged": Judged, "dash": orDash, "cells": Cells, "unjudged": r.unjudged, "remarks": r.capacityRemarks, "seconds": func(d time.Duration) rehearsal.Seconds { return rehearsal.Seconds(d) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	data := struct {
		*Report
		Bound  rehearsal.Seconds
		Charts []chart
	}{r, rehearsal.DocumentedBound(r.Model, r.Parameters), nil}
	for _, play := range r.Plays {
		data.Charts = append(data.Charts, newChart(play))
	}
	return page.Execute(w, data)
}

// A chart is a play as the page draws it. x runs from 0 to 1000, y downwards.
type chart struct {
	*rehearsal.Play
	Height, Bottom int
	Outage         span
	Bands          []band
	Rows           []row
	Dots           []mark
	Ticks          []tick
	Lines          []tick
	Measured       []measured
}

type span struct{ X, Width float64 }

// A band shows a status over time.
type band struct {
	Label string
	Y     int
	Spans []status
}

type status struct {
	span
	Class, Title string
}

// A row shows one visitor's requests.
type row struct {
	Label string
	Y     int
	Marks []mark
}

type mark struct {
	X, Y         float64
	Class, Title string
}

type tick struct {
	X, Y  float64
	Label string
}

type measured struct {
	Quantity rehearsal.Quantity
	Value    rehearsal.Seconds
}

const rowHeight = 9

func newChart(p *rehearsal.Play) chart {
	c := chart{Play: p}
	x := func(at time.Duration) float64 { return 1000 * min(1, float64(at)/float64(p.Ended)) }
	c.Outage = span{x(p.Began), x(p.Healed) - x(p.Began)}
	y := 22
	for _, b := range []struct{ label, away, home string }{
		{"health", "PRIMARY unhealthy", "PRIMARY healthy"}, {"DNS", "DNS answers SECONDARY", "DNS answers PRIMARY"},
	} {
		c.Bands = append(c.Bands, band{b.label, y, spans(p, b.home, b.away, x)})
		y += 20
	}
	y += 14
	for _, write := range []bool{false, true} {
		for visitor := range p.Visitors {
			r := row{Y: y, Marks: marksOf(p, visitor, write, x, float64(y))}
			if visitor == 0 {
				r.Label = map[bool]string{false: "reads", true: "writes"}[write]
			}
			c.Rows = append(c.Rows, r)
			y += rowHeight
		}
		y += 14
	}
	y = c.latency(p, x, y)
	c.Bottom, c.Height = y+4, y+24
	step := 20 * time.Second
	for p.Ended/step > 20 { // labels have room for so many
		step += 20 * time.Second
	}
	for at := time.Duration(0); at < p.Ended; at += step {
		c.Ticks = append(c.Ticks, tick{x(at), float64(y + 18), fmt.Sprintf("%.0f s", at.Seconds())})
	}
	for _, quantity := range rehearsal.Quantities() {
		c.Measured = append(c.Measured, measured{quantity, quantity.Of(p.Sample)})
	}
	return c
}

// spans turns a play's events into a band that begins at home.
func spans(p *rehearsal.Play, home, away string, x func(time.Duration) float64) []status {
	var all []status
	from, color, label := time.Duration(0), "home", home
	add := func(to time.Duration) {
		all = append(all, status{span{x(from), max(0, x(to)-x(from))}, color, fmt.Sprintf("%s, %s to %s", label, rehearsal.Seconds(from), rehearsal.Seconds(to))})
	}
	for _, e := range p.Events {
		switch e.What {
		case home:
			add(e.At)
			from, color, label = e.At, "home", home
		case away:
			add(e.At)
			from, color, label = e.At, "standby", away
		}
	}
	add(p.Ended)
	return all
}

func class(q rehearsal.Request) string {
	switch {
	case !q.Good():
		return "lost"
	case q.By == "":
		return "edge"
	}
	return q.By
}

func title(q rehearsal.Request) string {
	what := "read"
	if q.Write {
		what = "write"
	}
	kept := ""
	if q.Kept {
		kept = " who keeps the connection"
	}
	return fmt.Sprintf("visitor %d%s, %s at %s: %d after %s, sent to %s, served by %s", q.Visitor+1, kept, what, rehearsal.Seconds(q.Sent), q.Status, rehearsal.Seconds(q.Took), q.To, class(q))
}

func marksOf(p *rehearsal.Play, visitor int, write bool, x func(time.Duration) float64, y float64) []mark {
	var marks []mark
	for _, q := range p.Requests {
		if q.Visitor == visitor && q.Write == write {
			marks = append(marks, mark{x(q.Sent), y, class(q), title(q)})
		}
	}
	return marks
}

// latency draws each request's time on a square-root scale, 0 to 30 s.
func (c *chart) latency(p *rehearsal.Play, x func(time.Duration) float64, y int) int {
	const height = 120
	scale := func(d time.Duration) float64 {
		part := min(1, d.Seconds()/30)
		return float64(y) + height*(1-math.Sqrt(part))
	}
	for _, line := range []time.Duration{0, time.Second, 4 * time.Second, 10 * time.Second, 30 * time.Second} {
		c.Lines = append(c.Lines, tick{0, scale(line), fmt.Sprintf("%.0f s", line.Seconds())})
	}
	for _, q := range p.Requests {
		c.Dots = append(c.Dots, mark{x(q.Sent), scale(q.Took), class(q), title(q)})
	}
	return y + height
}
