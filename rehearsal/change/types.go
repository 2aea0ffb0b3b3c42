package change

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
)

// typesFile is what tools/resource-types.mjs makes of AWS's own resource schemas.
//
//go:embed types.json
var typesFile []byte

// A resourceType is what is known of the resources of one type.
type resourceType struct {
	Name       []string         // the properties that name the resource, if a template can set them all
	Properties map[string]cause // of properties inside others, as "HealthCheckConfig.Type", those only that are not no
}

// A cause says whether a changed property replaces its resource.
type cause string

const (
	no    cause = "no"
	maybe cause = "maybe"
	yes   cause = "yes"
)

var types = func() (all map[string]resourceType) {
	if err := json.Unmarshal(typesFile, &all); err != nil {
		panic("change: types.json: " + err.Error())
	}
	return all
}()

// isCustom reports whether a type is a custom resource: what a change does is up to
// its function, which is asked to update it.
func isCustom(typ string) bool {
	return strings.HasPrefix(typ, "Custom::") || typ == "AWS::CloudFormation::CustomResource"
}

// causes returns whether a change at these paths replaces a resource, and why: the
// properties that do, or that the schemas do not know.
func causes(typ string, paths []string) (result cause, why []string) {
	if isCustom(typ) {
		return no, nil
	}
	known, ok := types[typ]
	if !ok {
		return yes, []string{typ + " is not known: taken for a replacement"}
	}
	result = no
	for _, path := range paths {
		c, at := known.cause(path)
		if at == "" {
			c, at = yes, path+" is not known: taken for a replacement"
		}
		if c == no || slices.Contains(why, at) {
			continue
		}
		why = append(why, at)
		if result != yes {
			result = c
		}
	}
	return result, why
}

// cause returns what a change at a path does, and the property that says so: the
// path or one that contains it. No property says it of what the schemas lack.
func (t resourceType) cause(path string) (cause, string) {
	keys := strings.Split(path, ".")
	c, ok := t.Properties[keys[0]]
	if !ok {
		return no, ""
	}
	at := keys[0]
	for i := 2; i <= len(keys) && c == no; i++ {
		inner := strings.Join(keys[:i], ".")
		if found, ok := t.Properties[inner]; ok {
			c, at = found, inner
		}
	}
	return c, at
}
