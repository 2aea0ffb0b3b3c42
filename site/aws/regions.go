// Package aws is what Twinsite must know of AWS without asking it: regions, the rules
// of the groups that AWS WAF keeps up to date, and what Auto Scaling takes for cron.
// AWS documents all three.
package aws

import (
	"maps"
	"slices"
)

// A Region is what Twinsite must know of an AWS region.
type Region struct {
	// PrefixList is the id of the managed prefix list
	// com.amazonaws.global.cloudfront.origin-facing. AWS documents the name, not
	// the ids; these stand alike in several public repositories. Empty: unknown.
	PrefixList string

	// OptIn says that an account must opt into the region before it may use it.
	// CloudFront's logs cannot go there.
	OptIn bool
}

// Regions are the regions of the standard partition "aws" by name. Those that an
// account must opt into are among them.
//
// Source of the names, and of which must be opted into:
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
func Regions() map[string]Region {
	return map[string]Region{
		"af-south-1":     {PrefixList: "pl-c0aa4fa9", OptIn: true},
		"ap-east-1":      {PrefixList: "pl-14b2577d", OptIn: true},
		"ap-east-2":      {OptIn: true},
		"ap-northeast-1": {PrefixList: "pl-58a04531"},
		"ap-northeast-2": {PrefixList: "pl-22a6434b"},
		"ap-northeast-3": {PrefixList: "pl-31a14458"},
		"ap-south-1":     {PrefixList: "pl-9aa247f3"},
		"ap-south-2":     {OptIn: true},
		"ap-southeast-1": {PrefixList: "pl-31a34658"},
		"ap-southeast-2": {PrefixList: "pl-b8a742d1"},
		"ap-southeast-3": {OptIn: true},
		"ap-southeast-4": {OptIn: true},
		"ap-southeast-5": {OptIn: true},
		"ap-southeast-6": {OptIn: true},
		"ap-southeast-7": {OptIn: true},
		"ca-central-1":   {PrefixList: "pl-38a64351"},
		"ca-west-1":      {OptIn: true},
		"eu-central-1":   {PrefixList: "pl-a3a144ca"},
		"eu-central-2":   {OptIn: true},
		"eu-north-1":     {PrefixList: "pl-fab65393"},
		"eu-south-1":     {PrefixList: "pl-1bbc5972", OptIn: true},
		"eu-south-2":     {OptIn: true},
		"eu-west-1":      {PrefixList: "pl-4fa04526"},
		"eu-west-2":      {PrefixList: "pl-93a247fa"},
		"eu-west-3":      {PrefixList: "pl-75b1541c"},
		"il-central-1":   {OptIn: true},
		"me-central-1":   {OptIn: true},
		"me-south-1":     {OptIn: true},
		"mx-central-1":   {OptIn: true},
		"sa-east-1":      {PrefixList: "pl-5da64334"},
		"us-east-1":      {PrefixList: "pl-3b927c52"},
		"us-east-2":      {PrefixList: "pl-b6a144df"},
		"us-west-1":      {PrefixList: "pl-4ea04527"},
		"us-west-2":      {PrefixList: "pl-82a045eb"},
	}
}

// RegionNames returns the names of all regions, sorted.
func RegionNames() []string {
	return slices.Sorted(maps.Keys(Regions()))
}
