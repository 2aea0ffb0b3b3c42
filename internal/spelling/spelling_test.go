package spelling

import "testing"

// TestSuggest holds that two slips are forgiven, and no name is suggested for another.
func TestSuggest(t *testing.T) {
	regions := []string{"cn-north-1", "eu-north-1", "eu-west-1"}
	for _, test := range []struct{ value, want string }{
		{"eu-west1", `did you mean "eu-west-1"?`},
		{"EU-wset-1", `did you mean "eu-west-1"?`},
		{"eu-west-1-1-1", ""},
		{"us-west-1", ""},
		{"e", ""},
		{"", ""},
	} {
		if got := Suggest(test.value, regions); got != test.want {
			t.Errorf("%q: got %q, want %q", test.value, got, test.want)
		}
	}
}
