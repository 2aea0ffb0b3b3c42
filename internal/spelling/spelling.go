// Package spelling finds what somebody meant who has misspelt a name.
package spelling

import (
	"fmt"
	"strings"
)

// Suggest returns "did you mean …?" when one of the candidates is at most two
// slips of the keyboard away from the value, and "" otherwise.
func Suggest(value string, candidates []string) string {
	best, distance := "", 3
	for _, candidate := range candidates {
		if value == "" || !strings.EqualFold(value[:1], candidate[:1]) {
			continue // nobody slips on the first letter; "cn-north-1" is not "eu-north-1"
		}
		if d := slips(value, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" || distance >= len(best) {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// slips counts the letters to insert, delete or change on the way from a to b
// (Levenshtein's distance), without regard to case. It answers 3 for lengths
// that are further apart than that.
func slips(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
