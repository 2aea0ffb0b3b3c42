// Package resource is what is known of CloudFormation's resource types: which changed
// property replaces a resource, by AWS's own schemas, and how long a change takes, by
// guess.
package resource

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

// A schema is what is known of the resources of one type.
type schema struct {
	Stateful   bool             // whether they hold data
	Name       []string         // the properties that name the resource, if a template can set them all
	Properties map[string]Cause // of properties inside others, as "HealthCheckConfig.Type", those only that are not no
}

// A Cause says whether a changed property replaces its resource.
type Cause string

// What a Cause can be.
const (
	No    Cause = "no"
	Maybe Cause = "maybe"
	Yes   Cause = "yes"
)

var types = func() (all map[string]schema) {
	if err := json.Unmarshal(typesFile, &all); err != nil {
		panic("resource: types.json: " + err.Error())
	}
	return all
}()

// IsCustom reports whether a type is a custom resource: what a change does is up to
// its function, which is asked to update it.
func IsCustom(typ string) bool {
	return strings.HasPrefix(typ, "Custom::") || typ == "AWS::CloudFormation::CustomResource"
}

// Causes returns whether a change at these paths replaces a resource, and why: the
// properties that do, or that the schemas do not know.
func Causes(typ string, paths []string) (result Cause, why []string) {
	if IsCustom(typ) {
		return No, nil
	}
	known, ok := types[typ]
	if !ok {
		return Yes, []string{typ + " is not known: taken for a replacement"}
	}
	result = No
	for _, path := range paths {
		c, at := known.cause(path)
		if at == "" {
			c, at = Yes, path+" is not known: taken for a replacement"
		}
		if c == No || slices.Contains(why, at) {
			continue
		}
		why = append(why, at)
		if result != Yes {
			result = c
		}
	}
	return result, why
}

// cause returns what a change at a path does, and the property that says so: the
// path or one that contains it. No property says it of what the schemas lack.
func (t schema) cause(path string) (Cause, string) {
	keys := strings.Split(path, ".")
	c, ok := t.Properties[keys[0]]
	if !ok {
		return No, ""
	}
	at := keys[0]
	for i := 2; i <= len(keys) && c == No; i++ {
		inner := strings.Join(keys[:i], ".")
		if found, ok := t.Properties[inner]; ok {
			c, at = found, inner
		}
	}
	return c, at
}

// IsKnown reports whether the schemas have a type.
func IsKnown(typ string) bool {
	_, known := types[typ]
	return known
}

// IsStateful reports whether resources of a type hold data, as the schemas say.
func IsStateful(typ string) bool { return types[typ].Stateful }

// Name are the properties that name a resource of a type; none if a template cannot
// set them all.
func Name(typ string) []string { return types[typ].Name }
