package resource

import (
	"maps"
	"reflect"
	"slices"
)

// Differences returns the paths at which two values differ, without the indices of
// lists, sorted.
func Differences(a, b any) []string {
	found := map[string]bool{}
	differ(found, "", a, b)
	return slices.Sorted(maps.Keys(found))
}

func differ(found map[string]bool, path string, a, b any) {
	if reflect.DeepEqual(a, b) {
		return
	}
	below := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	oldObject, isObject := a.(map[string]any)
	newObject, both := b.(map[string]any)
	if (isObject || a == nil) && (both || b == nil) {
		keys := maps.Clone(oldObject)
		if keys == nil {
			keys = map[string]any{}
		}
		maps.Copy(keys, newObject)
		for key := range keys {
			differ(found, below(key), oldObject[key], newObject[key])
		}
		return
	}
	oldList, isList := a.([]any)
	newList, both := b.([]any)
	if isList && both && len(oldList) == len(newList) {
		for i := range oldList {
			differ(found, path, oldList[i], newList[i])
		}
		return
	}
	found[path] = true
}
