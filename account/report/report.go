// Package report is how a command that asks an account answers: one item a line,
// green, warning or red, with what to do about it.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A Colour is the verdict on an item.
type Colour string

// What a Colour can be.
const (
	Green   Colour = "green"
	Warning Colour = "warning" // to be read; also what could not be asked
	Red     Colour = "red"     // has to be mended
)

// A Finding is what was found out about an item.
type Finding struct {
	Colour Colour `json:"colour"`

	// Said is one line without a full stop, as "us-east-1a does not exist in this account".
	Said string `json:"said"`

	// Remedy is one line that says what to do. Empty where nothing is to be done.
	Remedy string `json:"remedy,omitempty"`

	// Fact is what the words say, for programs that decide by it: a comparable value of
	// whoever asked. Default: nil, nobody decides.
	Fact any `json:"-"`
}

// Good is a green finding, formatted as fmt.Sprintf does.
func Good(format string, values ...any) Finding {
	return Finding{Colour: Green, Said: fmt.Sprintf(format, values...)}
}

// An Item is a line of a report.
type Item struct {
	// Name is what was asked, as "zones of us-east-1".
	Name string `json:"item"`

	Finding
}

// A Report is what a command says of a site and an account.
type Report struct {
	// Site is the site's name, as "ticketing".
	Site string `json:"site"`

	// Account is the account's number, as "123456789012".
	Account string `json:"account"`

	// Items are in the order in which they were asked for.
	Items []Item `json:"items"`
}

// Count is how many items have a colour.
func (r *Report) Count(colour Colour) (n int) {
	for _, item := range r.Items {
		if item.Colour == colour {
			n++
		}
	}
	return n
}

// WriteText writes the report for people: a line an item, its remedy below it, and
// the sum.
func (r *Report) WriteText(w io.Writer) error {
	var text strings.Builder
	for _, item := range r.Items {
		fmt.Fprintf(&text, "%-8s %s: %s\n", item.Colour, oneLine(item.Name), oneLine(item.Said))
		if item.Remedy != "" {
			fmt.Fprintf(&text, "%-8s to do: %s\n", "", oneLine(item.Remedy))
		}
	}
	fmt.Fprintf(&text, "%d green, %d warning, %d red\n", r.Count(Green), r.Count(Warning), r.Count(Red))
	_, err := io.WriteString(w, text.String())
	return err
}

// WriteJSON writes the report for programs: one object, as the fields' tags say.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// oneLine keeps what AWS or DNS has said on its line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
