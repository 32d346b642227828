// Package page holds the look of Lethe's HTML pages: colors for light and dark, text, tables,
// boxes, on screens of all widths. A page that uses it needs nothing from elsewhere.
package page

import (
	_ "embed"
	"html/template"
)

//go:embed page.css
var css string

// Style returns the style sheet, for a <style> element.
func Style() template.CSS { return template.CSS(css) }
