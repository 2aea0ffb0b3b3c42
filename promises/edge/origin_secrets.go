package edge

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// checkOriginSecrets demands that the home load balancer answers CloudFront
// alone, and of that the site's distribution alone: it shows a secret.
func checkOriginSecrets(in *read.Reader) {
	home := in.Home()
	in.CheckAdmits(home.BalancerSecurity, "tcp 443-443 from "+in.Site.Home.PrefixList())
	listener := in.Listener(home.Balancer, 443)
	read.Expect(listener, "DefaultActions.0.Type", "fixed-response")
	read.Expect(listener, "DefaultActions.0.FixedResponseConfig.StatusCode", "403")
	var accepted []*assembly.Resource
	var header string
	for _, rule := range originRules(in, listener) {
		read.Leads(rule, "Actions.0.TargetGroupArn", home.TargetGroup)
		if n := read.Length(rule, "Conditions"); n != 1 {
			read.Fail(rule, "Conditions", "has %d conditions, want one", n)
		}
		read.Expect(rule, "Conditions.0.Field", "http-header")
		header = read.Text(rule, "Conditions.0.HttpHeaderConfig.HttpHeaderName")
		const values = "Conditions.0.HttpHeaderConfig.Values"
		accepted = append(accepted, secrets(rule, values, read.Texts(rule, values))...)
	}
	if len(accepted) != len(in.Site.Edge.OriginSecrets) {
		read.Fail(listener, "", "accepts %d secrets, want %d", len(accepted), len(in.Site.Edge.OriginSecrets))
	}
	d := in.SiteDistribution()
	for _, origin := range must.Get(topology.Origins(d)) {
		if must.Get(origin.FollowBalancers(in.Assembly)).Primary != home.Balancer {
			continue
		}
		headers := sentHeader(d, origin.At("OriginCustomHeaders"), header)
		sent := secrets(d, headers, []string{read.Text(d, headers+".HeaderValue")})
		if len(sent) != 1 || !slices.Contains(accepted, sent[0]) {
			read.Fail(d, headers, "sends %v, but %s accepts %v", sent, listener, accepted)
		}
	}
	checkOriginRules(in) // in one deployment, the new secret is accepted before it is sent
}

// sentHeader is the path of a header among those that CloudFront adds to what it sends to an origin.
func sentHeader(d *assembly.Resource, path, name string) string {
	for i, header := range read.Objects(d, path) {
		if header["HeaderName"] == name {
			return fmt.Sprintf("%s.%d", path, i)
		}
	}
	read.Fail(d, path, "has no header %s", name)
	return ""
}

// secrets are the secrets that the values at a path are; each has to be one.
func secrets(r *assembly.Resource, path string, values []string) []*assembly.Resource {
	for _, value := range values {
		if !isSecret(value) {
			read.Fail(r, path, "is not a secret: %s", value)
		}
	}
	return read.Targets(r, path)
}

// isSecret reports whether a text is a dynamic reference to a secret's whole
// value, and nothing else.
func isSecret(text string) bool {
	return strings.HasPrefix(text, "{{resolve:secretsmanager:${") && strings.HasSuffix(text, "}:SecretString:::}}")
}

// isReplica reports whether a text is a dynamic reference to the whole value of a secret's copy in another region.
func isReplica(text string) bool {
	return strings.HasPrefix(text, "{{resolve:secretsmanager:arn:aws:secretsmanager:") &&
		strings.HasSuffix(text, "}:SecretString:::}}") && strings.Contains(text, ":${AWS::AccountId}:secret:${")
}

// checkSecrets demands that AWS makes the secrets' values, and that they stand
// nowhere.
func checkSecrets(in *read.Reader) {
	secrets := in.Resources("AWS::SecretsManager::Secret")
	want := len(in.Site.Edge.OriginSecrets)
	if when.Forwarded.Holds(in.Site) {
		want *= 2 // as many for the standby's web ACL
	}
	if len(secrets) != want {
		read.Fail(nil, "", "there are %d secrets, want %d", len(secrets), want)
	}
	for _, secret := range secrets {
		for _, path := range []string{"SecretString", "GenerateSecretString.SecretStringTemplate"} {
			if secret.Has(path) {
				read.Fail(secret, path, "is there: its value is in the template")
			}
		}
		const path = "GenerateSecretString.PasswordLength"
		if length := read.Int(secret, path); length < 32 {
			read.Fail(secret, path, "has %d characters, want 32 or more", length)
		}
		// In a condition on a header, * and ? stand for anything: a secret with them would let others in.
		read.Expect(secret, "GenerateSecretString.ExcludePunctuation", true)
		for _, reference := range in.ReferencesTo(secret) {
			if text := read.Text(reference.From, reference.Path); !isSecret(text) && !isReplica(text) {
				read.Fail(reference.From, reference.Path, "is %s, want the secret's value alone", text)
			}
		}
		for _, output := range secret.Stack.Outputs() {
			if text := must.Get(output.Text()); strings.Contains(text, secret.String()) && strings.Contains(text, "resolve:") {
				read.Fail(secret, "", "is shown by the output %s", output.Name)
			}
		}
	}
}
