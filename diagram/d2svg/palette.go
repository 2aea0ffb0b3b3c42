package main

import "oss.terrastruct.com/d2/d2target"

// Colors are named by the slots of D2's themes, each of which has one color on
// a light page and one on a dark page. The colors are those of GitHub's pages.
// https://primer.style/product/primitives/color/
var (
	light = d2target.ThemeOverrides{
		N7:  color("#ffffff"), // the page, and the inside of things
		N1:  color("#1f2328"), // text
		N2:  color("#59636e"), // text on lines
		N4:  color("#8c959f"), // borders
		B1:  color("#0550ae"), // names of regions
		B2:  color("#54aeff"), // borders of regions
		B6:  color("#eef6ff"), // inside of regions
		B5:  color("#f6f8fa"), // inside of the global box
		AA2: color("#1a7f37"), // normal path
		AB4: color("#bc4c00"), // failover path
		AA4: color("#8250df"), // health checks
		AB5: color("#0969da"), // replication
	}
	dark = d2target.ThemeOverrides{
		N7:  color("#0d1117"),
		N1:  color("#f0f6fc"),
		N2:  color("#b1bac4"),
		N4:  color("#6e7681"),
		B1:  color("#79c0ff"),
		B2:  color("#1f6feb"),
		B6:  color("#0f1f38"),
		B5:  color("#161b22"),
		AA2: color("#3fb950"),
		AB4: color("#f0883e"),
		AA4: color("#bc8cff"),
		AB5: color("#58a6ff"),
	}
)

func color(hex string) *string { return &hex }

// A paint is the slots of what has a class.
type paint struct{ fill, stroke, text string }

var palette = map[string]paint{
	"visitors":         {"N7", "N4", "N1"},
	"global":           {"B5", "N4", "N1"},
	"zone":             {"B5", "N4", "N1"},
	"region":           {"B6", "B2", "B1"},
	"region-right":     {"B6", "B2", "B1"},
	"resource":         {"N7", "N4", "N1"},
	"servers":          {"N7", "N4", "N1"},
	"bucket":           {"N7", "N4", "N1"},
	"health-check":     {"N7", "AA4", "N1"},
	"replication-node": {"N7", "AB5", "N1"},
	"legend":           {"N7", "N7", "N1"},
	"legend-end":       {"N7", "N7", "N1"},
	"legend-line":      {"N7", "N7", "N1"},
	"legend-text":      {"N7", "N7", "N1"},

	"normal":      {"", "AA2", "N2"},
	"failover":    {"", "AB4", "N2"},
	"check":       {"", "AA4", "N2"},
	"replication": {"", "AB5", "N2"},
}
