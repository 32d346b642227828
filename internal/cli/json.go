package cli

import (
	"encoding/json"
	"io"
)

// WriteJSON prints an object that people can read too.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
