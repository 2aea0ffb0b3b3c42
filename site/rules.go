package site

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"

	"twinsite/internal/spelling"
	"twinsite/site/aws"
)

// check applies every rule to a site and reports those that are broken. First
// come the rules that speak of one value, which stand in the fields' validate
// tags; then those that compare fields, each a function in sections.go.
func check(report *report, site *Site) {
	checkFields(report, site)
	for _, rule := range sectionRules() {
		rule(report, site)
	}
}

// A fieldRule is a rule about one text. It stands in a validate tag under its
// key in fieldRules.
type fieldRule struct {
	// pattern is a regular expression that the whole text must match. Editors
	// check it too, through the schema. It may allow more than check does. Nil: any.
	pattern *regexp.Regexp

	// check says what is wrong with a text that matches the pattern; "" is
	// nothing. The parameter is what follows "=" in the tag. Nil: the pattern
	// says it all.
	check func(text, parameter string) string

	// wrong and remedy say what is wrong with a text that does not match, and
	// what to give instead.
	wrong, remedy string
}

// fault says what is wrong with a text and what to give instead; wrong is empty
// when the text is right.
func (r fieldRule) fault(text, parameter string) (wrong, remedy string) {
	if r.check != nil {
		if wrong := r.check(text, parameter); wrong != "" {
			return wrong, r.remedy
		}
	}
	if r.pattern != nil && !r.pattern.MatchString(text) {
		return r.wrong, r.remedy
	}
	return "", ""
}

// fieldRules are the rules about single texts by their tags. Beside them, the
// tags use the validator's own omitempty, dive, oneof, min and max.
var fieldRules = map[string]fieldRule{
	"siteName": {
		pattern: regexp.MustCompile(`^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$`),
		wrong:   "is not a site's name",
		remedy:  `give 1 to 20 lower-case letters, digits and hyphens, the first a letter and the last no hyphen, as "ticketing"`,
	},
	"domain": {
		pattern: regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`),
		check:   domainFault,
		wrong:   "is not a domain name",
		remedy:  `give the apex domain in lower case, as "example.com"`,
	},
	"host": {
		pattern: regexp.MustCompile(`^(@|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$`),
		wrong:   "is not one label below the domain, all that the certificate's wildcard covers",
		remedy:  `give lower-case letters, digits and inner hyphens, as "www", or "@" for the domain itself`,
	},
	"zoneId": {
		pattern: regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`),
		wrong:   "is not the id of a hosted zone",
		remedy:  `give it as Route 53 shows it, as "Z0123456789ABCDEFGHIJ", or remove the line to create the zone`,
	},
	"namePrefix": {
		pattern: regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,18}-$`),
		check:   namePrefixFault,
		wrong:   "cannot stand before the names that Twinsite keeps for itself",
		remedy:  `give up to 20 lower-case letters, digits and hyphens, the first no hyphen and the last one, as "shop-"`,
	},
	"region": {
		pattern: regexp.MustCompile(`^(` + strings.Join(aws.RegionNames(), "|") + `)$`),
		wrong:   "is not a region of AWS's standard partition",
		remedy:  `give a region's name, as "eu-west-1"`,
	},
	"prefixList": {
		pattern: regexp.MustCompile(`^pl-[0-9a-f]{8}([0-9a-f]{9})?$`),
		wrong:   "is not the id of a prefix list",
		remedy:  `give it as "pl-0123abcd", found by ` + findPrefixList,
	},
	"instanceType": {
		pattern: regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*\.(nano|micro|small|medium|large|[0-9]*xlarge|metal(-[0-9]+xl)?)$`),
		wrong:   "is not an EC2 instance type",
		remedy:  `give family and size, as "t3.small"`,
	},
	"urlPath": {
		pattern: regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`),
		check:   pathFault,
		wrong:   "is not a plain path",
		remedy:  `give a path that answers 200 of itself, as "/healthz": "/" first, then letters, digits and "-._~/"`,
	},
	"privateRange": {
		pattern: regexp.MustCompile(`^[0-9.]+/(1[6-9]|2[0-4])$`),
		check:   privateRangeFault,
		wrong:   "is not from /16 to /24",
		remedy:  "give a private range of that size",
	},
	"sshRange": {
		pattern: regexp.MustCompile(`^[0-9.]+/([1-9]|[12][0-9]|3[0-2])$`),
		check:   rangeFault,
		wrong:   "admits every address",
		remedy:  `give the range you work from, as "10.0.0.0/16", or none at all and use Session Manager`,
	},
	"publicRange": {
		pattern: regexp.MustCompile(`^[0-9a-f.:]+/[0-9]{1,3}$`),
		check:   publicRangeFault,
		wrong:   "is not an address range",
		remedy:  `give one that is all yours and public, as "203.0.113.0/24"`,
	},
	"managedPolicy": {
		pattern: regexp.MustCompile(`^arn:aws:iam::(aws|[0-9]{12}):policy/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,128}$`),
		check:   policyFault,
		wrong:   "is not the ARN of a managed policy",
		remedy:  `give a policy that says what the application needs, as "arn:aws:iam::111122223333:policy/tickets"`,
	},
	"uploads": {
		pattern: regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9._-]*/)+$`),
		check:   uploadsFault,
		wrong:   `is not a prefix of letters, digits and "._-" that ends in "/"`,
		remedy:  `give one as "uploads/"`,
	},
	"scheduleName": {
		pattern: regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,31}$`),
		wrong:   "is not a schedule's name",
		remedy:  `give 1 to 32 letters and digits, the first a capital letter, as "TicketOpening"`,
	},
	"cron": {
		pattern: regexp.MustCompile(`^\S+( +\S+){4}$`),
		check:   func(text, _ string) string { return aws.CronFault(text) },
		wrong:   "does not have five fields",
		remedy:  `give minute, hour, day of month, month and day of week, as "30 9 * * MON-FRI"`,
	},
	"start": {
		pattern: regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$`),
		check:   startFault,
		wrong:   "is not a date and time",
		remedy:  `give year, month, day, hour and minute, as "2027-01-09T09:30"`,
	},
	"timeZone": {
		pattern: regexp.MustCompile(`^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$`),
		check:   timeZoneFault,
		wrong:   "is not a time zone of the IANA database",
		remedy:  `give its full name, as "Asia/Seoul" or "UTC"`,
	},
	"email": {
		pattern: regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`),
		wrong:   "is not an e-mail address",
		remedy:  `give one as "operator@example.com"`,
	},
	"runbook": {
		pattern: regexp.MustCompile(`^[A-Za-z0-9._~/:%-]{1,200}$`),
		wrong:   "is not an address to which an alarm could add a paragraph's name",
		remedy:  `give one without "#", as "https://example.com/operations.md"`,
	},
	"managedRule": {
		pattern: regexp.MustCompile(`^(` + strings.Join(aws.ManagedRuleNames(), "|") + `)$`),
		wrong:   "is not a rule of the groups that are used",
		remedy:  `give a rule's name as WAF logs it, as "SizeRestrictions_BODY"`,
	},
	"secretName": {
		pattern: regexp.MustCompile(`^[a-z0-9-]{1,20}$`),
		check:   secretNameFault,
		wrong:   "is not a secret's name",
		remedy:  `give 1 to 20 lower-case letters, digits and hyphens, as "first"`,
	},
	"cachePath": {
		pattern: regexp.MustCompile(`^[/*][A-Za-z0-9_.*$/~@:+?-]*$`),
		check:   cachePathFault,
		wrong:   "is not a pattern of paths",
		remedy:  `give one that leaves some paths to the application, as "/news/*" or "*.jpg": "/" or "*" first, then letters, digits and "_-.*$/~@:+?"`,
	},
	"wholeSeconds": {check: multipleOf(time.Second, "is not a whole number of seconds")},
	"wholeMinutes": {check: multipleOf(time.Minute, "is not a whole number of minutes")},
	"checkInterval": {
		pattern: regexp.MustCompile(`^(10|30)s$`),
		wrong:   "is not an interval of Route 53",
		remedy:  `give "10s" or "30s"`,
	},
}

// checkFields applies the rules in the validate tags, with their own words
// instead of the validator's.
func checkFields(report *report, site *Site) {
	var broken validator.ValidationErrors
	if !errors.As(newValidator(fieldRules).Struct(site), &broken) {
		return
	}
	for _, fault := range broken {
		_, field, _ := strings.Cut(strings.ReplaceAll(fault.Namespace(), inlined+".", ""), ".")
		var wrong, remedy string
		if rule, own := fieldRules[fault.Tag()]; own {
			text := plain(fault.Value())
			wrong, remedy = rule.fault(text, fault.Param())
			switch fault.Tag() {
			case "region":
				remedy = cmp.Or(spelling.Suggest(text, aws.RegionNames()), remedy)
			case "managedRule":
				remedy = cmp.Or(spelling.Suggest(text, aws.ManagedRuleNames()), remedy)
			case "privateRange":
				remedy += ", as " + quote(freeRange(site, field))
			case "wholeSeconds":
				remedy = wholeUnits(fault.Value(), time.Second)
			case "wholeMinutes":
				remedy = wholeUnits(fault.Value(), time.Minute)
			}
		} else {
			wrong, remedy = limitFault(fault)
		}
		if !report.given(field) && reflect.ValueOf(fault.Value()).IsZero() {
			report.missing(field, remedy)
			continue
		}
		report.broken(field, wrong, show(fault.Value()), remedy)
	}
}

// broken adds a problem that says what is wrong, what was given and what to do.
func (r *report) broken(field, wrong, given, remedy string) {
	r.add(field, fmt.Sprintf("%s, got %s: %s", wrong, given, remedy))
}

// inlined stands for an inlined struct in the validator's paths.
const inlined = "<inlined>"

// newValidator returns a validator that knows our rules and YAML's names.
func newValidator(rules map[string]fieldRule) *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(field reflect.StructField) string {
		name, inline := yamlName(field)
		if inline {
			return inlined
		}
		return name
	})
	v.RegisterCustomTypeFunc(func(value reflect.Value) any {
		return plain(value.Interface())
	}, netip.Prefix{})
	for tag, rule := range rules {
		err := v.RegisterValidation(tag, func(field validator.FieldLevel) bool {
			wrong, _ := rule.fault(plain(field.Field().Interface()), field.Param())
			return wrong == ""
		})
		if err != nil {
			panic(fmt.Sprintf("site: rule %s: %v", tag, err)) // a name that no tag can have
		}
	}
	return v
}

// limitFault words the validator's own rules.
func limitFault(fault validator.FieldError) (wrong, remedy string) {
	switch fault.Tag() {
	case "min":
		remedy = fmt.Sprintf("give %s or more", fault.Param())
		if strings.HasPrefix(fault.StructNamespace(), "Site.Standby.Web.") && fault.Param() != "0" {
			remedy += ", or 0 for as many as at home" // 0 is accepted, so "1 or more" alone would be wrong
		}
		return limited(fault, "has too few entries", "is too short", "is too small"), remedy
	case "max":
		return limited(fault, "has too many entries", "is too long", "is too great"), fmt.Sprintf("give %s or less", fault.Param())
	}
	choices := strings.Fields(fault.Param()) // oneof
	if number, ok := fault.Value().(int); ok {
		return "is not one of the choices", "give one of them, as " + nearest(number, choices)
	}
	return "is not one of the choices", cmp.Or(spelling.Suggest(plain(fault.Value()), choices), "give "+strings.Join(choices, " or "))
}

// nearest returns the one of some numbers that is nearest to another.
func nearest(number int, choices []string) string {
	away := func(choice string) int {
		n, _ := strconv.Atoi(choice)
		return max(n-number, number-n)
	}
	return slices.MinFunc(choices, func(a, b string) int { return cmp.Compare(away(a), away(b)) })
}

// wholeUnits says which whole number of units a duration has, at least one. Limits
// are whole, so that this is within them.
func wholeUnits(value any, unit time.Duration) string {
	duration, _ := value.(time.Duration)
	return "give it as " + quote(shortDuration(max(duration.Truncate(unit), unit)))
}

// limited chooses the words for a limit of a list, a duration or a number.
func limited(fault validator.FieldError, list, duration, number string) string {
	if fault.Kind() == reflect.Slice {
		return list
	}
	if _, ok := fault.Value().(time.Duration); ok {
		return duration
	}
	return number
}

// plain returns a value as it is written in YAML, "" for an address range that
// is not set.
func plain(value any) string {
	switch value := value.(type) {
	case netip.Prefix:
		if !value.IsValid() {
			return ""
		}
	case time.Duration:
		return shortDuration(value)
	}
	return fmt.Sprint(value)
}

// show returns a value as messages show it.
func show(value any) string {
	switch reflect.ValueOf(value).Kind() {
	case reflect.Slice:
		return strconv.Itoa(reflect.ValueOf(value).Len())
	case reflect.String:
		return quote(plain(value))
	}
	return plain(value)
}

// shortDuration writes a duration without the zero units of its String: "5m",
// not "5m0s".
func shortDuration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-len("0s")]
		}
	}
	return text
}

// multipleOf returns a check that a duration is a multiple of a unit.
func multipleOf(unit time.Duration, wrong string) func(text, parameter string) string {
	return func(text, _ string) string {
		if duration, err := time.ParseDuration(text); err != nil || duration%unit != 0 {
			return wrong
		}
		return ""
	}
}
