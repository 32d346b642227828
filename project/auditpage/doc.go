// Package auditpage writes what an audit found: audit.html to be read, audit.json for machines, and
// a summary for the terminal. All three say the same.
package auditpage
