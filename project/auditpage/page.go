package auditpage

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"lethe/audit"
	"lethe/internal/page"
)

// Names of the files that Write makes.
const (
	PageName = "audit.html"
	JSONName = "audit.json"
)

// Version is that of the format of audit.json.
const Version = 1

// Page is an audit with what was audited.
type Page struct {
	Made      time.Time     `json:"made"`
	Lethe     string        `json:"lethe"` // version
	Old       []string      `json:"old"`   // names of the models before the update
	New       []string      `json:"new"`
	Retrained []string      `json:"retrained"` // the held-out ones last
	Warnings  []string      `json:"warnings"`
	Report    *audit.Report `json:"report"`
}

//go:embed audit.html.tmpl
var pageTemplate string

// NotShown is what no audit of this kind shows.
var NotShown = []string{
	"That nothing is left of the data. An audit looks for differences between the updated and retrained models; another one may find some.",
	"Anything about one person. The numbers are means and percentiles over samples; one sample may be worse.",
	"Whether the parameters are near to those of a retrained model. Models that answer alike may keep what other inputs would bring out.",
	"The other findings as one test: each of them lies outside by accident in 5 of 100 cases.",
}

// Write writes audit.html and audit.json into a folder, which is made. Both are made before the
// first is written, and each appears whole or not at all.
func Write(dir string, p *Page) error {
	html, err := HTML(p)
	if err != nil {
		return err
	}
	text, err := JSON(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{PageName, html}, {JSONName, text}} {
		if err := renameio.WriteFile(filepath.Join(dir, f.name), f.text, 0o644, renameio.WithTempDir(dir)); err != nil {
			return fmt.Errorf("auditpage: %w", err)
		}
	}
	return nil
}

// HTML returns audit.html: one page that needs nothing from elsewhere and has no scripts.
func HTML(p *Page) ([]byte, error) {
	t, err := template.New("audit").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("auditpage: the template: %w", err)
	}
	v := view{Style: page.Style(), Page: p, Headline: p.Headline(), Class: p.class(), Lead: p.lead(), NotShown: NotShown}
	for i := range p.Report.Findings {
		v.Rows = append(v.Rows, rowOf(&p.Report.Findings[i]))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("auditpage: the page: %w", err)
	}
	return b.Bytes(), nil
}

// view is what the template sees.
type view struct {
	Style                 template.CSS
	Page                  *Page
	Headline, Class, Lead string
	Rows                  []row
	NotShown              []string
}

// JSON returns audit.json. A number that is none is an error.
func JSON(p *Page) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(struct {
		Version int `json:"version"`
		*Page
	}{Version, p}); err != nil {
		return nil, fmt.Errorf("auditpage: %w", err)
	}
	return b.Bytes(), nil
}
