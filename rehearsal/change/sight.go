package change

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/topology"
)

// A sight is what visitors get of a state, while nothing is down.
type sight struct {
	// lost says why something is not answered, by what it is: "reads of ticketing.pw".
	// Empty: visitors get all that there is.
	lost map[string]string

	// unnamed are those reasons in lost that say that CloudFront asks for a name without a
	// record.
	unnamed map[string]bool

	// open says what a failover would find: by what it is, why it would not help.
	open map[string]string

	// hosts are the names that visitors use.
	hosts []string
}

// look reads a state as the rehearsal does, and asks it for a page. A name that
// something asks for and that has no record keeps the state from being read: it gets
// one that leads nowhere.
func look(w *world) (*sight, error) {
	state, nowhere := w.state, map[string]bool{}
	for {
		m, err := rehearsal.NewModel(state)
		var missing *assembly.NoRecordError
		if errors.As(err, &missing) && !nowhere[missing.Name] {
			nowhere[missing.Name] = true
			state = withRecord(state, missing.Name)
			continue
		}
		if err != nil {
			return nil, err
		}
		return newLooker(w, state, m, nowhere).look(), nil
	}
}

// withRecord returns a copy of the state in which a name leads to a load balancer.
func withRecord(state *assembly.Assembly, name string) *assembly.Assembly {
	state = state.Clone()
	for _, b := range state.Resources(topology.BalancerType) {
		b.Stack.Put("-record-"+name, map[string]any{"Type": "AWS::Route53::RecordSet", "Properties": map[string]any{
			"Name": name, "Type": "A", "AliasTarget": map[string]any{"DNSName": map[string]any{"Fn::GetAtt": []any{b.LogicalID, "DNSName"}}, "HostedZoneId": "Z"},
		}})
		break
	}
	return state
}

// A looker asks a state for pages.
type looker struct {
	*world
	state   *assembly.Assembly
	model   *rehearsal.Model
	nowhere map[string]bool // names that have no record
	noticed bool            // the health checks have seen the state
	unnamed bool            // what answered last is such a name
	sight   *sight
}

func newLooker(w *world, state *assembly.Assembly, m *rehearsal.Model, nowhere map[string]bool) *looker {
	return &looker{world: w, state: state, model: m, nowhere: nowhere, noticed: true, sight: &sight{
		lost: map[string]string{}, unnamed: map[string]bool{}, open: map[string]string{}, hosts: m.Hosts(),
	}}
}

// look asks for a page of each host, and notes what a failover would find.
func (l *looker) look() *sight {
	for _, host := range l.sight.hosts {
		l.host(host)
	}
	for _, name := range slices.Sorted(maps.Keys(l.nowhere)) {
		l.sight.open["no record of "+name] = name + " has no record"
	}
	if len(l.nowhere) == 0 { // else the model leads by names that lead nowhere
		for _, fault := range l.model.Faults {
			l.sight.open[fault.String()] = fault.Message
		}
		l.ways()
	}
	return l.sight
}

// health is what Route 53 knows: once it has noticed, or that all is well.
func (l *looker) health() rehearsal.Health {
	return rehearsal.Health{
		Endpoint: func(c *rehearsal.HealthCheck) bool { return c.Bucket == "" && (!l.noticed || l.answers(c)) },
		Target:   func(target string) bool { return !l.noticed || !l.ghosts[target] && l.served(target) == "" },
	}
}

// answers reports whether a health check's endpoint answers it well.
func (l *looker) answers(c *rehearsal.HealthCheck) bool {
	if l.ghosts[c.Target] || l.nowhere[l.asks(c)] {
		return false
	}
	to, err := l.model.CheckRoute(c)
	if err != nil || to.Refused != 0 {
		return false
	}
	if len(to.Origins) > 0 {
		status, _ := l.ask(to.Origins[0], to.Origins[0].Domain, nil)
		return status >= 200 && status < 400 && l.answersPath(to.Origins[0].Leads(nil).Resource, c.Path)
	}
	for _, b := range []*rehearsal.Balancer{l.model.Home, l.model.Standby} {
		if c.Target == b.Resource {
			status, _ := l.at(b, c.Port, c.HTTPS, nil, func(string) string { return "" })
			return status >= 200 && status < 400 && l.answersPath(b.Resource, c.Path)
		}
	}
	return true
}

// asks is the name that a health check asks for, "" if it is an attribute.
func (l *looker) asks(c *rehearsal.HealthCheck) string {
	stack, id, _ := strings.Cut(c.Resource, ".")
	r, err := l.state.Find(stack, id)
	if err != nil {
		return ""
	}
	name, err := r.Text("HealthCheckConfig.FullyQualifiedDomainName")
	if err != nil {
		return ""
	}
	return strings.ToLower(name)
}

// host asks for a page of a host, to read and to write, by each name that visitors
// have for it.
func (l *looker) host(host string) {
	for _, pair := range l.model.Pairs {
		if pair.Name != host {
			continue
		}
		for _, method := range []string{"GET", "POST"} {
			what := map[string]string{"GET": "reads", "POST": "writes"}[method] + " of " + host
			if why := l.request(pair, method); why != "" {
				l.sight.lost[what], l.sight.unnamed[why] = why, l.unnamed
			}
		}
		l.moves(pair)
	}
}

// moves notes that the health checks would lead the visitors of a pair away from
// home, though they are answered there.
func (l *looker) moves(pair *rehearsal.Pair) {
	l.noticed = true
	if len(l.sight.lost) == 0 && pair.Primary != nil && pair.Answer(l.health()) != pair.Primary {
		l.sight.lost["the home region for "+pair.Name] = "home does not answer its health check, and the site moves to the standby"
	}
}

// request says why visitors of a pair's name get no page: at first, when Route 53
// answers as before, or once the health checks have noticed.
func (l *looker) request(pair *rehearsal.Pair, method string) string {
	l.noticed = true
	if why := l.page(pair.Answer(l.health()), method, pair.Name); why != "" {
		return why
	}
	l.noticed = false
	defer func() { l.noticed = true }()
	if why := l.page(pair.Answer(l.health()), method, pair.Name); why != "" {
		return why + ", until the health check has led visitors to the standby"
	}
	return ""
}

// page says why visitors whom DNS gives a record get no page; "" if they get one.
func (l *looker) page(record *rehearsal.Record, method, host string) string {
	l.unnamed = false
	switch {
	case l.ghosts[record.Target]:
		return fmt.Sprintf("DNS leads to %s, which is gone", record.Target)
	case record.Target == l.model.Edge.Resource:
		return l.byEdge(method, host)
	case record.Target == l.model.Standby.Resource:
		return l.byBalancer(l.model.Standby, method, host)
	case record.Target == l.model.Home.Resource:
		return l.byBalancer(l.model.Home, method, host)
	}
	return "" // what the rehearsal does not know
}

func (l *looker) byBalancer(b *rehearsal.Balancer, method, host string) string {
	if status, why := l.at(b, 443, true, []string{host}, rehearsal.Asking(method, host)); status >= http.StatusBadRequest {
		return why
	}
	return ""
}

// byEdge asks the distribution, which goes from one origin to the next as its route
// says.
func (l *looker) byEdge(method, host string) string {
	to, err := l.model.Edge.Route(method, "/", map[string]string{"host": host})
	if err != nil {
		return err.Error()
	}
	if to.Location != "" {
		return ""
	}
	if to.Refused != 0 {
		return fmt.Sprintf("%s answers %d", l.model.Edge.Resource, to.Refused)
	}
	status, why := 0, ""
	for _, origin := range to.Origins {
		var answer *rehearsal.Record
		if origin.Pair != nil {
			answer = origin.Pair.Answer(l.health())
		}
		if status, why = l.ask(origin, host, answer); status < http.StatusBadRequest || !slices.Contains(to.Statuses, status) {
			break
		}
	}
	if status >= http.StatusBadRequest {
		return why
	}
	return ""
}

// ask asks an origin for a page of a host while its name is answered with a record.
func (l *looker) ask(origin *rehearsal.Origin, host string, answer *rehearsal.Record) (status int, why string) {
	name := strings.ToLower(origin.Domain)
	if l.unnamed = l.nowhere[name]; l.unnamed {
		return http.StatusBadGateway, fmt.Sprintf("CloudFront asks %s, a name that has no record", name)
	}
	b := origin.Leads(answer)
	return l.at(b, origin.Port, origin.HTTPS, []string{host, origin.Domain}, func(name string) string { return origin.Headers[strings.ToLower(name)] })
}

// at asks a load balancer, as CloudFront does for a host by the origin's own name, a
// visitor does for a host, or a health checker does for none. What gives no answer is
// 502, as CloudFront says it.
func (l *looker) at(b *rehearsal.Balancer, port int, https bool, hosts []string, header func(string) string) (status int, why string) {
	if l.ghosts[b.Resource] {
		return http.StatusBadGateway, b.Resource + " is gone"
	}
	if why := l.served(b.Resource); why != "" {
		return http.StatusServiceUnavailable, why
	}
	if l.closed(b.Resource, port, len(hosts) == 2) {
		return http.StatusBadGateway, fmt.Sprintf("%s lets nobody in on port %d", b.Resource, port)
	}
	for _, listener := range b.Listeners {
		if listener.Port != port || listener.HTTPS != https {
			continue
		}
		if action := listener.Action(header); !action.Forward {
			return action.Status, fmt.Sprintf("%s answers %d", listener.Resource, action.Status)
		}
	}
	if len(hosts) == 0 { // a health checker, which does not look at certificates
		return http.StatusOK, ""
	}
	if why := b.Problem(port, https, hosts, header); why != "" {
		return http.StatusBadGateway, why
	}
	return http.StatusOK, ""
}

// served says why a load balancer has no web servers; "" if it has.
func (l *looker) served(place string) string {
	for _, b := range l.state.Resources(topology.BalancerType) {
		if b.String() != place {
			continue
		}
		groups, err := topology.TargetGroups(l.state, b)
		if err != nil {
			return ""
		}
		for _, group := range groups {
			servers := topology.AutoScalingGroups(l.state, group)
			servers = slices.DeleteFunc(servers, func(r *assembly.Resource) bool { return l.ghosts[r.String()] })
			if len(servers) > 0 {
				return ""
			}
		}
		return place + " answers 503: no group of web servers is behind it"
	}
	return ""
}

// ways notes what a failover would find: each record that would be answered, and
// each origin that would be asked.
func (l *looker) ways() {
	for _, pair := range l.model.Pairs {
		if pair.Secondary == nil {
			continue
		}
		if why := l.page(pair.Secondary, "GET", pair.Name); why != "" {
			l.sight.open["SECONDARY of "+pair.Name] = why
		}
	}
	for _, origin := range l.model.Edge.Origins {
		for _, b := range origin.Balancers() {
			if l.ghosts[b.Resource] {
				l.sight.open["origin "+origin.ID] = fmt.Sprintf("the origin %s leads to %s, which is gone", origin.ID, b.Resource)
			}
		}
	}
}
