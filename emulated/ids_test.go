package emulated

import (
	"fmt"
	"regexp"
	"strings"

	"twinsite/assembly"
)

// readIDs asks CloudFormation for the physical ids of all resources.
func (d *deployment) readIDs() {
	d.t.Helper()
	d.ids = map[string]string{}
	for _, stack := range d.assembly.Stacks() {
		answer := d.account.ask(stack.Region, "cloudformation", "describe_stack_resources", map[string]any{"StackName": stack.Name})
		for _, entry := range list(answer["StackResources"]) {
			d.ids[stack.ID+"."+text(entry["LogicalResourceId"])] = text(entry["PhysicalResourceId"])
		}
		for _, r := range stack.Resources() {
			if d.ids[r.String()] == "" {
				d.t.Errorf("%s was not created", r)
			}
		}
	}
}

// placeholder is how package assembly writes what only exists at deployment.
var placeholder = regexp.MustCompile(`\$\{(\w+)\.(\w+)(?:\.(\w+))?\}`)

// actual replaces the placeholders in a value of the templates by what the
// account says.
func (d *deployment) actual(value any) any {
	d.t.Helper()
	switch value := value.(type) {
	case map[string]any:
		replaced := map[string]any{}
		for key, member := range value {
			replaced[key] = d.actual(member)
		}
		return replaced
	case []any:
		replaced := make([]any, len(value))
		for i, element := range value {
			replaced[i] = d.actual(element)
		}
		return replaced
	case string:
		value = strings.ReplaceAll(value, "${AWS::AccountId}", accountID)
		return placeholder.ReplaceAllStringFunc(value, func(match string) string {
			parts := placeholder.FindStringSubmatch(match)
			r, err := d.assembly.Find(parts[1], parts[2])
			if err != nil {
				d.t.Fatal(err)
			}
			return d.attribute(r, parts[3])
		})
	}
	return value
}

// attribute is what Fn::GetAtt of a deployed resource is, as the resource's own
// service says; without a name, what Ref is.
func (d *deployment) attribute(r *assembly.Resource, name string) string {
	d.t.Helper()
	id := d.ids[r.String()]
	switch r.Type + " " + name {
	case "AWS::CloudFront::Distribution DomainName":
		answer := d.account.ask(r.Stack.Region, "cloudfront", "get_distribution", map[string]any{"Id": id})
		return text(object(answer["Distribution"])["DomainName"])
	case "AWS::ElasticLoadBalancingV2::LoadBalancer DNSName", "AWS::ElasticLoadBalancingV2::LoadBalancer CanonicalHostedZoneID":
		answer := d.account.ask(r.Stack.Region, "elbv2", "describe_load_balancers", map[string]any{"LoadBalancerArns": []string{id}})
		key := map[string]string{"DNSName": "DNSName", "CanonicalHostedZoneID": "CanonicalHostedZoneId"}[name]
		return text(list(answer["LoadBalancers"])[0][key])
	case "AWS::Route53::HealthCheck HealthCheckId", r.Type + " ":
		return id
	}
	d.t.Fatalf("%s: nobody knows how to ask for the attribute %s of an %s: teach attribute in ids_test.go", r, name, r.Type)
	return ""
}

// object, list and text read what a service answered, or what a template says.

func object(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

func list(value any) []map[string]any {
	elements, _ := value.([]any)
	var objects []map[string]any
	for _, element := range elements {
		objects = append(objects, object(element))
	}
	return objects
}

// text is a value as text, a number or a boolean too: templates may quote them.
func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
