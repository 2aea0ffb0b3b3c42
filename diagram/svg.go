package diagram

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// SVG draws D2 text. It must be called within this module's folder, wants the
// go command, and takes some seconds; the first time, go compiles D2 for about
// a minute.
func SVG(ctx context.Context, text string) ([]byte, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOMOD: %w", err)
	}
	var out, problem bytes.Buffer
	draw := exec.CommandContext(ctx, "go", "run", ".")
	draw.Dir = filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), "diagram", "d2svg")
	draw.Stdin, draw.Stdout, draw.Stderr = strings.NewReader(text), &out, &problem
	if err := draw.Run(); err != nil {
		return nil, fmt.Errorf("go run %s: %w: %s", draw.Dir, err, problem.String())
	}
	return out.Bytes(), nil
}

// Source returns the D2 text that a picture was drawn from.
func Source(svg []byte) (string, error) {
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return "", errors.New("the picture has no metadata: draw it anew")
		}
		if err != nil {
			return "", err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "metadata" {
			var text string
			err := decoder.DecodeElement(&text, &start)
			return text, err
		}
	}
}
