package change

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/topology"
)

// closed reports whether none of a load balancer's security groups lets everybody in
// on a port, nor, for a request of CloudFront's, a prefix list. One whose groups are
// not of the assembly is open.
func (l *looker) closed(place string, port int, edge bool) bool {
	stack, id, _ := strings.Cut(place, ".")
	b, err := l.state.Find(stack, id)
	if err != nil {
		return false
	}
	groups, err := b.Targets("SecurityGroups")
	if err != nil || len(groups) == 0 {
		return false
	}
	for _, group := range groups {
		if group.Type != "AWS::EC2::SecurityGroup" || l.opens(group, port, edge) {
			return false
		}
	}
	return true
}

func (l *looker) opens(group *assembly.Resource, port int, edge bool) bool {
	rules, _ := group.Value("SecurityGroupIngress")
	list, _ := rules.([]any)
	for _, r := range l.state.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
		if to, err := r.Target("GroupId"); err != nil || to != group || l.ghosts[r.String()] {
			continue
		}
		rule, _ := r.Value("")
		list = append(list, rule)
	}
	return slices.ContainsFunc(list, func(rule any) bool {
		fields, _ := rule.(map[string]any)
		from, fromOK := fields["FromPort"].(float64)
		to, toOK := fields["ToPort"].(float64)
		if fields["IpProtocol"] != "-1" && (!fromOK || !toOK || float64(port) < from || float64(port) > to) {
			return false
		}
		_, byList := fields["SourcePrefixListId"]
		return fields["CidrIp"] == "0.0.0.0/0" || fields["CidrIpv6"] == "::/0" || edge && byList
	})
}

// pathsMarker stands before the paths that a server answers to health checks, in the
// script of its first boot.
const pathsMarker = "TWINSITE_HEALTH_PATHS='"

// healthPaths are the paths that servers which a group starts answer to health
// checks, as their script says; nil if it says none.
func (w *world) healthPaths(s *assembly.Stack, group map[string]any) []string {
	for place := range w.refers(s, group) {
		stack, id, _ := strings.Cut(place, ".")
		r, err := w.state.Find(stack, id)
		if err != nil || r.Type != "AWS::EC2::LaunchTemplate" {
			continue
		}
		if _, rest, found := strings.Cut(textWith(r.Template(), pathsMarker), pathsMarker); found {
			paths, _, _ := strings.Cut(rest, "'")
			return strings.Fields(paths)
		}
	}
	return nil
}

// textWith is a text in a node that has another in it, "" if none has.
func textWith(node any, part string) string {
	switch node := node.(type) {
	case string:
		if strings.Contains(node, part) {
			return node
		}
	case []any:
		for _, item := range node {
			if text := textWith(item, part); text != "" {
				return text
			}
		}
	case map[string]any:
		for _, item := range node {
			if text := textWith(item, part); text != "" {
				return text
			}
		}
	}
	return ""
}

// both are the paths that servers of either kind answer; nil if one is not known.
func both(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	common := []string{}
	for _, path := range a {
		if slices.Contains(b, path) {
			common = append(common, path)
		}
	}
	return common
}

// answersPath reports whether all servers that run behind a load balancer answer a
// path to health checks, or may, as nothing says what they answer.
func (l *looker) answersPath(place, path string) bool {
	stack, id, _ := strings.Cut(place, ".")
	b, err := l.state.Find(stack, id)
	if err != nil {
		return true
	}
	groups, err := topology.TargetGroups(l.state, b)
	if err != nil {
		return true
	}
	for _, group := range groups {
		for _, servers := range topology.AutoScalingGroups(l.state, group) {
			if paths := l.paths[servers.String()]; paths != nil && !slices.Contains(paths, path) {
				return false
			}
		}
	}
	return true
}

// starts reports whether a step has servers replaced by others.
func (s *Step) starts() bool {
	return s.Type == groupType && (s.Action == Create || s.Action == Replace || s.Action == Update && slices.ContainsFunc(s.Properties, isLaunch))
}

// asked finds servers that a target group asks for a path that they do not answer:
// the load balancer calls all of them unhealthy, and Auto Scaling replaces all of
// them at once. It looks at the state after the step.
func (r *run) asked(step *Step) {
	_, path, changes := step.healthPaths()
	if !changes {
		return
	}
	group, err := stackOf(r.world.state, step.Stack).Resource(step.instance)
	if err != nil {
		return
	}
	for _, servers := range topology.AutoScalingGroups(r.world.state, group) {
		if paths := r.world.paths[servers.String()]; slices.Contains(paths, path) {
			continue
		}
		r.add(Lost, step, "%s: the servers that run are asked for %s at once, which they do not answer: Auto Scaling replaces all of them", step.does(), path)
	}
}
