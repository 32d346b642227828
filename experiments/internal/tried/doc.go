// Package tried is for tests of experiments: it runs them on embedded data in the smoke profile,
// stops and resumes them.
package tried
