package site

import (
	"maps"
	"slices"
)

// region is what Twinsite must know of an AWS region without asking AWS.
type region struct {
	// prefixList is the id of the managed prefix list
	// com.amazonaws.global.cloudfront.origin-facing. AWS documents the name, not
	// the ids; these stand alike in several public repositories. Empty: unknown.
	prefixList string
}

// regions are the regions of the standard partition "aws" by name. Those that an
// account must opt into are among them.
//
// Source of the names:
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
func regions() map[string]region {
	return map[string]region{
		"af-south-1":     {"pl-c0aa4fa9"},
		"ap-east-1":      {"pl-14b2577d"},
		"ap-east-2":      {},
		"ap-northeast-1": {"pl-58a04531"},
		"ap-northeast-2": {"pl-22a6434b"},
		"ap-northeast-3": {"pl-31a14458"},
		"ap-south-1":     {"pl-9aa247f3"},
		"ap-south-2":     {},
		"ap-southeast-1": {"pl-31a34658"},
		"ap-southeast-2": {"pl-b8a742d1"},
		"ap-southeast-3": {},
		"ap-southeast-4": {},
		"ap-southeast-5": {},
		"ap-southeast-6": {},
		"ap-southeast-7": {},
		"ca-central-1":   {"pl-38a64351"},
		"ca-west-1":      {},
		"eu-central-1":   {"pl-a3a144ca"},
		"eu-central-2":   {},
		"eu-north-1":     {"pl-fab65393"},
		"eu-south-1":     {"pl-1bbc5972"},
		"eu-south-2":     {},
		"eu-west-1":      {"pl-4fa04526"},
		"eu-west-2":      {"pl-93a247fa"},
		"eu-west-3":      {"pl-75b1541c"},
		"il-central-1":   {},
		"me-central-1":   {},
		"me-south-1":     {},
		"mx-central-1":   {},
		"sa-east-1":      {"pl-5da64334"},
		"us-east-1":      {"pl-3b927c52"},
		"us-east-2":      {"pl-b6a144df"},
		"us-west-1":      {"pl-4ea04527"},
		"us-west-2":      {"pl-82a045eb"},
	}
}

// regionNames returns the names of all regions, sorted.
func regionNames() []string {
	return slices.Sorted(maps.Keys(regions()))
}
