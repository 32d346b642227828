package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMail(t *testing.T) {
	const multipart = `From someone@example.org  Thu Aug 22 12:36:23 2002
From: "Ann Example" <ann@example.org>
To: list@example.org, Bob Sample <bob@example.org>
Subject: =?iso-8859-1?Q?Hello_there?=
Content-Type: multipart/mixed; boundary="cut"

preamble
--cut
Content-Type: text/plain
Content-Transfer-Encoding: quoted-printable

Caf=65 see http://example.org/secret or mail ann@example.org
--cut
Content-Type: text/html
Content-Transfer-Encoding: base64

PGh0bWw+PHN0eWxlPmhpZGRlbjwvc3R5bGU+PGI+Qm9sZDwvYj4mYW1wOzwvaHRtbD4=
--cut
Content-Type: image/png

binary
--cut--
`
	m := parseMail([]byte(multipart))
	require.Equal(t, []string{"Hello", "there", "Cafe", "see", "or", "mail", "Bold"}, tokens(m.text))
	require.Equal(t, []string{"Ann Example", "Bob Sample"}, m.senders)
	require.Equal(t, []string{"no", "header", "at", "all"}, tokens(parseMail([]byte("no header at all")).text))
}

func TestVocabulary(t *testing.T) {
	var mails []*mailText
	for i := range minMails {
		m := &mailText{text: "common Zed WORD", senders: []string{"Zed Example"}}
		if i < minNameMails {
			m.text += " Robert rare robot's Example"
		}
		mails = append(mails, m)
	}
	words, names := vocabulary(mails)
	require.Equal(t, []string{"common", "word", "zed", "example", "robert"}, words)
	require.Equal(t, []string{"example", "robert", "zed"}, names)
}
