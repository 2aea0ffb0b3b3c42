// Package edit changes fields of a site's file.
package edit

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"twinsite/internal/flow"
)

// LeftOut is the value of a field that is taken out of the file.
const LeftOut = "null"

// File returns the content of a site's file with some fields changed, each as YAML by
// its path, as "web.cpu.target". Comments are lost. Whether it is a site still is for
// [twinsite/site.Load] to say.
func File(file string, fields map[string]string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content map[string]any
	if err := flow.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		var value any
		if err := flow.Unmarshal([]byte(fields[path]), &value); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		put(content, strings.Split(path, "."), value)
	}
	return yaml.Marshal(content)
}

// put sets a value at a path of maps, which it makes if they are missing; nil takes
// the field out.
func put(content map[string]any, path []string, value any) {
	switch {
	case len(path) == 1 && value == nil:
		delete(content, path[0])
		return
	case len(path) == 1:
		content[path[0]] = value
		return
	}
	below, ok := content[path[0]].(map[string]any)
	if !ok {
		below = map[string]any{}
		content[path[0]] = below
	}
	put(below, path[1:], value)
}
