package security

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// rolePromises are about who may act in the site's name, and how.
func rolePromises() []read.Promise {
	return []read.Promise{{
		Name:  "a role is assumed by who uses it, and by nobody else",
		Check: checkTrust,
	}, {
		Name:  "a role may do its job, and nothing else",
		Check: checkJobs,
	}, {
		Name:  "policies are written in IAM's current language",
		Check: checkPolicyVersions,
	}}
}

// services are who assumes a role, by the type of resource that names the role and the property it names it in.
var services = map[[2]string]string{
	{"AWS::EC2::FlowLog", "DeliverLogsPermissionArn"}: "vpc-flow-logs.amazonaws.com",
	{"AWS::Events::Rule", "Targets"}:                  "events.amazonaws.com",
	{"AWS::FIS::ExperimentTemplate", "RoleArn"}:       "fis.amazonaws.com",
	{"AWS::IAM::InstanceProfile", "Roles"}:            "ec2.amazonaws.com",
	{"AWS::Lambda::Function", "Role"}:                 "lambda.amazonaws.com",
	{"AWS::S3::Bucket", "ReplicationConfiguration"}:   "s3.amazonaws.com",
	{"AWS::StepFunctions::StateMachine", "RoleArn"}:   "states.amazonaws.com",
	{topology.CustomReplicationType, "Create"}:        "s3.amazonaws.com",
	{topology.CustomReplicationType, "Update"}:        "s3.amazonaws.com",
}

// grants are the types of resources that name roles to allow them something.
var grants = []string{"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::KMS::Key", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"}

// checkTrust demands of each role that the services of the resources that use it may assume it, and nobody else. Roles of
// which a resource of another type makes use are left to who made them.
func checkTrust(in *read.Reader) {
	for _, role := range in.Resources("AWS::IAM::Role") {
		want, known := assumedBy(in, role)
		if !known || len(want) == 0 {
			continue
		}
		const path = "AssumeRolePolicyDocument.Statement"
		var got []string
		for i, statement := range read.Objects(role, path) {
			at := fmt.Sprintf("%s.%d.", path, i)
			read.Expect(role, at+"Effect", "Allow")
			read.Expect(role, at+"Action", "sts:AssumeRole")
			principal := read.As[map[string]any](role, at+"Principal", statement["Principal"], "a service")
			if len(principal) != 1 || principal["Service"] == nil {
				read.Fail(role, at+"Principal", "is %v, want a service", principal)
			}
			for _, service := range read.AsList(principal["Service"]) {
				got = append(got, fmt.Sprint(service))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			read.Fail(role, path, "lets %v assume it, want %v", got, want)
		}
	}
}

// assumedBy are the services that use a role. Known is false if a resource of another type uses it too.
func assumedBy(in *read.Reader, role *assembly.Resource) (all []string, known bool) {
	found := map[string]bool{}
	for _, reference := range in.ReferencesTo(role) {
		property, _, _ := strings.Cut(reference.Path, ".")
		service, ok := services[[2]string{reference.From.Type, property}]
		switch {
		case ok:
			found[service] = true
		case !slices.Contains(grants, reference.From.Type):
			return nil, false
		}
	}
	return slices.Sorted(maps.Keys(found)), true
}

// A job is what a role is for: how the resources that use it are found, and what it needs to do for one of them, each as
// "s3:ListBucket on ${Primary.Bucket.Arn}". What state machines, event rules and experiments need is promised where their
// work is: see failback and practice.
type job struct {
	userType, role string // type of the resources, and the property that names the role
	needs          func(in *read.Reader, user *assembly.Resource) []string
}

var jobs = []job{
	{"AWS::EC2::FlowLog", "DeliverLogsPermissionArn", needsOfFlowLog},
	{"AWS::IAM::InstanceProfile", "Roles.0", needsOfServers},
	{"AWS::Lambda::Function", "Role", needsOfFunction},
	{"AWS::S3::Bucket", "ReplicationConfiguration.Role", needsOfReplication},
	{topology.CustomReplicationType, "Create", needsOfReplication},
}

// checkJobs demands of each role with a job that it may do just that.
func checkJobs(in *read.Reader) {
	for _, j := range jobs {
		for _, user := range in.Resources(j.userType) {
			if !user.Has(j.role) {
				continue
			}
			want := j.needs(in, user)
			if want == nil {
				continue
			}
			role := read.Only("roles of "+user.String(), slices.DeleteFunc(read.Targets(user, j.role), func(r *assembly.Resource) bool {
				return r.Type != "AWS::IAM::Role"
			})...)
			compareGrants(role, want, granted(role))
		}
	}
}

func compareGrants(r *assembly.Resource, want, got []string) {
	for _, grant := range want {
		if !slices.Contains(got, grant) {
			read.Fail(r, "", "lacks %s", grant)
		}
	}
	for _, grant := range got {
		if !slices.Contains(want, grant) {
			read.Fail(r, "", "grants %s, which nobody needs", grant)
		}
	}
}

// granted is all that a role may do by policies of its own.
func granted(role *assembly.Resource) []string {
	var all []string
	for _, policy := range role.Stack.Resources("AWS::IAM::Policy") {
		if slices.Contains(read.Targets(policy, "Roles"), role) {
			all = append(all, grantsIn(policy, "PolicyDocument")...)
		}
	}
	if role.Has("Policies") {
		for i := range read.Length(role, "Policies") {
			all = append(all, grantsIn(role, fmt.Sprintf("Policies.%d.PolicyDocument", i))...)
		}
	}
	return all
}

// grantsIn are what a policy says, action by action and resource by resource: "s3:ListBucket on arn:aws:s3:::bucket". What
// else a statement has stands at the end of its grants, and a denial begins with "Deny".
func grantsIn(r *assembly.Resource, path string) []string {
	var all []string
	for _, statement := range policyStatements(r, path) {
		before, behind := "", ""
		if statement["Effect"] != "Allow" {
			before = fmt.Sprint(statement["Effect"], " ")
		}
		for _, key := range read.Sorted(statement) {
			if !slices.Contains([]string{"Effect", "Action", "Resource", "Sid"}, key) {
				behind += fmt.Sprintf(", %s %v", key, statement[key])
			}
		}
		for _, on := range read.AsList(statement["Resource"]) {
			for _, action := range read.AsList(statement["Action"]) {
				all = append(all, fmt.Sprintf("%s%v on %v%s", before, action, on, behind))
			}
		}
	}
	return all
}

// each are several actions on one resource.
func each(on string, actions ...string) []string {
	var all []string
	for _, action := range actions {
		all = append(all, action+" on "+on)
	}
	return all
}

// checkPolicyVersions demands the version of IAM's language that knows variables: in the one before, which a policy
// without a version is of, they are mere text.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
func checkPolicyVersions(in *read.Reader) {
	for _, r := range in.Resources() {
		for _, path := range policyPaths(r) {
			read.Expect(r, path+".Version", "2012-10-17")
		}
	}
}
