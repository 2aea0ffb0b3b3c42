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

	// optIn says that an account must opt into the region before it may use it.
	// CloudFront's logs cannot go there.
	optIn bool
}

// regions are the regions of the standard partition "aws" by name. Those that an
// account must opt into are among them.
//
// Source of the names, and of which must be opted into:
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
func regions() map[string]region {
	return map[string]region{
		"af-south-1":     {prefixList: "pl-c0aa4fa9", optIn: true},
		"ap-east-1":      {prefixList: "pl-14b2577d", optIn: true},
		"ap-east-2":      {optIn: true},
		"ap-northeast-1": {prefixList: "pl-58a04531"},
		"ap-northeast-2": {prefixList: "pl-22a6434b"},
		"ap-northeast-3": {prefixList: "pl-31a14458"},
		"ap-south-1":     {prefixList: "pl-9aa247f3"},
		"ap-south-2":     {optIn: true},
		"ap-southeast-1": {prefixList: "pl-31a34658"},
		"ap-southeast-2": {prefixList: "pl-b8a742d1"},
		"ap-southeast-3": {optIn: true},
		"ap-southeast-4": {optIn: true},
		"ap-southeast-5": {optIn: true},
		"ap-southeast-6": {optIn: true},
		"ap-southeast-7": {optIn: true},
		"ca-central-1":   {prefixList: "pl-38a64351"},
		"ca-west-1":      {optIn: true},
		"eu-central-1":   {prefixList: "pl-a3a144ca"},
		"eu-central-2":   {optIn: true},
		"eu-north-1":     {prefixList: "pl-fab65393"},
		"eu-south-1":     {prefixList: "pl-1bbc5972", optIn: true},
		"eu-south-2":     {optIn: true},
		"eu-west-1":      {prefixList: "pl-4fa04526"},
		"eu-west-2":      {prefixList: "pl-93a247fa"},
		"eu-west-3":      {prefixList: "pl-75b1541c"},
		"il-central-1":   {optIn: true},
		"me-central-1":   {optIn: true},
		"me-south-1":     {optIn: true},
		"mx-central-1":   {optIn: true},
		"sa-east-1":      {prefixList: "pl-5da64334"},
		"us-east-1":      {prefixList: "pl-3b927c52"},
		"us-east-2":      {prefixList: "pl-b6a144df"},
		"us-west-1":      {prefixList: "pl-4ea04527"},
		"us-west-2":      {prefixList: "pl-82a045eb"},
	}
}

// regionNames returns the names of all regions, sorted.
func regionNames() []string {
	return slices.Sorted(maps.Keys(regions()))
}
