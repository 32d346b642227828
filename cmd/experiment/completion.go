package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"lethe/datasets"
	"lethe/experiments"
	"lethe/experiments/bench"
)

// Each shell hands the words of its command line to the hidden command complete, and shows what
// that prints. So a new experiment, setting or flag completes without another script, and settings
// are those of the experiment that is named.
var shells = map[string]string{
	"bash": `# bash completion for experiment. Read it by: source <(experiment completion bash)
_experiment() {
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
complete -o default -F _experiment experiment
`,
	"zsh": `#compdef experiment
# zsh completion for experiment. Read it by: source <(experiment completion zsh)
_experiment() {
	local -a found
	found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	found=(${found:#})
	if (( ${#found} )); then
		compadd -S "" -a -- found
	else
		_files
	fi
}
compdef _experiment experiment
`,
	"fish": `# fish completion for experiment. Read it by: experiment completion fish | source
function __experiment_complete
	set -l words (commandline -opc) (commandline -ct)
	$words[1] complete -- $words[2..-1] 2>/dev/null
end
complete -c experiment -a '(__experiment_complete)'
`,
}

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish: source <(experiment completion bash)"`
}

// Run prints the script.
func (c *completionCommand) Run(t *terminal) error {
	fmt.Fprint(t.stdout, shells[c.Shell])
	return nil
}

type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words of the command line, of which the last is to be completed."`
}

// Run prints what the last word may become, a line each; nothing where files are meant.
func (c *completeCommand) Run(t *terminal) error {
	parser, err := newParser(t.stdout, t.stderr)
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	for _, word := range completions(parser.Model.Node, words[:len(words)-1], last) {
		if strings.HasPrefix(word, last) {
			fmt.Fprintln(t.stdout, word)
		}
	}
	return nil
}

// line is a command line so far.
type line struct {
	command *kong.Node
	named   []string          // positional words
	given   []*kong.Flag      // flags
	values  map[string]string // of flags that take one
	open    *kong.Flag        // that wants the next word
}

// readLine reads the words of a command line that is not complete.
func readLine(root *kong.Node, words []string) *line {
	l := &line{command: root, values: map[string]string{}}
	for _, w := range words {
		switch child := slices.IndexFunc(l.command.Children, func(n *kong.Node) bool { return n.Name == w }); {
		case l.open != nil:
			l.values[l.open.Name], l.open = w, nil
		case strings.HasPrefix(w, "--"):
			name, value, has := strings.Cut(w[2:], "=")
			f := flagOf(l.command, name)
			if f == nil {
				continue
			}
			l.given = append(l.given, f)
			if has {
				l.values[name] = value
			} else if !f.IsBool() {
				l.open = f
			}
		case child >= 0:
			l.command = l.command.Children[child]
		default:
			l.named = append(l.named, w)
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

// completions returns the words that the last one may be.
func completions(root *kong.Node, words []string, last string) []string {
	l := readLine(root, words)
	if l.open != nil {
		return l.valuesOf(l.open.Name, last)
	}
	if strings.HasPrefix(last, "-") {
		name, value, has := strings.Cut(strings.TrimPrefix(last, "--"), "=")
		if has {
			var out []string
			for _, v := range l.valuesOf(name, value) {
				out = append(out, "--"+name+"="+v)
			}
			return out
		}
		var out []string
		for _, f := range flags(l.command) {
			if f.IsSlice() || !slices.Contains(l.given, f) {
				out = append(out, "--"+f.Name)
			}
		}
		return out
	}
	var out []string
	for _, c := range l.command.Children {
		if !c.Hidden {
			out = append(out, c.Name)
		}
	}
	return append(out, l.positional()...)
}

// positional returns the words that may stand for themselves: experiments, data sets, workloads,
// shells.
func (l *line) positional() []string {
	var out []string
	switch l.command.Name {
	case "run", "list", "help":
		for _, e := range experiments.Experiments() {
			out = append(out, e.ID)
		}
		if l.command.Name == "help" {
			for _, c := range l.command.Parent.Children {
				if !c.Hidden {
					out = append(out, c.Name)
				}
			}
		}
	case "fetch":
		out = datasets.Names()
	case "bench":
		for _, w := range bench.Works() {
			out = append(out, w.Name)
		}
	case "completion":
		out = []string{"bash", "fish", "zsh"}
	}
	return slices.DeleteFunc(slices.Clone(out), func(w string) bool { return slices.Contains(l.named, w) })
}

// chosen returns the experiments of the command line, all where none is named.
func (l *line) chosen() []*experiments.Experiment {
	var out []*experiments.Experiment
	for _, id := range l.named {
		if e, err := experiments.Find(id); err == nil {
			out = append(out, e)
		}
	}
	if out == nil {
		return experiments.Experiments()
	}
	return out
}

// valuesOf returns what a flag may be. Of settings it returns their names, and behind one its
// words.
func (l *line) valuesOf(flag, so string) []string {
	var out []string
	add := func(words ...string) {
		for _, w := range words {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	switch flag {
	case "dataset":
		for _, e := range l.chosen() {
			add(datasetsOf(e)...)
		}
	case "model":
		for _, e := range l.chosen() {
			add(e.Models()...)
		}
	case "profile":
		add(experiments.Profiles...)
	case "color":
		add("auto", "always", "never")
	case "set":
		key, value, chosen := strings.Cut(so, "=")
		for _, e := range l.chosen() {
			for _, f := range e.Domain.New().Fields() {
				switch {
				case !e.Takes(f.Name):
				case !chosen:
					add(f.Name + "=")
				case f.Name == key:
					before := value[:strings.LastIndexByte(value, ',')+1] // of a list
					for _, w := range wordsOf(f) {
						add(key + "=" + before + w)
					}
				}
			}
		}
	}
	return out
}

// wordsOf returns the words that a setting may be.
func wordsOf(f experiments.Field) []string {
	switch f.Kind {
	case "true or false":
		return []string{"true", "false"}
	case "number or auto":
		return []string{"auto"}
	}
	return f.Words
}
