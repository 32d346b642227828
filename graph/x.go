package graph
import _ "gorgonia.org/gorgonia"
import _ "gorgonia.org/tensor"
