package deploy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"twinsite/site"
	"twinsite/site/edit"
)

// WriteChanged writes a site's file with some fields changed, each as YAML by its
// path, beside the file, as other files are named relative to it. The caller removes
// what it wrote. It is an error if the site is then none.
func WriteChanged(file string, fields map[string]string) (changed string, err error) {
	data, err := edit.File(file, fields)
	if err != nil {
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
