// Package diagram draws the architecture of a site from nothing but the
// templates of its cloud assembly: what is not in them is not in the picture.
//
//	a, err := assembly.Load("cdk.out")
//	text, err := diagram.D2(a)
//
// [D2] says what is there, as text in the language of https://d2lang.com. The
// program in the folder d2svg lays that text out and says how it looks.
//
// The program is a Go module of its own, and "make diagram" pipes the text
// through it: D2's library brings twenty modules (JavaScript, fonts, syntax
// colors) that nobody needs to build, test or deploy a site. It imports nothing
// of this module either, so that neither module's versions bind the other's.
//
// A picture contains the text that it was drawn from. So a test can check in
// milliseconds, and without D2, whether the picture still shows what is in the
// templates.
package diagram
