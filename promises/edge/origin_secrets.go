package edge

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
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
		headers := origin.At("OriginCustomHeaders")
		read.Expect(d, headers+".0.HeaderName", header)
		sent := secrets(d, headers, headerValues(d, headers))
		if len(sent) != 1 || !slices.Contains(accepted, sent[0]) {
			read.Fail(d, headers, "sends %v, but %s accepts %v", sent, listener, accepted)
		}
	}
	checkOriginRules(in) // in one deployment, the new secret is accepted before it is sent
}

func headerValues(d *assembly.Resource, path string) []string {
	var values []string
	for _, header := range read.Objects(d, path) {
		values = append(values, read.As[string](d, path, header["HeaderValue"], "a header's value"))
	}
	return values
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

// checkSecrets demands that AWS makes the secrets' values, and that they stand
// nowhere.
func checkSecrets(in *read.Reader) {
	secrets := in.Resources("AWS::SecretsManager::Secret")
	if len(secrets) != len(in.Site.Edge.OriginSecrets) {
		read.Fail(nil, "", "there are %d secrets, want %d", len(secrets), len(in.Site.Edge.OriginSecrets))
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
			if text := read.Text(reference.From, reference.Path); !isSecret(text) {
				read.Fail(reference.From, reference.Path, "is %s, want the secret's value alone", text)
			}
		}
		for _, output := range secret.Stack.Outputs() {
			if strings.Contains(must.Get(output.Text()), secret.String()) {
				read.Fail(secret, "", "is shown by the output %s", output.Name)
			}
		}
	}
}
