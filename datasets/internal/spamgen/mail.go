package main

import (
	"bytes"
	"encoding/base64"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// mailText is what is used of a mail.
type mailText struct {
	file    string // "easy-ham-1/00001.....txt"
	spam    bool
	text    string   // subject and body, mark-up removed
	senders []string // display names in From, To and Cc
	words   []string // distinct lower-case words, sorted
}

var (
	invisible = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style|head)\b.*?</(script|style|head)>`)
	tag       = regexp.MustCompile(`(?s)</?[a-zA-Z!][^<>]*>`)
	link      = regexp.MustCompile(`(?i)\b(https?|ftp|mailto):\S+|\bwww\.\S+|\S+@\S+`)
)

// parseMail never fails: many of the mails, spam above all, keep to no standard.
func parseMail(raw []byte) *mailText {
	if i := bytes.IndexByte(raw, '\n'); i >= 0 && bytes.HasPrefix(raw, []byte("From ")) {
		raw = raw[i+1:] // the separator line of a mailbox
	}
	m := &mailText{}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		m.text = plain(string(raw), true)
		return m
	}
	header := textproto.MIMEHeader(message.Header)
	for _, field := range []string{"From", "To", "Cc"} {
		m.senders = append(m.senders, displayNames(header[field])...)
	}
	m.text = decodeWords(header.Get("Subject")) + "\n" + body(header, message.Body, 0)
	return m
}

func decodeWords(s string) string {
	d := mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }}
	if decoded, err := d.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// displayNames returns the words before each address.
func displayNames(lines []string) []string {
	var names []string
	for _, line := range lines {
		list, err := mail.ParseAddressList(decodeWords(line))
		if err != nil {
			continue
		}
		for _, a := range list {
			if a.Name != "" {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

// body returns the text of all text parts.
func body(header textproto.MIMEHeader, r io.Reader, depth int) string {
	kind, parameters, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") && parameters["boundary"] != "" && depth < 5 {
		var text strings.Builder
		parts := multipart.NewReader(r, parameters["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return text.String()
			}
			text.WriteString(body(p.Header, p, depth+1) + "\n")
		}
	}
	if kind != "" && !strings.HasPrefix(kind, "text/") && kind != "message/rfc822" {
		return ""
	}
	content, _ := io.ReadAll(decoded(r, header.Get("Content-Transfer-Encoding"))) // what was readable before a fault counts
	return plain(string(content), kind == "text/html")
}

func decoded(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	}
	return r
}

// plain removes mark-up and addresses of any kind.
func plain(s string, isHTML bool) string {
	if isHTML || strings.Contains(strings.ToLower(s), "<html") {
		s = html.UnescapeString(tag.ReplaceAllString(invisible.ReplaceAllString(s, " "), " "))
	}
	return link.ReplaceAllString(s, " ")
}
