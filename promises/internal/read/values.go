package read

import (
	"fmt"
	"maps"
	"slices"

	"twinsite/assembly"
)

// Union has the keys of both, with the values of b where both have one.
func Union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// Flatten writes every value below a path as text.
func Flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) == 0 && path != "" {
			into[path] = "{}" // an action of WAF has nothing in it
		}
		for key, child := range value {
			below := key
			if path != "" {
				below = path + "." + key
			}
			Flatten(into, below, child)
		}
	case []any:
		for i, child := range value {
			Flatten(into, fmt.Sprintf("%s.%d", path, i), child)
		}
	default:
		into[path] = fmt.Sprint(value)
	}
}

// AsList is a value that policies may write without its list.
func AsList(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// Statements are a policy's statements with an effect, as plain values.
func Statements(policy *assembly.Resource, effect string) []map[string]any {
	return slices.DeleteFunc(Objects(policy, "PolicyDocument.Statement"), func(s map[string]any) bool {
		return s["Effect"] != effect
	})
}
