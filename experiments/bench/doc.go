// Package bench times the program on this machine against bounds that are measured beside it, and
// checks derivatives for doctor.
package bench
