package settings

// Scopes are what may depend on a setting, and nothing else of what is kept: trained models,
// measured draws, files.
var Scopes = []string{
	"run",     // only which units there are, or what is measured: nothing that is kept
	"network", // the architecture of a network: its parameters have other shapes or meanings
	"model",   // how the model is trained
	"method",  // what the compared methods do
	"sisa",    // the models of SISA
	"noise",   // the model that is trained with noise
}
