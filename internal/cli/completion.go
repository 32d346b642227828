package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Shells are those that have a script.
var Shells = []string{"bash", "fish", "zsh"}

// Script returns the completion of a program for a shell. Each shell hands the words of its command
// line to the program's hidden command complete, and shows what that prints. So a new command or
// flag completes without another script.
func Script(shell, program string) string {
	return strings.ReplaceAll(scripts[shell], "PROGRAM", program)
}

var scripts = map[string]string{
	"bash": `# bash completion for PROGRAM. Read it by: source <(PROGRAM completion bash)
_PROGRAM() {
	local line="${COMP_LINE:0:COMP_POINT}" words word
	read -ra words <<< "$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	word="${words[-1]}"
	local cut=""
	# bash takes = and : for ends of words.
	[[ $word == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]] && cut="${word%"${word##*[=:]}"}"
	local found
	COMPREPLY=()
	while IFS= read -r found; do
		[[ -n $found ]] && COMPREPLY+=("${found#"$cut"}")
	done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _PROGRAM PROGRAM
`,
	"zsh": `#compdef PROGRAM
# zsh completion for PROGRAM. Read it by: source <(PROGRAM completion zsh)
_PROGRAM() {
	local -a found
	found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	found=(${found:#})
	if (( ${#found} )); then
		compadd -S "" -a -- found
	else
		_files
	fi
}
compdef _PROGRAM PROGRAM
`,
	"fish": `# fish completion for PROGRAM. Read it by: PROGRAM completion fish | source
function __PROGRAM_complete
	set -l words (commandline -opc) (commandline -ct)
	$words[1] complete -- $words[2..-1] 2>/dev/null
end
complete -c PROGRAM -a '(__PROGRAM_complete)'
`,
}

// Line is a command line so far.
type Line struct {
	Command *kong.Node
	Named   []string          // positional words
	Given   []*kong.Flag      // flags
	Values  map[string]string // of flags that take one
	open    *kong.Flag        // that wants the next word
}

// readLine reads the words of a command line that is not complete.
func readLine(root *kong.Node, words []string) *Line {
	l := &Line{Command: root, Values: map[string]string{}}
	for _, w := range words {
		switch child := slices.IndexFunc(l.Command.Children, func(n *kong.Node) bool { return n.Name == w }); {
		case l.open != nil:
			l.Values[l.open.Name], l.open = w, nil
		case strings.HasPrefix(w, "--"):
			name, value, has := strings.Cut(w[2:], "=")
			f := flagOf(l.Command, name)
			if f == nil {
				continue
			}
			l.Given = append(l.Given, f)
			if has {
				l.Values[name] = value
			} else if !f.IsBool() {
				l.open = f
			}
		case child >= 0:
			l.Command = l.Command.Children[child]
		default:
			l.Named = append(l.Named, w)
		}
	}
	return l
}

// flags returns the flags of a command, and those of the commands that it belongs to.
func flags(n *kong.Node) (out []*kong.Flag) {
	for ; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden {
				out = append(out, f)
			}
		}
	}
	return out
}

func flagOf(n *kong.Node, name string) *kong.Flag {
	for _, f := range flags(n) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Words says what may stand where on a command line.
type Words interface {
	// Positional returns the words that may stand for themselves; nothing where files are meant.
	Positional(l *Line) []string
	// Values returns what a flag may be, of which so much is written.
	Values(l *Line, flag, written string) []string
}

// Complete returns the words that the last one may become.
func Complete(root *kong.Node, words []string, last string, w Words) []string {
	var out []string
	for _, word := range completions(root, words, last, w) {
		if strings.HasPrefix(word, last) {
			out = append(out, word)
		}
	}
	return out
}

// completions returns the words that the last one may be.
func completions(root *kong.Node, words []string, last string, w Words) []string {
	l := readLine(root, words)
	if l.open != nil {
		return w.Values(l, l.open.Name, last)
	}
	if strings.HasPrefix(last, "-") {
		return l.flagWords(last, w)
	}
	var out []string
	for _, c := range l.Command.Children {
		if !c.Hidden {
			out = append(out, c.Name)
		}
	}
	for _, word := range w.Positional(l) {
		if !slices.Contains(l.Named, word) {
			out = append(out, word)
		}
	}
	return out
}

// flagWords returns the flags that a word may become, with their values behind =.
func (l *Line) flagWords(last string, w Words) (out []string) {
	if name, value, has := strings.Cut(strings.TrimPrefix(last, "--"), "="); has {
		for _, v := range w.Values(l, name, value) {
			out = append(out, "--"+name+"="+v)
		}
		return out
	}
	for _, f := range flags(l.Command) {
		if f.IsSlice() || !slices.Contains(l.Given, f) {
			out = append(out, "--"+f.Name)
		}
	}
	return out
}
