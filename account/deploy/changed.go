package deploy

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"twinsite/site"
)

// WriteChanged writes a site's file with some fields changed, each as YAML by its
// path, beside the file, as other files are named relative to it. The caller removes
// what it wrote. It is an error if the site is then none.
func WriteChanged(file string, fields map[string]string) (changed string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var content map[string]any
	if err := yaml.Unmarshal(data, &content); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		var value any
		if err := yaml.Unmarshal([]byte(fields[path]), &value); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		put(content, strings.Split(path, "."), value)
	}
	if data, err = yaml.Marshal(content); err != nil {
		return "", err
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".first-of-two-*.yaml")
	if err != nil {
		return "", err
	}
	_, err = out.Write(data)
	if errClose := out.Close(); err == nil {
		err = errClose
	}
	if err == nil {
		_, err = site.Load(out.Name())
	}
	if err != nil {
		return "", fmt.Errorf("the first of two deployments cannot be made: %w", errors.Join(err, os.Remove(out.Name())))
	}
	return out.Name(), nil
}

// put sets a value at a path of maps, which it makes if they are missing.
func put(content map[string]any, path []string, value any) {
	if len(path) == 1 {
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
